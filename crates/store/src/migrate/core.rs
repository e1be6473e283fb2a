//! The first schema: accounts, plans, families, vectors, KPIs, contests, ratings, the journal.
//!
//! Written once for both backends; the names in braces become column types in `dialect`.

use sea_orm::ConnectionTrait;
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

use crate::dialect::Backend;

pub(super) struct Core;

impl MigrationName for Core {
    fn name(&self) -> &'static str {
        "m20261122_000001_core"
    }
}

#[async_trait]
impl MigrationTrait for Core {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = Backend::of(connection);
        for statement in [
            ACCOUNTS,
            PLANS,
            VECTORS,
            METRICS,
            CONTESTS,
            COMPARISONS,
            JOURNAL,
        ] {
            connection
                .execute_unprepared(&backend.ddl(statement))
                .await?;
        }
        Ok(())
    }
}

const ACCOUNTS: &str = "
CREATE TABLE account (
    account_id {uuid} NOT NULL PRIMARY KEY,
    kind {text} NOT NULL CHECK (kind IN ('system', 'user')),
    display_name {text} NOT NULL,
    created_at {time} NOT NULL
) {strict};
";

// The narrow rows that lists read are kept apart from the documents of some 300 KB.
const PLANS: &str = "
CREATE TABLE plan_family (
    family_id {uuid} NOT NULL PRIMARY KEY,
    representative {uuid} NOT NULL,
    created_at {time} NOT NULL
) {strict};

CREATE TABLE plan_corpus (
    plan_id {uuid} NOT NULL PRIMARY KEY,
    owner_id {uuid} NOT NULL REFERENCES account (account_id),
    family_id {uuid} NOT NULL REFERENCES plan_family (family_id) DEFERRABLE INITIALLY DEFERRED,
    external_id {text},
    title {text} NOT NULL,
    domain {text},
    visibility {text} NOT NULL CHECK (visibility IN ('system', 'public', 'private')),
    state {text} NOT NULL CHECK (state IN ('active', 'withdrawn', 'quarantined')),
    state_reason {text},
    content_hash {bytes} NOT NULL,
    warnings {text} NOT NULL,
    integrity {text} NOT NULL,
    source_name {text},
    source_catalogue {text},
    created_at {time} NOT NULL,
    UNIQUE (owner_id, content_hash),
    UNIQUE (owner_id, external_id)
) {strict};
CREATE INDEX plan_corpus_content_hash ON plan_corpus (content_hash);
CREATE INDEX plan_corpus_external_id ON plan_corpus (external_id);
CREATE INDEX plan_corpus_family ON plan_corpus (family_id);

CREATE TABLE plan_document (
    plan_id {uuid} NOT NULL PRIMARY KEY REFERENCES plan_corpus (plan_id),
    prompt {text} NOT NULL,
    document {text} NOT NULL,
    card {text} NOT NULL
) {strict};

CREATE TABLE plan_signature (
    plan_id {uuid} NOT NULL PRIMARY KEY REFERENCES plan_corpus (plan_id),
    signature {bytes} NOT NULL
) {strict};

CREATE TABLE plan_band (
    band_number {int} NOT NULL,
    band_hash {int} NOT NULL,
    plan_id {uuid} NOT NULL REFERENCES plan_corpus (plan_id),
    PRIMARY KEY (band_number, band_hash, plan_id)
) {no_rowid};
";

const VECTORS: &str = "
CREATE TABLE plan_embedding (
    model {text} NOT NULL,
    plan_id {uuid} NOT NULL REFERENCES plan_corpus (plan_id),
    dimensions {int} NOT NULL,
    vector {bytes} NOT NULL,
    PRIMARY KEY (model, plan_id)
) {strict};

CREATE TABLE corpus_snapshot (
    snapshot_id {text} NOT NULL PRIMARY KEY,
    model {text} NOT NULL,
    created_at {time} NOT NULL,
    body {bytes} NOT NULL
) {strict};
CREATE INDEX corpus_snapshot_model ON corpus_snapshot (model, created_at);
";

// `contest`, `domain`, `content_hash`, `submitted_at` and `listed` repeat what plan_corpus says, so
// that a page of the board is one range of one index however many plans there are.
const METRICS: &str = "
CREATE TABLE plan_metrics (
    plan_id {uuid} NOT NULL PRIMARY KEY REFERENCES plan_corpus (plan_id),
    contest {text} NOT NULL,
    domain {text},
    content_hash {bytes} NOT NULL,
    submitted_at {time} NOT NULL,
    listed {bool} NOT NULL,
    novelty_score {real},
    prompt_quality {real},
    technical_completeness {real},
    feasibility {real},
    impact_estimate {real},
    kpi_version {text},
    elo {real},
    elo_se {real},
    elo_low {real},
    elo_high {real},
    rank {int},
    rank_low {int},
    rank_high {int},
    percentile {real},
    num_comparisons {int} NOT NULL DEFAULT 0,
    num_opponents {int} NOT NULL DEFAULT 0,
    num_opponent_owners {int} NOT NULL DEFAULT 0,
    provisional {bool},
    flagged {bool},
    bucket_id {int},
    comment {text},
    rated_at {time}
) {strict};
CREATE INDEX plan_metrics_board
    ON plan_metrics (contest, listed, provisional, elo, content_hash, plan_id, submitted_at);
CREATE INDEX plan_metrics_board_by_domain
    ON plan_metrics (contest, domain, listed, provisional, elo, content_hash, plan_id, submitted_at);

CREATE TABLE kpi_extraction (
    plan_id {uuid} NOT NULL REFERENCES plan_corpus (plan_id),
    version {text} NOT NULL,
    novelty_score {real},
    prompt_quality {real},
    technical_completeness {real},
    feasibility {real},
    impact_estimate {real},
    evidence {text} NOT NULL,
    extracted_at {time} NOT NULL,
    PRIMARY KEY (plan_id, version)
) {strict};

CREATE TABLE rating_history (
    plan_id {uuid} NOT NULL REFERENCES plan_corpus (plan_id),
    contest {text} NOT NULL,
    publication {int} NOT NULL,
    elo {real} NOT NULL,
    elo_se {real} NOT NULL,
    elo_low {real} NOT NULL,
    elo_high {real} NOT NULL,
    rank {int} NOT NULL,
    num_comparisons {int} NOT NULL,
    published_at {time} NOT NULL,
    PRIMARY KEY (plan_id, contest, publication)
) {no_rowid};
";

const CONTESTS: &str = "
CREATE TABLE judge (
    judge_id {uuid} NOT NULL PRIMARY KEY,
    fingerprint {text} NOT NULL UNIQUE,
    kind {text} NOT NULL,
    name {text} NOT NULL,
    version {text} NOT NULL,
    model {text},
    params {text} NOT NULL,
    canary_stats {text},
    suspended_at {time},
    suspended_why {text},
    created_at {time} NOT NULL
) {strict};

CREATE TABLE ranking (
    contest {text} NOT NULL PRIMARY KEY,
    seed {int} NOT NULL,
    settings {text} NOT NULL,
    state {text} NOT NULL,
    published {int} NOT NULL DEFAULT 0,
    fence {int} NOT NULL DEFAULT 0,
    lease_token {text},
    lease_until {time},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};

CREATE TABLE ranking_round (
    contest {text} NOT NULL REFERENCES ranking (contest),
    number {int} NOT NULL,
    state {text} NOT NULL CHECK (state IN ('open', 'closed')),
    created_at {time} NOT NULL,
    closed_at {time},
    PRIMARY KEY (contest, number)
) {no_rowid};
CREATE UNIQUE INDEX ranking_round_one_open ON ranking_round (contest) WHERE state = 'open';
";

// `variant` is empty for a pair of plans and names the twin for a canary, so that one unique index
// says both \"never the same ordered pair twice under one judge\" and \"one canary of each sort\".
const COMPARISONS: &str = "
CREATE TABLE comparison (
    comparison_id {uuid} NOT NULL PRIMARY KEY,
    contest {text} NOT NULL,
    round {int} NOT NULL,
    seq {int} NOT NULL,
    first_plan {uuid} NOT NULL REFERENCES plan_corpus (plan_id),
    second_plan {uuid} NOT NULL REFERENCES plan_corpus (plan_id),
    first_hash {bytes} NOT NULL,
    second_hash {bytes} NOT NULL,
    judge_id {uuid} NOT NULL REFERENCES judge (judge_id),
    kind {text} NOT NULL CHECK (kind IN ('normal', 'second_order', 'canary', 'self_canary')),
    variant {text} NOT NULL DEFAULT '',
    reason {text} NOT NULL,
    state {text} NOT NULL CHECK (state IN ('scheduled', 'done', 'void')),
    level {int} CHECK (level BETWEEN -4 AND 4),
    verdict {text},
    void_reason {text},
    flags {text},
    model {text},
    prompt_version {text},
    request_hash {text},
    input_tokens {int} NOT NULL DEFAULT 0,
    output_tokens {int} NOT NULL DEFAULT 0,
    cost_nano_usd {int} NOT NULL DEFAULT 0,
    calls {int} NOT NULL DEFAULT 0,
    created_at {time} NOT NULL,
    finished_at {time},
    FOREIGN KEY (contest, round) REFERENCES ranking_round (contest, number),
    UNIQUE (contest, round, seq),
    CHECK ((kind IN ('normal', 'second_order')) = (variant = '')),
    CHECK (state <> 'done' OR level IS NOT NULL)
) {strict};
CREATE UNIQUE INDEX comparison_once
    ON comparison (contest, first_plan, second_plan, judge_id, variant);
CREATE INDEX comparison_first ON comparison (first_plan);
CREATE INDEX comparison_second ON comparison (second_plan);
CREATE INDEX comparison_kind ON comparison (contest, kind);
CREATE INDEX comparison_state ON comparison (contest, round, state);
";

const JOURNAL: &str = "
CREATE TABLE model_call (
    request_key {text} NOT NULL PRIMARY KEY,
    contest {text},
    provider {text} NOT NULL,
    model {text} NOT NULL,
    purpose {text} NOT NULL,
    response {text} NOT NULL,
    finish {text} NOT NULL,
    input_tokens {int} NOT NULL,
    output_tokens {int} NOT NULL,
    cost_nano_usd {int} NOT NULL,
    created_at {time} NOT NULL
) {strict};
CREATE INDEX model_call_time ON model_call (created_at);
CREATE INDEX model_call_contest ON model_call (contest, created_at);

CREATE TABLE setting (
    key {text} NOT NULL PRIMARY KEY,
    value {text} NOT NULL,
    created_at {time} NOT NULL
) {strict};

INSERT INTO account (account_id, kind, display_name, created_at)
VALUES ({system_account}, 'system', 'Planrank', '2026-01-01T00:00:00+00:00');
";
