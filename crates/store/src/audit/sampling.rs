//! Fetches what items may be made of. Which places are drawn, and which of the fetched
//! comparisons becomes an item, is decided elsewhere.
//!
//! A comparison is found by its place (round, seq), so that a uniform draw among millions needs
//! neither a count nor an offset.

use sea_orm::Value;

use crate::audit::{PLANS, SHOWABLE};
use crate::sql::{all, from_row, params, scalar};
use crate::{AccountId, AuditReason, ComparisonId, Contest, Store, StoreError};

/// How many places a round has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundSlots {
    pub round: i64,
    /// Places from 0 to `slots − 1`, of every kind of comparison.
    pub slots: i64,
}

from_row!(RoundSlots { round, slots });

/// A comparison that may be worth a look, with what says whether it is.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditTarget {
    pub comparison_id: ComparisonId,
    pub level: i64,
    /// JSON.
    pub flags: Option<String>,
    pub first_elo: Option<f64>,
    pub second_elo: Option<f64>,
    /// JSON: the judge's habits by the last fit.
    pub judge_params: String,
}

from_row!(AuditTarget {
    comparison_id,
    level,
    flags,
    first_elo,
    second_elo,
    judge_params
});

impl Store {
    /// The places of a contest, round by round.
    pub async fn audit_slots(&self, contest: Contest) -> Result<Vec<RoundSlots>, StoreError> {
        let sql = "SELECT r.number AS round,
                          COALESCE((SELECT MAX(c.seq) FROM comparison c
                                    WHERE c.contest = $1 AND c.round = r.number), -1) + 1 AS slots
                   FROM ranking_round r WHERE r.contest = $1 ORDER BY r.number";
        all(self.read(), sql, params![contest]).await
    }

    /// The first of these places (round, seq) that holds a judged pair which the reviewer may see
    /// and that was not drawn before.
    pub async fn audit_draw(
        &self,
        contest: Contest,
        reviewer: AccountId,
        places: &[(i64, i64)],
    ) -> Result<Option<ComparisonId>, StoreError> {
        if places.is_empty() {
            return Ok(None);
        }
        let drawn: Vec<String> = (0..)
            .zip(places)
            .map(|(n, (round, seq)): (usize, _)| format!("({n}, {round}, {seq})"))
            .collect();
        let sql = format!(
            "WITH drawn (place, round, seq) AS (VALUES {})
             SELECT c.comparison_id AS value
             FROM drawn d JOIN comparison c ON c.contest = $1 AND c.round = d.round AND c.seq = d.seq {PLANS}
             WHERE c.kind = 'normal' AND c.state = 'done' AND {SHOWABLE}
               AND NOT EXISTS (SELECT 1 FROM audit_item i
                               WHERE i.comparison_id = c.comparison_id AND i.stream = 'random')
             ORDER BY d.place LIMIT 1",
            drawn.join(", ")
        );
        scalar(self.read(), &sql, params![contest, reviewer]).await
    }

    /// The newest comparisons that may be targeted for a reason, are no item yet and may be shown
    /// to the reviewer. For [`AuditReason::Surprising`] the caller has still to choose.
    pub async fn audit_targets(
        &self,
        contest: Contest,
        reviewer: AccountId,
        reason: AuditReason,
        limit: u32,
    ) -> Result<Vec<AuditTarget>, StoreError> {
        let sql = format!(
            "SELECT c.comparison_id, c.level, c.flags, fm.elo AS first_elo, sm.elo AS second_elo,
                    j.params AS judge_params
             FROM {} {PLANS}
             JOIN judge j ON j.judge_id = c.judge_id
             LEFT JOIN plan_metrics fm ON fm.plan_id = c.first_plan
             LEFT JOIN plan_metrics sm ON sm.plan_id = c.second_plan
             WHERE c.contest = $1 AND c.kind = 'normal' AND c.state = 'done' AND {SHOWABLE}
               AND NOT EXISTS (SELECT 1 FROM audit_item i WHERE i.comparison_id = c.comparison_id)
               AND {}
             ORDER BY c.round DESC, c.seq DESC LIMIT $3",
            candidates(reason),
            condition(reason)
        );
        let params: Vec<Value> = params![contest, reviewer, i64::from(limit)];
        all(self.read(), &sql, params).await
    }
}

/// Where to look: for a few plans, only among their own comparisons.
fn candidates(reason: AuditReason) -> String {
    let plans = match reason {
        AuditReason::TopOfBoard => TOP_PLANS,
        AuditReason::SuspectedInjection => SUSPECT_PLANS,
        _ => return "comparison c".to_owned(),
    };
    let of = |side: &str| {
        format!("SELECT x.comparison_id FROM ({plans}) p JOIN comparison x ON x.{side} = p.plan_id")
    };
    format!(
        "({} UNION {}) few JOIN comparison c ON c.comparison_id = few.comparison_id",
        of("first_plan"),
        of("second_plan")
    )
}

const TOP_PLANS: &str = "SELECT t.plan_id FROM plan_metrics t
     WHERE t.contest = $1 AND t.listed = TRUE AND t.provisional = FALSE AND t.elo IS NOT NULL
     ORDER BY t.elo DESC, t.content_hash LIMIT 10";

const SUSPECT_PLANS: &str = "SELECT t.plan_id FROM plan_metrics t
     WHERE t.contest = $1 AND t.flagged = TRUE ORDER BY t.plan_id DESC LIMIT 100";

fn condition(reason: AuditReason) -> &'static str {
    match reason {
        AuditReason::Contradicted | AuditReason::Flagged => {
            "c.flags IS NOT NULL AND c.flags <> '[]'"
        }
        AuditReason::TopOfBoard | AuditReason::SuspectedInjection => "TRUE",
        AuditReason::Random | AuditReason::Surprising => "c.level <> 0",
    }
}
