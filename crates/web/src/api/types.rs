//! What the API sends: types of its own, so that a change of what is stored changes no answer
//! unnoticed. They mirror the views of the use cases field by field; the compiler tells when one
//! gains or loses a field that is named here.
//!
//! Ids are UUIDs, times RFC 3339, money strings of nano-US-dollars.

mod audit;
mod board;
mod comparisons;
mod judges;
mod plan;
mod run;

use chrono::{DateTime, Utc};
use store::{
    AccountId, AuditDecisionId, AuditItemId, ComparisonId, Digest, FamilyId, JudgeId, KeyId,
    PlanId, SessionId,
};
use uuid::Uuid;

pub(crate) use audit::*;
pub(crate) use board::*;
pub(crate) use comparisons::*;
pub(crate) use judges::*;
pub(crate) use plan::*;
pub(crate) use run::*;

/// Turns a view into what is sent.
pub(crate) trait Wire<T> {
    fn wire(from: T) -> Self;
}

impl<T, U: Wire<T>> Wire<Option<T>> for Option<U> {
    fn wire(from: Option<T>) -> Self {
        from.map(U::wire)
    }
}

impl<T, U: Wire<T>> Wire<Vec<T>> for Vec<U> {
    fn wire(from: Vec<T>) -> Self {
        from.into_iter().map(U::wire).collect()
    }
}

macro_rules! as_it_is {
    ($($type:ty),*) => {$(
        impl Wire<$type> for $type {
            fn wire(from: $type) -> Self {
                from
            }
        }
    )*};
}

as_it_is!(
    String,
    bool,
    i8,
    i64,
    u16,
    u32,
    u64,
    usize,
    f64,
    DateTime<Utc>,
    serde_json::Value
);

macro_rules! as_uuid {
    ($($id:ty),*) => {$(
        impl Wire<$id> for Uuid {
            fn wire(from: $id) -> Self {
                from.0
            }
        }
    )*};
}

as_uuid!(
    AccountId,
    AuditDecisionId,
    AuditItemId,
    ComparisonId,
    FamilyId,
    JudgeId,
    KeyId,
    PlanId,
    SessionId
);

impl Wire<&'static str> for String {
    fn wire(from: &'static str) -> Self {
        from.to_owned()
    }
}

impl Wire<Digest> for String {
    fn wire(from: Digest) -> Self {
        from.to_string()
    }
}

/// Structs that mirror others: `Name of path::Name { field: Type, … }`.
macro_rules! mirrors {
    ($($(#[$meta:meta])* $name:ident of $from:path {
        $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
    })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
        pub(crate) struct $name {
            $($(#[$field_meta])* pub(crate) $field: $type,)*
        }

        impl $crate::api::types::Wire<$from> for $name {
            fn wire(from: $from) -> Self {
                Self { $($field: $crate::api::types::Wire::wire(from.$field),)* }
            }
        }
    )*};
}
pub(crate) use mirrors;

/// Enums without data that mirror others.
macro_rules! mirrored_words {
    ($($(#[$meta:meta])* $name:ident of $from:path { $($(#[$word_meta:meta])* $word:ident,)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name {
            $($(#[$word_meta])* $word,)*
        }

        impl $crate::api::types::Wire<$from> for $name {
            fn wire(from: $from) -> Self {
                match from {
                    $(<$from>::$word => Self::$word,)*
                }
            }
        }
    )*};
}
pub(crate) use mirrored_words;
