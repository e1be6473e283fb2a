//! What can go wrong with accounts, in words for the person who asked.

use store::StoreError;

use crate::TooMany;

/// Why a use case of accounts didn't happen.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: String },
    #[error("{0}")]
    Forbidden(&'static str),
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("this account has {limit} working API keys, the most it may have: revoke one first")]
    TooManyKeys { limit: u32 },
    #[error("{0}")]
    Refused(&'static str),
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a presented API key opens nothing. What it says helps only whoever holds the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    #[error(
        "that is no API key of this service: a key starts with prk_live_ and has 58 characters"
    )]
    NotAKey,
    #[error("the API key has a typing error (its check digits don't match): copy it again, whole")]
    Mistyped,
    #[error("this service knows no such API key: make one on the account page")]
    Unknown,
    #[error("the API key was revoked: use another, or make one on the account page")]
    Revoked,
    #[error(
        "the API key has expired: use the one that replaced it, or make one on the account page"
    )]
    Expired,
    #[error("the account of this API key is disabled: ask an administrator")]
    AccountDisabled,
}
