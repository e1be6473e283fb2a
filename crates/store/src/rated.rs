//! The verdicts behind a fit, read in pages, so that a contest of millions never stands twice in
//! memory, and ordered by content hashes and judge fingerprint, never by ids that the server made.

use sea_orm::QueryResult;

use crate::sql::{FromRow, all, get, params};
use crate::{ComparisonId, ComparisonKind, Contest, Digest, JudgeId, PlanId, Store, StoreError};

const PAGE: i64 = 50_000;

/// What a fit needs of a finished comparison of two plans, and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatedPair {
    pub comparison_id: ComparisonId,
    pub first_plan: PlanId,
    pub second_plan: PlanId,
    pub judge_id: JudgeId,
    pub kind: ComparisonKind,
    pub level: i64,
    pub round: i64,
}

/// A pair with what its place in the order depends on.
struct Placed {
    pair: RatedPair,
    first_hash: Digest,
    second_hash: Digest,
    seq: i64,
}

impl FromRow for Placed {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        let pair = RatedPair {
            comparison_id: get(row, "comparison_id")?,
            first_plan: get(row, "first_plan")?,
            second_plan: get(row, "second_plan")?,
            judge_id: get(row, "judge_id")?,
            kind: get(row, "kind")?,
            level: get(row, "level")?,
            round: get(row, "round")?,
        };
        Ok(Self {
            pair,
            first_hash: get(row, "first_hash")?,
            second_hash: get(row, "second_hash")?,
            seq: get(row, "seq")?,
        })
    }
}

impl Store {
    /// The finished comparisons of plans against plans, by content hashes and judge.
    pub async fn rated_pairs(&self, contest: Contest) -> Result<Vec<RatedPair>, StoreError> {
        self.rated_pairs_in_pages(contest, PAGE).await
    }

    /// The same, so many rows at a time.
    pub async fn rated_pairs_in_pages(
        &self,
        contest: Contest,
        page: i64,
    ) -> Result<Vec<RatedPair>, StoreError> {
        let sql = "SELECT comparison_id, first_plan, second_plan, judge_id, kind, level, round,
                          first_hash, second_hash, seq
                   FROM comparison
                   WHERE contest = $1 AND (round, seq) > ($2, $3) AND state = 'done'
                     AND kind IN ('normal', 'second_order')
                   ORDER BY round, seq LIMIT $4";
        let mut placed: Vec<Placed> = Vec::new();
        loop {
            let (round, seq) = placed.last().map_or((0, -1), |p| (p.pair.round, p.seq));
            let rows: Vec<Placed> =
                all(self.read(), sql, params![contest, round, seq, page]).await?;
            let is_last = rows.len() < usize::try_from(page).unwrap_or(usize::MAX);
            placed.extend(rows);
            if is_last {
                break;
            }
        }
        // Judges come by fingerprint.
        let judges = self.judges().await?;
        let place = |id: JudgeId| judges.iter().position(|j| j.judge_id == id);
        placed.sort_by_cached_key(|p| {
            let judge = place(p.pair.judge_id);
            (p.first_hash, p.second_hash, judge, p.pair.round, p.seq)
        });
        Ok(placed.into_iter().map(|p| p.pair).collect())
    }
}
