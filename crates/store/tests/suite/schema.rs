//! The schema: the same tables and columns on both backends, by the names that others rely on.

use sea_orm::{ConnectionTrait, Database, Statement};
use store::{Backend, Store, StoreError};

use crate::fixture::{World, on_both};

on_both! {
    async fn migrating_again_does_nothing(world) {
        assert!(world.store.pending_migrations().await.unwrap().is_empty());
        assert!(world.store.migrate().await.unwrap().is_empty());
        world.store.ping().await.unwrap();
    }

    async fn a_newer_schema_is_refused(world) {
        let raw = Database::connect(world.database.url()).await.unwrap();
        raw.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_future', 0)").await.unwrap();
        let error = Store::connect(world.database.url()).await.unwrap_err();
        assert!(matches!(&error, StoreError::NewerSchema { found } if found == "m29990101_future"), "{error}");
        assert!(matches!(world.store.migrate().await, Err(StoreError::NewerSchema { .. })));
        raw.close().await.unwrap();
    }

    async fn tables_and_columns_have_the_names_that_others_rely_on(world) {
        insta::assert_snapshot!(tables(world).await, @r"
        account: account_id kind display_name created_at role email disabled_at last_login
        api_key: key_id account_id name hint secret_hash scopes created_at expires_at revoked_at replaced_by last_used_at
        artifact: plan_id file stage sha256 size edited generated_sha256 generated_size updated_at
        audit_claim: item_id reviewer_id claimed_at claimed_until
        audit_decision: decision_id item_id comparison_id reviewer_id author_id action reason note quote level swapped weight supersedes created_at
        audit_item: item_id contest number comparison_id stream reason swapped labels_wanted created_at
        audit_label: label_id item_id comparison_id reviewer_id level swapped seconds created_at
        comparison: comparison_id contest round seq first_plan second_plan first_hash second_hash judge_id kind variant reason state level verdict void_reason flags model prompt_version request_hash input_tokens output_tokens cost_nano_usd calls created_at finished_at
        contest_status: contest phase note again_at updated_at
        contest_summary: contest publication published_at established provisional flagged comparisons domains elo_min elo_max spend_nano_usd judges
        corpus_snapshot: snapshot_id model created_at body
        feedback: feedback_id account_id plan_id category message rating created_at
        generation: plan_id owner_id title titled prompt mode profile start_date visibility state failure stop_requested attempt resume_count epoch revision max_cost_nano_usd estimated_nano_usd spent_nano_usd dedupe bundle_of bundle_sha256 bundle_size ranked_plan_id ranking_note ranked_at created_at started_at finished_at last_progress_at
        generation_stage: plan_id stage state inputs_hash model calls_done calls_total cost_nano_usd input_tokens output_tokens started_at finished_at error outputs
        idempotency_key: account_id key fingerprint answer claim claimed_at expires_at
        identity: issuer subject account_id created_at
        job: job_id kind key account_id priority turn gate state payload run_at attempts max_attempts expiries fence lease_token lease_until last_error discarded_by created_at started_at finished_at
        job_pause: kind reason paused_at resumed_at
        job_schedule: kind key period
        job_turn: account_id priority turn
        judge: judge_id fingerprint kind name version model params canary_stats suspended_at suspended_why created_at
        kpi_extraction: plan_id version novelty_score prompt_quality technical_completeness feasibility impact_estimate evidence extracted_at
        login_attempt: state_hash binding_hash provider return_to expires_at
        model_call: request_key contest provider model purpose response finish input_tokens output_tokens cost_nano_usd created_at plan_id stage
        plan_band: band_number band_hash plan_id
        plan_corpus: plan_id owner_id family_id external_id title domain visibility state state_reason content_hash warnings integrity source_name source_catalogue created_at state_by
        plan_document: plan_id prompt document card
        plan_embedding: model plan_id dimensions vector
        plan_family: family_id representative created_at
        plan_metrics: plan_id contest domain content_hash submitted_at listed novelty_score prompt_quality technical_completeness feasibility impact_estimate kpi_version elo elo_se elo_low elo_high rank rank_low rank_high percentile num_comparisons num_opponents num_opponent_owners provisional flagged bucket_id comment rated_at
        plan_signature: plan_id signature
        ranking: contest seed settings state published fence lease_token lease_until created_at updated_at
        ranking_round: contest number state created_at closed_at
        rate_limit: subject rule drained_at
        rating_history: plan_id contest publication elo elo_se elo_low elo_high rank num_comparisons published_at
        session: session_id account_id token_hash client created_at last_seen_at expires_at ends_at
        setting: key value created_at
        ");
    }
}

/// One line per table: its name and its columns in order.
async fn tables(world: &World) -> String {
    let (backend, sql) = match world.store.backend() {
        Backend::Sqlite => (
            sea_orm::DbBackend::Sqlite,
            "SELECT t.name AS table_name, c.name AS column_name FROM sqlite_master t, pragma_table_info(t.name) c
             WHERE t.type = 'table' ORDER BY t.name, c.cid",
        ),
        Backend::Postgres => (
            sea_orm::DbBackend::Postgres,
            "SELECT table_name::text, column_name::text FROM information_schema.columns
             WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position",
        ),
    };
    let raw = Database::connect(world.database.url()).await.unwrap();
    let rows = raw
        .query_all_raw(Statement::from_string(backend, sql))
        .await
        .unwrap();
    raw.close().await.unwrap();
    let mut lines: Vec<(String, String)> = Vec::new();
    for row in rows {
        let (table, column): (String, String) = (
            row.try_get("", "table_name").unwrap(),
            row.try_get("", "column_name").unwrap(),
        );
        // Not part of the versioned schema: the migrations' own list, and pgvector's copy.
        if ["seaql_migrations", "plan_vector"].contains(&table.as_str()) {
            continue;
        }
        match lines.last_mut().filter(|(name, _)| *name == table) {
            Some((_, columns)) => *columns = format!("{columns} {column}"),
            None => lines.push((table, column)),
        }
    }
    let lines: Vec<String> = lines
        .into_iter()
        .map(|(table, columns)| format!("{table}: {columns}"))
        .collect();
    lines.join("\n")
}
