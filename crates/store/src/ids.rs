//! Identifiers: newtypes over `UUIDv7` made from a time and random bytes that the caller gives,
//! so that this crate has neither a clock nor a source of randomness.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A `UUIDv7` whose first 48 bits are the milliseconds of `at` (0 before 1970).
pub fn uuid_v7(at: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id; the same arguments give the same id.
            pub fn new(at: DateTime<Utc>, random: [u8; 10]) -> Self {
                Self(uuid_v7(at, random))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// Who owns plans; see [`AccountId::SYSTEM`].
    AccountId;
    /// One submitted plan.
    PlanId;
    /// A group of plans that are near copies of one another.
    FamilyId;
    /// One version of one judge.
    JudgeId;
    /// One pair judged once.
    ComparisonId;
    /// One piece of work in the queue.
    JobId;
    /// One API key; not secret.
    KeyId;
    /// One login on one browser; not secret.
    SessionId;
    /// One comparison to be judged by people.
    AuditItemId;
    /// One person's blind judgement.
    AuditLabelId;
    /// What a person decided about a verdict.
    AuditDecisionId;
    /// One remark about the service or a plan.
    FeedbackId;
}

impl AccountId {
    /// The account that owns the seed corpus and whatever the command line does.
    pub const SYSTEM: Self = Self(Uuid::from_u128(1));
}

/// 32 bytes of SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)
            .map_err(|_| format!("{text:?} is not 64 hexadecimal digits"))?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// Which ranking a comparison or rating belongs to.
///
/// The public contest holds the plans that are visible to everybody; a private one holds the
/// private plans of one owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Contest {
    Public,
    Private(AccountId),
}

impl fmt::Display for Contest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::Private(owner) => write!(f, "private:{owner}"),
        }
    }
}

impl FromStr for Contest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "public" {
            return Ok(Self::Public);
        }
        let owner = text
            .strip_prefix("private:")
            .and_then(|owner| owner.parse().ok());
        owner
            .map(Self::Private)
            .ok_or_else(|| format!("{text:?} names no contest"))
    }
}

impl TryFrom<String> for Contest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Contest> for String {
    fn from(contest: Contest) -> Self {
        contest.to_string()
    }
}
