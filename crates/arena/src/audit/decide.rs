//! What a reviewer does about a verdict: keep it, override it, take that back.

use plan::text::canonical_only;
use serde::{Deserialize, Serialize};
use store::{
    AccountId, AuditAction, AuditCode, AuditDecision, AuditDecisionId, AuditItem, AuditItemId,
    JobId, JobPriority, JudgeId, NewJob,
};

use super::{Audit, AuditError, CONTEST, Reviewer, blind, check_level, overrides, turned};

const MAX_NOTE_CHARS: usize = 2_000;
const MAX_QUOTE_CHARS: usize = 600;
/// Attempts of the refit that a decision asks for.
const RANK_ATTEMPTS: u16 = 5;

/// A reviewer's decision about one verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub reason: AuditCode,
    /// At most 2,000 characters.
    pub note: Option<String>,
    /// Words that stand in one line of either card; at most 600 characters.
    pub quote: Option<String>,
    pub ruling: Ruling,
}

/// What becomes of the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Ruling {
    Keep,
    /// A level of −4..=4, positive for the plan on the left.
    Override {
        level: i8,
    },
}

impl Audit {
    /// Writes a decision, which takes the place of the reviewer's former one on the item. The same
    /// decision again changes nothing. A changed override asks for a refit.
    pub async fn decide(
        &self,
        reviewer: Reviewer,
        item: AuditItemId,
        decision: &Decision,
    ) -> Result<AuditDecision, AuditError> {
        let item = self.given(reviewer, item).await?;
        self.labelled(reviewer, &item).await?;
        self.check_ruling(&item, decision).await?;
        let note = text("note", decision.note.as_deref(), MAX_NOTE_CHARS)?;
        let quote = text("quote", decision.quote.as_deref(), MAX_QUOTE_CHARS)?;
        self.check_quote(&item, quote.as_deref()).await?;
        let former = self
            .store
            .newest_audit_decision(item.comparison_id, reviewer.account)
            .await?;
        let (action, level, weight) = match decision.ruling {
            Ruling::Keep => (AuditAction::Keep, None, None),
            Ruling::Override { level } => {
                let level = i64::from(turned(level, item.swapped));
                let weight = self.settings.override_weight;
                (AuditAction::Override, Some(level), Some(weight))
            }
        };
        let new = AuditDecision {
            decision_id: self.decision_id(),
            item_id: item.item_id,
            comparison_id: item.comparison_id,
            reviewer_id: reviewer.account,
            author_id: reviewer.account,
            action,
            reason: Some(decision.reason),
            note,
            quote,
            level,
            swapped: item.swapped,
            weight,
            supersedes: former.as_ref().map(|d| d.decision_id),
            created_at: self.clock.now(),
        };
        match former {
            Some(former) if says_the_same(&former, &new) => Ok(former),
            former => self.write(new, former.as_ref()).await,
        }
    }

    /// Takes a decision back: the verdict counts as if nobody had decided. Reviewers take back
    /// their own, administrators anybody's.
    pub async fn withdraw_decision(
        &self,
        reviewer: Reviewer,
        id: AuditDecisionId,
        note: Option<&str>,
    ) -> Result<AuditDecision, AuditError> {
        let former = self.store.audit_decision(id).await?;
        let former = former
            .filter(|d| reviewer.is_admin || d.reviewer_id == reviewer.account)
            .filter(|d| d.action != AuditAction::Withdraw)
            .ok_or(AuditError::NoSuchDecision(id))?;
        let withdrawal = AuditDecision {
            decision_id: self.decision_id(),
            author_id: reviewer.account,
            action: AuditAction::Withdraw,
            reason: None,
            note: text("note", note, MAX_NOTE_CHARS)?,
            quote: None,
            level: None,
            weight: None,
            supersedes: Some(former.decision_id),
            created_at: self.clock.now(),
            ..former.clone()
        };
        self.write(withdrawal, Some(&former)).await
    }

    async fn check_ruling(&self, item: &AuditItem, decision: &Decision) -> Result<(), AuditError> {
        let Ruling::Override { level } = decision.ruling else {
            return Ok(());
        };
        check_level(level)?;
        if decision.reason == AuditCode::Agree {
            return Err(AuditError::AgreesAndOverrides);
        }
        let comparison = blind::comparison(&self.store, item).await?;
        if turned(blind::judged(&comparison)?, item.swapped) == level {
            return Err(AuditError::NothingToOverride(level));
        }
        Ok(())
    }

    /// A quote that nobody can find is no evidence, whoever gives it.
    async fn check_quote(&self, item: &AuditItem, quote: Option<&str>) -> Result<(), AuditError> {
        let Some(quote) = quote else { return Ok(()) };
        let comparison = blind::comparison(&self.store, item).await?;
        for plan in [comparison.first_plan, comparison.second_plan] {
            let card = blind::card(&self.store, plan).await?;
            if card.items().any(|line| line.text.contains(quote)) {
                return Ok(());
            }
        }
        Err(AuditError::QuoteNotFound)
    }

    async fn write(
        &self,
        new: AuditDecision,
        former: Option<&AuditDecision>,
    ) -> Result<AuditDecision, AuditError> {
        let overrides = |d: &AuditDecision| d.action == AuditAction::Override;
        if overrides(&new) {
            let judge = JudgeId::new(new.created_at, self.random());
            let judge = overrides::new_judge(judge, new.created_at);
            self.store.upsert_judge(&judge).await?;
        }
        let refit = (overrides(&new) || former.is_some_and(overrides)).then(|| self.refit());
        if self.store.add_audit_decision(&new, refit.as_ref()).await? {
            Ok(new)
        } else {
            Err(AuditError::Outdated)
        }
    }

    /// The job that publishes the ratings anew.
    fn refit(&self) -> NewJob {
        let now = self.clock.now();
        NewJob {
            job_id: JobId::new(now, self.random()),
            kind: "rank".to_owned(),
            key: Some(CONTEST.to_string()),
            account_id: AccountId::SYSTEM,
            priority: JobPriority::Normal,
            payload: serde_json::json!({ "contest": CONTEST }).to_string(),
            run_at: now,
            max_attempts: RANK_ATTEMPTS,
        }
    }

    fn decision_id(&self) -> AuditDecisionId {
        AuditDecisionId::new(self.clock.now(), self.random())
    }
}

fn says_the_same(a: &AuditDecision, b: &AuditDecision) -> bool {
    (a.action, a.reason, a.level, a.weight) == (b.action, b.reason, b.level, b.weight)
        && (&a.note, &a.quote) == (&b.note, &b.quote)
}

/// Canonical and bounded; what is empty wasn't given.
fn text(what: &'static str, given: Option<&str>, max: usize) -> Result<Option<String>, AuditError> {
    let Some(given) = given else { return Ok(None) };
    let found = given.chars().count();
    if found > max {
        return Err(AuditError::TooLong { what, max, found });
    }
    let kept = canonical_only(given).trim().to_owned();
    Ok((!kept.is_empty()).then_some(kept))
}
