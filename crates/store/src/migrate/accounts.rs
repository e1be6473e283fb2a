//! Accounts in full: roles, how people prove who they are, API keys, sessions, limits.
//!
//! Secrets are here as hashes only. No table holds a password: whoever logs in proves it elsewhere.

use sea_orm::ConnectionTrait;
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

use crate::dialect::Backend;

pub(super) struct Accounts;

impl MigrationName for Accounts {
    fn name(&self) -> &'static str {
        "m20261122_000002_accounts"
    }
}

#[async_trait]
impl MigrationTrait for Accounts {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = Backend::of(connection);
        for statement in [ACCOUNTS, CREDENTIALS, LOGIN, LIMITS] {
            connection
                .execute_unprepared(&backend.ddl(statement))
                .await?;
        }
        Ok(())
    }
}

const ACCOUNTS: &str = "
ALTER TABLE account ADD COLUMN role {text} NOT NULL DEFAULT 'user'
    CHECK (role IN ('user', 'reviewer', 'admin'));
ALTER TABLE account ADD COLUMN email {text};
ALTER TABLE account ADD COLUMN disabled_at {time};
ALTER TABLE account ADD COLUMN last_login {time};
";

const CREDENTIALS: &str = "
CREATE TABLE api_key (
    key_id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES account (account_id),
    name {text} NOT NULL,
    hint {text} NOT NULL,
    secret_hash {bytes} NOT NULL UNIQUE,
    scopes {text} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time},
    revoked_at {time},
    replaced_by {uuid},
    last_used_at {time}
) {strict};
CREATE INDEX api_key_account ON api_key (account_id, key_id);

CREATE TABLE session (
    session_id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES account (account_id),
    token_hash {bytes} NOT NULL UNIQUE,
    client {text} NOT NULL,
    created_at {time} NOT NULL,
    last_seen_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    ends_at {time} NOT NULL
) {strict};
CREATE INDEX session_account ON session (account_id, session_id);
CREATE INDEX session_expiry ON session (expires_at);
";

const LOGIN: &str = "
CREATE TABLE identity (
    issuer {text} NOT NULL,
    subject {text} NOT NULL,
    account_id {uuid} NOT NULL REFERENCES account (account_id),
    created_at {time} NOT NULL,
    PRIMARY KEY (issuer, subject)
) {no_rowid};
CREATE INDEX identity_account ON identity (account_id);

CREATE TABLE login_attempt (
    state_hash {bytes} NOT NULL PRIMARY KEY,
    binding_hash {bytes} NOT NULL,
    provider {text} NOT NULL,
    return_to {text} NOT NULL,
    expires_at {time} NOT NULL
) {strict};
CREATE INDEX login_attempt_expiry ON login_attempt (expires_at);
";

// `drained_at` is in microseconds since 1970: arithmetic on numbers reads the same on both
// databases, arithmetic on times doesn't. It has no index, so that Postgres can update the row in
// place; the table holds one row per active subject.
const LIMITS: &str = "
CREATE TABLE rate_limit (
    subject {text} NOT NULL,
    rule {text} NOT NULL,
    drained_at {int} NOT NULL,
    PRIMARY KEY (subject, rule)
) {no_rowid};

CREATE TABLE idempotency_key (
    account_id {uuid} NOT NULL REFERENCES account (account_id),
    key {text} NOT NULL,
    fingerprint {bytes} NOT NULL,
    answer {text},
    claim {int} NOT NULL,
    claimed_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    PRIMARY KEY (account_id, key)
) {no_rowid};
CREATE INDEX idempotency_key_expiry ON idempotency_key (expires_at);
";
