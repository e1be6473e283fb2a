//! Whether an account can pay for what it is about to start.
//!
//! Asked before a plan is created, resumed or retried. When it is short, a client that can show a
//! page is asked to send its user there, and repeats the call afterwards; any other gets an error
//! with the same address. Nothing is reserved or taken here.

use async_trait::async_trait;
use store::AccountId;

use crate::Problem;

/// What somebody may spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is charged.
    Unmetered,
    Enough {
        available_nano_usd: i64,
        held_nano_usd: i64,
    },
    Short {
        available_nano_usd: i64,
        held_nano_usd: i64,
        needed_nano_usd: i64,
        /// Behind the public address: where a person adds credit.
        top_up_path: String,
    },
}

/// Where credit is kept.
#[async_trait]
pub trait Credit: std::fmt::Debug + Send + Sync {
    /// Whether `account` can pay for work that is estimated at so much.
    async fn standing(
        &self,
        account: AccountId,
        estimated_nano_usd: i64,
    ) -> Result<Standing, Problem>;
}

/// A service that charges nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unmetered;

#[async_trait]
impl Credit for Unmetered {
    async fn standing(&self, _: AccountId, _: i64) -> Result<Standing, Problem> {
        Ok(Standing::Unmetered)
    }
}
