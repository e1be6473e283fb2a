//! Comparisons: one pair judged once. Finished ones are never changed.
//!
//! Lists are ordered by content hashes, judge fingerprint and variant, never by ids that the
//! server made, so that a fit of the same verdicts is the same bit by bit.

use chrono::{DateTime, Utc};
use sea_orm::Value;
use serde::Serialize;

use crate::rankings::hold;
use crate::sql::{Param, all, execute, from_row, one, params, text_enum};
use crate::{ComparisonId, Contest, Digest, Fence, JudgeId, PlanId, Store, StoreError};

text_enum! {
    /// Why two cards were compared; only the first two kinds count for ratings.
    ComparisonKind {
        /// A pair of plans.
        Normal = "normal",
        /// The same pair in the other order, to measure the judge.
        SecondOrder = "second_order",
        /// A card against its padded, restyled or otherwise doctored twin.
        Canary = "canary",
        /// A raw card against its sanitised self.
        SelfCanary = "self_canary",
    }
}

text_enum! {
    /// Where a comparison stands; `void` has no verdict and never will.
    ComparisonState { Scheduled = "scheduled", Done = "done", Void = "void" }
}

/// A comparison to be scheduled.
#[derive(Debug, Clone)]
pub struct NewComparison {
    pub comparison_id: ComparisonId,
    pub first_plan: PlanId,
    pub second_plan: PlanId,
    pub first_hash: Digest,
    pub second_hash: Digest,
    pub judge_id: JudgeId,
    pub kind: ComparisonKind,
    /// Empty for pairs; for canaries the name of the twin and its side, such as `padded/second`.
    pub variant: String,
    /// Why the scheduler chose it.
    pub reason: String,
}

/// One comparison with everything that its judging left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    pub comparison_id: ComparisonId,
    pub contest: Contest,
    pub round: i64,
    pub seq: i64,
    pub first_plan: PlanId,
    pub second_plan: PlanId,
    pub first_hash: Digest,
    pub second_hash: Digest,
    pub judge_id: JudgeId,
    pub kind: ComparisonKind,
    pub variant: String,
    pub reason: String,
    pub state: ComparisonState,
    /// −4 (second overwhelmingly better) to +4 (first overwhelmingly better); set when done.
    pub level: Option<i64>,
    /// JSON.
    pub verdict: Option<String>,
    pub void_reason: Option<String>,
    /// JSON.
    pub flags: Option<String>,
    pub model: Option<String>,
    pub prompt_version: Option<String>,
    pub request_hash: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_nano_usd: i64,
    pub calls: i64,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

from_row!(Comparison {
    comparison_id,
    contest,
    round,
    seq,
    first_plan,
    second_plan,
    first_hash,
    second_hash,
    judge_id,
    kind,
    variant,
    reason,
    state,
    level,
    verdict,
    void_reason,
    flags,
    model,
    prompt_version,
    request_hash,
    input_tokens,
    output_tokens,
    cost_nano_usd,
    calls,
    created_at,
    finished_at,
});

pub(crate) const COLUMNS: &str = "c.comparison_id, c.contest, c.round, c.seq, c.first_plan, c.second_plan, c.first_hash, \
     c.second_hash, c.judge_id, c.kind, c.variant, c.reason, c.state, c.level, c.verdict, c.void_reason, c.flags, \
     c.model, c.prompt_version, c.request_hash, c.input_tokens, c.output_tokens, c.cost_nano_usd, c.calls, \
     c.created_at, c.finished_at";

const ORDER: &str = "c.first_hash, c.second_hash, j.fingerprint, c.variant, c.round, c.seq";

/// What judging brought: a level, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The level −4..=4, or why the comparison is void.
    pub result: Result<i8, String>,
    /// JSON.
    pub verdict: Option<String>,
    pub flags: Option<String>,
    pub model: Option<String>,
    pub prompt_version: Option<String>,
    pub request_hash: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_nano_usd: i64,
    pub calls: i64,
    pub finished_at: DateTime<Utc>,
}

/// Which comparisons to list; an empty filter lists all of the contest.
#[derive(Debug, Clone, Copy, Default)]
pub struct ComparisonFilter {
    pub state: Option<ComparisonState>,
    pub kind: Option<ComparisonKind>,
    pub round: Option<i64>,
    pub judge_id: Option<JudgeId>,
}

impl ComparisonFilter {
    /// What doesn't apply is left out, rather than written as `$n IS NULL OR …`, so that the
    /// planner sees which index fits.
    fn conditions(&self, contest: Contest) -> (String, Vec<Value>) {
        let given = [
            ("c.state", self.state.map(|state| state.value())),
            ("c.kind", self.kind.map(|kind| kind.value())),
            ("c.round", self.round.map(|round| round.value())),
            ("c.judge_id", self.judge_id.map(|judge| judge.value())),
        ];
        let mut sql = "c.contest = $1".to_owned();
        let mut params = params![contest];
        for (column, value) in given {
            if let Some(value) = value {
                params.push(value);
                sql = format!("{sql} AND {column} = ${}", params.len());
            }
        }
        (sql, params)
    }
}

/// How often an ordered pair was scheduled, whatever became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairCount {
    pub first_plan: PlanId,
    pub second_plan: PlanId,
    pub judge_id: JudgeId,
    pub comparisons: i64,
}

from_row!(PairCount {
    first_plan,
    second_plan,
    judge_id,
    comparisons
});

impl Store {
    /// What a round still has to judge, in its order.
    pub async fn scheduled(
        &self,
        contest: Contest,
        round: i64,
    ) -> Result<Vec<Comparison>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM comparison c
             WHERE c.contest = $1 AND c.round = $2 AND c.state = 'scheduled' ORDER BY c.seq"
        );
        all(self.read(), &sql, params![contest, round]).await
    }

    /// Ends a scheduled comparison; `false` when it was ended before, and then nothing changes.
    pub async fn finish_comparison(
        &self,
        fence: &Fence,
        id: ComparisonId,
        outcome: &Outcome,
    ) -> Result<bool, StoreError> {
        let (state, level, void_reason) = match &outcome.result {
            Ok(level) => (ComparisonState::Done, Some(i64::from(*level)), None),
            Err(why) => (ComparisonState::Void, None, Some(why)),
        };
        let write = self.write().await?;
        hold(self, &write.tx, fence).await?;
        let sql = "UPDATE comparison SET state = $3, level = $4, void_reason = $5, verdict = $6, flags = $7,
                       model = $8, prompt_version = $9, request_hash = $10, input_tokens = $11,
                       output_tokens = $12, cost_nano_usd = $13, calls = $14, finished_at = $15
                   WHERE comparison_id = $1 AND contest = $2 AND state = 'scheduled'";
        let params = params![
            id,
            fence.contest,
            state,
            level,
            void_reason,
            outcome.verdict,
            outcome.flags,
            outcome.model,
            outcome.prompt_version,
            outcome.request_hash,
            outcome.input_tokens,
            outcome.output_tokens,
            outcome.cost_nano_usd,
            outcome.calls,
            outcome.finished_at,
        ];
        let changed = execute(&write.tx, sql, params).await?;
        write.commit().await?;
        Ok(changed > 0)
    }

    /// Replaces the flags of a finished comparison, such as "contradicted by its second order".
    pub async fn flag_comparison(
        &self,
        fence: &Fence,
        id: ComparisonId,
        flags: &str,
    ) -> Result<bool, StoreError> {
        let write = self.write().await?;
        hold(self, &write.tx, fence).await?;
        let sql = "UPDATE comparison SET flags = $3 WHERE comparison_id = $1 AND contest = $2 AND state <> 'scheduled'";
        let changed = execute(&write.tx, sql, params![id, fence.contest, flags]).await?;
        write.commit().await?;
        Ok(changed > 0)
    }

    pub async fn comparison(&self, id: ComparisonId) -> Result<Option<Comparison>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM comparison c WHERE c.comparison_id = $1");
        one(self.read(), &sql, params![id]).await
    }

    /// The comparisons of a contest, whole, in the order that doesn't depend on arrival.
    pub async fn comparisons(
        &self,
        contest: Contest,
        filter: &ComparisonFilter,
    ) -> Result<Vec<Comparison>, StoreError> {
        let (conditions, params) = filter.conditions(contest);
        let sql = format!(
            "SELECT {COLUMNS} FROM comparison c JOIN judge j ON j.judge_id = c.judge_id
             WHERE {conditions} ORDER BY {ORDER}"
        );
        all(self.read(), &sql, params).await
    }

    /// Comparisons of a contest in the order in which they were planned, behind a round and
    /// place, at most `limit` (1,000 is the ceiling).
    pub async fn comparisons_after(
        &self,
        contest: Contest,
        after: Option<(i64, i64)>,
        limit: u32,
    ) -> Result<Vec<Comparison>, StoreError> {
        let (round, seq) = after.unwrap_or((i64::MIN, i64::MIN));
        let sql = format!(
            "SELECT {COLUMNS} FROM comparison c WHERE c.contest = $1 AND (c.round, c.seq) > ($2, $3)
             ORDER BY c.round, c.seq LIMIT {}",
            limit.clamp(1, 1_000)
        );
        all(self.read(), &sql, params![contest, round, seq]).await
    }

    /// The comparisons of two plans with each other, in both orders.
    pub async fn comparisons_between(
        &self,
        a: PlanId,
        b: PlanId,
    ) -> Result<Vec<Comparison>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM comparison c
             WHERE (c.first_plan = $1 AND c.second_plan = $2) OR (c.first_plan = $2 AND c.second_plan = $1)
             ORDER BY c.contest, c.round, c.seq"
        );
        all(self.read(), &sql, params![a, b]).await
    }

    /// Every ordered pair of plans that was ever scheduled, per judge.
    pub async fn pair_counts(&self, contest: Contest) -> Result<Vec<PairCount>, StoreError> {
        let sql = "SELECT c.first_plan, c.second_plan, c.judge_id, COUNT(*) AS comparisons
                   FROM comparison c JOIN judge j ON j.judge_id = c.judge_id
                   WHERE c.contest = $1 AND c.kind IN ('normal', 'second_order')
                   GROUP BY c.first_hash, c.second_hash, j.fingerprint, c.first_plan, c.second_plan, c.judge_id
                   ORDER BY c.first_hash, c.second_hash, j.fingerprint, c.first_plan, c.second_plan";
        all(self.read(), sql, params![contest]).await
    }
}
