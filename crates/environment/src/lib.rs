//! What a part may ask of the outside world besides the database: the time, and bytes nobody can
//! guess. Both are parameters, so that tests and replays are exact.
//!
//! Stands at the bottom of the workspace; every crate with effects takes these traits, and only
//! the binary and the tests implement them.

use chrono::{DateTime, Utc};

/// Tells the time. The binary hands in the system's clock, tests one that they set.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> DateTime<Utc>;
}

/// Gives random bytes for ids and secrets; never used for a decision that a replay repeats.
pub trait Entropy: Send + Sync + std::fmt::Debug {
    fn bytes(&self) -> [u8; 16];
}
