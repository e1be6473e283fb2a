//! What accounts promise, checked on SQLite and on Postgres alike.
//!
//! The Postgres half runs when `PLANRANK_TEST_POSTGRES` names a server, and says so when not.

mod administration;
mod fixture;
mod github;
mod hostile_issuer;
mod idempotency;
mod issuer;
mod keys;
mod limits;
mod login;
mod logs;
mod peer;
mod sessions;
mod sweep;
