//! How statements are run: parameters out, rows in, on both backends alike.
//!
//! Invariants: text never holds U+0000 (Postgres refuses it, SQLite truncates displays at it), so
//! it becomes U+FFFD on the way in, on both backends; times are truncated to microseconds, what
//! Postgres keeps; every integer column is 64 bits.

use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable, Value};

use crate::StoreError;
use crate::dialect::Backend;
use crate::ids::{
    AccountId, AuditDecisionId, AuditItemId, AuditLabelId, ComparisonId, Contest, Digest, FamilyId,
    FeedbackId, JobId, JudgeId, KeyId, PlanId, SessionId,
};

/// Parameters per multi-row statement. The backends take ten times as many, but SQLite's driver
/// looks for the name of each among all of them.
const MAX_PARAMETERS: usize = 3_000;

/// A value that can be bound to a statement.
pub(crate) trait Param {
    fn value(&self) -> Value;
    /// A typed NULL: Postgres wants to know the type of every parameter.
    fn null() -> Value;
}

/// A value that can be read from a column.
pub(crate) trait Column: Sized {
    type Stored: TryGetable;
    fn from_stored(stored: Self::Stored) -> Result<Self, String>;
}

/// A row that can be read as a whole; implemented through [`from_row!`].
pub(crate) trait FromRow: Sized {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError>;
}

macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::Param::value(&$value)),*] };
}

/// Reads a struct whose fields have the names of the columns.
macro_rules! from_row {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::sql::FromRow for $name {
            fn from_row(row: &sea_orm::QueryResult) -> Result<Self, $crate::StoreError> {
                Ok(Self { $($field: $crate::sql::get(row, stringify!($field))?),* })
            }
        }
    };
}

/// A closed set of states, stored as text.
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// The name in the database and in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(format!("{text:?} is none of {:?}", [$($text),*])),
                }
            }
        }

        impl $crate::sql::Param for $name {
            fn value(&self) -> sea_orm::Value { $crate::sql::Param::value(self.as_str()) }
            fn null() -> sea_orm::Value { <str as $crate::sql::Param>::null() }
        }

        impl $crate::sql::Column for $name {
            type Stored = String;
            fn from_stored(stored: String) -> Result<Self, String> { stored.parse() }
        }
    };
}

pub(crate) use {from_row, params, text_enum};

pub(crate) fn get<T: Column>(row: &QueryResult, column: &str) -> Result<T, StoreError> {
    let stored = row.try_get::<T::Stored>("", column)?;
    T::from_stored(stored).map_err(|why| StoreError::Corrupt {
        column: column.to_owned(),
        why,
    })
}

/// Runs a statement and tells how many rows it changed.
pub(crate) async fn execute(
    on: &impl ConnectionTrait,
    sql: &str,
    params: Vec<Value>,
) -> Result<u64, StoreError> {
    Ok(on
        .execute_raw(statement(on, sql, params))
        .await?
        .rows_affected())
}

pub(crate) async fn all<T: FromRow>(
    on: &impl ConnectionTrait,
    sql: &str,
    params: Vec<Value>,
) -> Result<Vec<T>, StoreError> {
    let rows = on.query_all_raw(statement(on, sql, params)).await?;
    rows.iter().map(T::from_row).collect()
}

pub(crate) async fn one<T: FromRow>(
    on: &impl ConnectionTrait,
    sql: &str,
    params: Vec<Value>,
) -> Result<Option<T>, StoreError> {
    let row = on.query_one_raw(statement(on, sql, params)).await?;
    row.as_ref().map(T::from_row).transpose()
}

/// The column named `value` of the first row.
pub(crate) async fn scalar<T: Column>(
    on: &impl ConnectionTrait,
    sql: &str,
    params: Vec<Value>,
) -> Result<Option<T>, StoreError> {
    let row = on.query_one_raw(statement(on, sql, params)).await?;
    row.as_ref().map(|row| get(row, "value")).transpose()
}

/// Runs `{head} VALUES (…), (…) {tail}` in as few statements as the parameter limits allow.
pub(crate) async fn execute_rows(
    on: &impl ConnectionTrait,
    head: &str,
    rows: Vec<Vec<Value>>,
    tail: &str,
) -> Result<u64, StoreError> {
    let Some(width) = rows.first().map(Vec::len) else {
        return Ok(0);
    };
    let per_statement = MAX_PARAMETERS / width.max(1);
    let mut changed = 0;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<Vec<Value>> = rows.by_ref().take(per_statement).collect();
        let sql = format!(
            "{head} VALUES {} {tail}",
            placeholders(Backend::of(on), chunk.len(), width)
        );
        changed += execute(on, &sql, chunk.into_iter().flatten().collect()).await?;
    }
    Ok(changed)
}

/// `($1, $2), ($3, $4)` for two rows of two columns. To SQLite `$1` is a name, searched for among
/// all names before it; `?1` is a number.
pub(crate) fn placeholders(backend: Backend, rows: usize, width: usize) -> String {
    let mark = match backend {
        Backend::Sqlite => '?',
        Backend::Postgres => '$',
    };
    let row = |r: usize| {
        let columns: Vec<String> = (1..=width)
            .map(|c| format!("{mark}{}", r * width + c))
            .collect();
        format!("({})", columns.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// `$2, $3, $4` for a list of three whose first parameter is the second.
pub(crate) fn hash_list(first: usize, count: usize) -> String {
    let marks: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    marks.join(", ")
}

fn statement(on: &impl ConnectionTrait, sql: &str, params: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(on.get_database_backend(), sql, params)
}

/// `text` as the database keeps it: without U+0000.
pub(crate) fn clean(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// `time` as the database keeps it: whole microseconds.
pub(crate) fn truncate(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(6)
}

impl Param for str {
    fn value(&self) -> Value {
        Value::String(Some(clean(self)))
    }
    fn null() -> Value {
        Value::String(None)
    }
}

impl Param for String {
    fn value(&self) -> Value {
        self.as_str().value()
    }
    fn null() -> Value {
        Value::String(None)
    }
}

impl Param for DateTime<Utc> {
    fn value(&self) -> Value {
        truncate(*self).into()
    }
    fn null() -> Value {
        Option::<Self>::None.into()
    }
}

impl Param for Digest {
    fn value(&self) -> Value {
        self.0.to_vec().into()
    }
    fn null() -> Value {
        Option::<Vec<u8>>::None.into()
    }
}

impl Param for Contest {
    fn value(&self) -> Value {
        self.to_string().value()
    }
    fn null() -> Value {
        Value::String(None)
    }
}

impl<T: Param> Param for Option<T> {
    fn value(&self) -> Value {
        self.as_ref().map_or_else(T::null, Param::value)
    }
    fn null() -> Value {
        T::null()
    }
}

impl<T: Param + ?Sized> Param for &T {
    fn value(&self) -> Value {
        (*self).value()
    }
    fn null() -> Value {
        T::null()
    }
}

macro_rules! plain {
    ($($type:ty),*) => {$(
        impl Param for $type {
            fn value(&self) -> Value { self.clone().into() }
            fn null() -> Value { Option::<$type>::None.into() }
        }
        impl Column for $type {
            type Stored = $type;
            fn from_stored(stored: $type) -> Result<Self, String> { Ok(stored) }
        }
    )*};
}
plain!(i64, f64, bool, Vec<u8>);

macro_rules! uuids {
    ($($type:ident),*) => {$(
        impl Param for $type {
            fn value(&self) -> Value { self.0.into() }
            fn null() -> Value { Option::<uuid::Uuid>::None.into() }
        }
        impl Column for $type {
            type Stored = uuid::Uuid;
            fn from_stored(stored: uuid::Uuid) -> Result<Self, String> { Ok(Self(stored)) }
        }
    )*};
}
uuids!(
    AccountId,
    PlanId,
    FamilyId,
    JudgeId,
    ComparisonId,
    JobId,
    KeyId,
    SessionId
);
uuids!(AuditItemId, AuditLabelId, AuditDecisionId, FeedbackId);

impl Param for u16 {
    fn value(&self) -> Value {
        i64::from(*self).into()
    }
    fn null() -> Value {
        i64::null()
    }
}

impl Column for u16 {
    type Stored = i64;
    fn from_stored(stored: i64) -> Result<Self, String> {
        Self::try_from(stored).map_err(|_| format!("{stored} is not within 0..=65535"))
    }
}

impl Column for String {
    type Stored = Self;
    fn from_stored(stored: Self) -> Result<Self, String> {
        Ok(stored)
    }
}

impl Column for DateTime<Utc> {
    type Stored = Self;
    fn from_stored(stored: Self) -> Result<Self, String> {
        Ok(stored)
    }
}

impl Column for Digest {
    type Stored = Vec<u8>;
    fn from_stored(stored: Vec<u8>) -> Result<Self, String> {
        let length = stored.len();
        stored
            .try_into()
            .map(Self)
            .map_err(|_| format!("{length} bytes instead of 32"))
    }
}

impl Column for Contest {
    type Stored = String;
    fn from_stored(stored: String) -> Result<Self, String> {
        stored.parse()
    }
}

impl<T: Column> Column for Option<T> {
    type Stored = Option<T::Stored>;
    fn from_stored(stored: Self::Stored) -> Result<Self, String> {
        stored.map(T::from_stored).transpose()
    }
}
