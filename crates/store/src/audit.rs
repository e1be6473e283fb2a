//! Human audit: which judgements people look at, how they judge them blind, what they decide.
//!
//! Every level is positive for the plan that the *judge* was shown first; `swapped` says that the
//! person saw the plans the other way round. Invariants: one blind label per person and
//! comparison; a decision follows the same person's label and is changed only by a newer one; no
//! more people than wanted hold an item at once. Items, labels and decisions are append-only,
//! which triggers enforce.
//! Deliberately absent: who may review, and how items are chosen (`sampling` only fetches).

mod decisions;
mod history;
mod labels;
mod sampling;

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::sql::{execute, from_row, one, params, scalar, text_enum};
use crate::{AccountId, AuditItemId, Backend, ComparisonId, Contest, Store, StoreError};

pub use decisions::{AuditDecision, AuditOverride};
pub use history::{AuditEntry, AuditHistoryPage};
pub use labels::{AuditCounts, AuditLabel, AuditRating, AuditReasonCount};
pub use sampling::{AuditTarget, RoundSlots};

/// Any number that no other user of the same Postgres locks ("auditing" in ASCII).
const QUEUE_LOCK: i64 = 0x6175_6469_7469_6e67;

text_enum! {
    /// Why an item can be trusted to speak for all judgements, or not.
    AuditStream {
        /// Drawn uniformly: these alone estimate agreement.
        Random = "random",
        /// Chosen because something about it looks odd or much depends on it.
        Targeted = "targeted",
    }
}

text_enum! {
    /// Why an item was chosen.
    AuditReason {
        Random = "random",
        /// The pair's other order names another winner.
        Contradicted = "contradicted",
        /// The verdict carries another flag, such as one against its own dimensions.
        Flagged = "flagged",
        /// The level is far from what the ratings expect.
        Surprising = "surprising",
        TopOfBoard = "top_of_board",
        /// One of the plans hides text or seems to speak to the judge.
        SuspectedInjection = "suspected_injection",
    }
}

text_enum! {
    /// What a reviewer wants to happen with a verdict.
    AuditAction { Keep = "keep", Override = "override", Withdraw = "withdraw" }
}

text_enum! {
    /// Why a reviewer keeps or overrides a verdict.
    AuditCode {
        Agree = "agree",
        JudgeMissedEvidence = "judge_missed_evidence",
        JudgeFabricatedOrMisquoted = "judge_fabricated_or_misquoted",
        JudgeOverWeightedLengthOrStyle = "judge_over_weighted_length_or_style",
        PositionOrOrderEffect = "position_or_order_effect",
        DomainKnowledge = "domain_knowledge",
        InjectionOrGaming = "injection_or_gaming",
        TieJudgedAsDifference = "tie_judged_as_difference",
        Other = "other",
    }
}

impl AuditReason {
    pub fn stream(self) -> AuditStream {
        match self {
            Self::Random => AuditStream::Random,
            _ => AuditStream::Targeted,
        }
    }
}

/// One comparison to be judged by people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditItem {
    pub item_id: AuditItemId,
    pub contest: Contest,
    /// Counts from 1 in its contest.
    pub number: i64,
    pub comparison_id: ComparisonId,
    pub stream: AuditStream,
    pub reason: AuditReason,
    /// The plan that the judge was shown second stands first.
    pub swapped: bool,
    /// How many people judge it, 1 or 2.
    pub labels_wanted: i64,
    pub created_at: DateTime<Utc>,
}

from_row!(AuditItem {
    item_id,
    contest,
    number,
    comparison_id,
    stream,
    reason,
    swapped,
    labels_wanted,
    created_at,
});

const ITEM_COLUMNS: &str = "i.item_id, i.contest, i.number, i.comparison_id, i.stream, i.reason, i.swapped, \
     i.labels_wanted, i.created_at";

/// Joins the plans of comparison `c`.
const PLANS: &str = "JOIN plan_corpus f ON f.plan_id = c.first_plan JOIN plan_corpus s ON s.plan_id = c.second_plan";

/// `c` may be shown to reviewer `$2`: both plans are on the board, in different families, and no
/// near copy of either is the reviewer's own.
const SHOWABLE: &str = "f.state = 'active' AND s.state = 'active' AND f.family_id <> s.family_id
     AND NOT EXISTS (SELECT 1 FROM plan_corpus own
                     WHERE own.owner_id = $2 AND own.family_id IN (f.family_id, s.family_id))";

impl Store {
    pub async fn audit_item(&self, id: AuditItemId) -> Result<Option<AuditItem>, StoreError> {
        let sql = format!("SELECT {ITEM_COLUMNS} FROM audit_item i WHERE i.item_id = $1");
        one(self.read(), &sql, params![id]).await
    }

    /// The number of the newest item; 0 before the first.
    pub async fn last_audit_number(&self, contest: Contest) -> Result<i64, StoreError> {
        let sql = "SELECT COALESCE(MAX(number), 0) AS value FROM audit_item WHERE contest = $1";
        Ok(scalar(self.read(), sql, params![contest])
            .await?
            .unwrap_or(0))
    }

    /// Adds an item; `false` when its number or its comparison was taken in the meantime.
    pub async fn add_audit_item(&self, item: &AuditItem) -> Result<bool, StoreError> {
        let write = self.write().await?;
        let sql = "INSERT INTO audit_item (item_id, contest, number, comparison_id, stream, reason, swapped,
                                           labels_wanted, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
        let params = params![
            item.item_id,
            item.contest,
            item.number,
            item.comparison_id,
            item.reason.stream(),
            item.reason,
            item.swapped,
            item.labels_wanted,
            item.created_at,
        ];
        let added = execute(&write.tx, sql, params).await?;
        write.commit().await?;
        Ok(added > 0)
    }

    /// Gives a reviewer an item that still wants a label: the one that they hold already, or the
    /// oldest. Until `now + ttl` it is counted as being judged.
    pub async fn claim_audit_item(
        &self,
        contest: Contest,
        reviewer: AccountId,
        now: DateTime<Utc>,
        ttl: Duration,
    ) -> Result<Option<AuditItem>, StoreError> {
        let write = self.write().await?;
        if self.backend() == Backend::Postgres {
            let sql = "SELECT pg_advisory_xact_lock($1)";
            execute(&write.tx, sql, params![QUEUE_LOCK]).await?;
        }
        let Some(item) = open_item(&write.tx, contest, reviewer, now).await? else {
            return Ok(None);
        };
        let sql = "INSERT INTO audit_claim (item_id, reviewer_id, claimed_at, claimed_until)
                   VALUES ($1, $2, $3, $4)
                   ON CONFLICT (item_id, reviewer_id) DO UPDATE SET claimed_until = excluded.claimed_until";
        execute(
            &write.tx,
            sql,
            params![item.item_id, reviewer, now, now + ttl],
        )
        .await?;
        write.commit().await?;
        Ok(Some(item))
    }

    /// Whether a reviewer was ever given an item.
    pub async fn has_audit_claim(
        &self,
        item: AuditItemId,
        reviewer: AccountId,
    ) -> Result<bool, StoreError> {
        let sql =
            "SELECT COUNT(*) AS value FROM audit_claim WHERE item_id = $1 AND reviewer_id = $2";
        let claims: Option<i64> = scalar(self.read(), sql, params![item, reviewer]).await?;
        Ok(claims.is_some_and(|n| n > 0))
    }
}

/// People who judge a comparison at the moment count as if they had judged it already.
async fn open_item(
    on: &impl ConnectionTrait,
    contest: Contest,
    reviewer: AccountId,
    now: DateTime<Utc>,
) -> Result<Option<AuditItem>, StoreError> {
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM audit_item i JOIN comparison c ON c.comparison_id = i.comparison_id {PLANS}
         WHERE i.contest = $1 AND {SHOWABLE}
           AND NOT EXISTS (SELECT 1 FROM audit_label l
                           WHERE l.comparison_id = i.comparison_id AND l.reviewer_id = $2)
           AND (SELECT COUNT(*) FROM audit_label l WHERE l.comparison_id = i.comparison_id)
             + (SELECT COUNT(DISTINCT k.reviewer_id)
                FROM audit_item other JOIN audit_claim k ON k.item_id = other.item_id
                WHERE other.comparison_id = i.comparison_id AND k.claimed_until > $3 AND k.reviewer_id <> $2
                  AND NOT EXISTS (SELECT 1 FROM audit_label l
                                  WHERE l.comparison_id = i.comparison_id AND l.reviewer_id = k.reviewer_id))
             < i.labels_wanted
         ORDER BY CASE WHEN EXISTS (SELECT 1 FROM audit_claim k WHERE k.item_id = i.item_id AND k.reviewer_id = $2)
                       THEN 0 ELSE 1 END, i.number
         LIMIT 1"
    );
    one(on, &sql, params![contest, reviewer, now]).await
}
