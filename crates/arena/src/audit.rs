//! Human audit of the judge: people judge a sample of its comparisons blind, then see its verdict
//! and decide about it.
//!
//! Invariants
//! - Blind first: before their label, a reviewer sees two cards and nothing else, on sides drawn
//!   by the item's number. A reveal needs a label, a decision needs a label.
//! - Nobody judges own plans, near copies of them, or one comparison twice; nobody chooses what
//!   to judge. Only the public contest is audited: private plans are nobody else's business.
//! - Levels that go in and out are positive for the plan on the *left*.
//! - An override is one more verdict, by the judge "human reviewers", with a stated weight; the
//!   original stays in the fit.
//!
//! Deliberately absent: HTTP, and who may review, which the caller has checked.

mod blind;
mod decide;
mod draw;
pub(crate) mod overrides;
mod preview;
mod statistics;
mod targets;

use std::sync::Arc;
use std::time::Duration;

use environment::{Clock, Entropy};
use store::{
    AccountId, AuditDecisionId, AuditHistoryPage, AuditItem, AuditItemId, AuditLabel, AuditLabelId,
    Contest, Store, StoreError,
};

pub use blind::{BlindCard, BlindItem, BlindLine, BlindSection, Revealed};
pub use decide::{Decision, Ruling};
pub use preview::{Place, Preview};
pub use statistics::{JudgeAgreement, Statistics};

/// The contest that is audited.
const CONTEST: Contest = Contest::Public;
/// Longer than this nobody looks at two cards: the rest was a break.
const MAX_SECONDS: u32 = 86_400;
/// Draws before the queue counts as empty for a reviewer.
const MAX_DRAWS: usize = 20;
/// Decisions per page of the trail, at most.
const MAX_PAGE: u32 = 200;

/// What an auditor may set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AuditSettings {
    /// The weight of an override, in verdicts of a judge: .5 to 10.
    pub override_weight: f64,
    /// How long an item stays with the reviewer who asked for it.
    pub claim: Duration,
    /// Largest contest that a preview refits while somebody waits.
    pub preview_plans: usize,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            override_weight: 3.0,
            claim: Duration::from_mins(30),
            preview_plans: 20_000,
        }
    }
}

/// Who reviews; that they may, the caller has checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reviewer {
    pub account: AccountId,
    /// May withdraw other people's decisions.
    pub is_admin: bool,
}

/// Why something about an audit can't be done.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("the weight of an override is {0}: set a number from 0.5 to 10")]
    InvalidWeight(f64),
    #[error("there is no audit item {0} of yours; ask for the next one")]
    NotYours(AuditItemId),
    #[error("judge the two plans first; the judge's verdict is shown after that")]
    NotLabelled,
    #[error(
        "you have judged this comparison already, as {level}; a blind judgement is never changed"
    )]
    AlreadyLabelled {
        /// As the reviewer saw the plans.
        level: i8,
    },
    #[error(
        "a level goes from -4 (right overwhelmingly better) to 4 (left overwhelmingly better), not {0}"
    )]
    InvalidLevel(i8),
    #[error("an override must differ from the judge's own level, {0}; keep the verdict instead")]
    NothingToOverride(i8),
    #[error("whoever agrees keeps the verdict; give the reason for the override")]
    AgreesAndOverrides,
    #[error("the {what} may have {max} characters; it has {found}")]
    TooLong {
        what: &'static str,
        max: usize,
        found: usize,
    },
    #[error("the quote is in neither plan; copy it word for word from one line of a card")]
    QuoteNotFound,
    #[error("there is no decision {0} that you may withdraw")]
    NoSuchDecision(AuditDecisionId),
    #[error("the decision was changed in the meantime; look at it again")]
    Outdated,
    #[error(
        "with {plans} plans a preview would take too long (the limit is {limit}); the effect will be in the next publication"
    )]
    TooLarge { plans: usize, limit: usize },
    #[error("nothing has been compared yet")]
    NothingRated,
    #[error("what the database holds of this comparison can't be read: {0}")]
    Broken(String),
    #[error("the ratings can't be computed: {0}")]
    Rating(#[from] rating::RatingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The use cases of auditing; clones are cheap.
#[derive(Debug, Clone)]
pub struct Audit {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: AuditSettings,
}

impl Audit {
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: AuditSettings,
    ) -> Result<Self, AuditError> {
        if !(0.5..=10.0).contains(&settings.override_weight) {
            return Err(AuditError::InvalidWeight(settings.override_weight));
        }
        Ok(Self {
            store,
            clock,
            entropy,
            settings,
        })
    }

    /// What the next override will weigh, in verdicts of a judge.
    pub fn override_weight(&self) -> f64 {
        self.settings.override_weight
    }

    /// The next comparison to be judged by this reviewer, or the one that they hold; `None` when
    /// nothing is left for them.
    pub async fn next_item(&self, reviewer: Reviewer) -> Result<Option<BlindItem>, AuditError> {
        for _ in 0..MAX_DRAWS {
            let (now, claim) = (self.clock.now(), self.settings.claim);
            let claimed = self
                .store
                .claim_audit_item(CONTEST, reviewer.account, now, claim)
                .await?;
            if let Some(item) = claimed {
                return Ok(Some(blind::item(&self.store, &item, now + claim).await?));
            }
            let Some(drawn) = draw::draw(self, reviewer.account).await? else {
                return Ok(None);
            };
            // Taken in the meantime: then that item is looked at in the next turn.
            self.store.add_audit_item(&drawn).await?;
        }
        Ok(None)
    }

    /// Keeps a blind judgement. `level` is positive for the plan on the left.
    pub async fn label(
        &self,
        reviewer: Reviewer,
        item: AuditItemId,
        level: i8,
        seconds: u32,
    ) -> Result<(), AuditError> {
        check_level(level)?;
        let item = self.given(reviewer, item).await?;
        let label = AuditLabel {
            label_id: AuditLabelId::new(self.clock.now(), self.random()),
            item_id: item.item_id,
            comparison_id: item.comparison_id,
            reviewer_id: reviewer.account,
            level: i64::from(turned(level, item.swapped)),
            swapped: item.swapped,
            seconds: i64::from(seconds.min(MAX_SECONDS)),
            created_at: self.clock.now(),
        };
        if self.store.add_audit_label(&label).await? {
            return Ok(());
        }
        let kept = self.labelled(reviewer, &item).await?;
        let level = turned(small(kept.level)?, item.swapped);
        Err(AuditError::AlreadyLabelled { level })
    }

    /// The judge's verdict on an item that the reviewer has judged, with the plans' names.
    pub async fn reveal(
        &self,
        reviewer: Reviewer,
        item: AuditItemId,
    ) -> Result<Revealed, AuditError> {
        let item = self.given(reviewer, item).await?;
        let label = self.labelled(reviewer, &item).await?;
        blind::revealed(&self.store, &item, &label).await
    }

    /// The trail of decisions, newest first, from `cursor` on.
    pub async fn history(
        &self,
        reviewer: Reviewer,
        cursor: Option<AuditDecisionId>,
        limit: u32,
    ) -> Result<AuditHistoryPage, AuditError> {
        let limit = limit.clamp(1, MAX_PAGE);
        Ok(self
            .store
            .audit_history(CONTEST, reviewer.account, cursor, limit)
            .await?)
    }

    /// An item that this reviewer was given by the queue.
    async fn given(&self, reviewer: Reviewer, id: AuditItemId) -> Result<AuditItem, AuditError> {
        let item = self.store.audit_item(id).await?;
        let item = item.ok_or(AuditError::NotYours(id))?;
        if !self.store.has_audit_claim(id, reviewer.account).await? {
            return Err(AuditError::NotYours(id));
        }
        Ok(item)
    }

    async fn labelled(
        &self,
        reviewer: Reviewer,
        item: &AuditItem,
    ) -> Result<AuditLabel, AuditError> {
        self.store
            .audit_label(item.comparison_id, reviewer.account)
            .await?
            .ok_or(AuditError::NotLabelled)
    }

    fn random(&self) -> [u8; 10] {
        let bytes = self.entropy.bytes();
        std::array::from_fn(|i| bytes[i])
    }
}

fn check_level(level: i8) -> Result<(), AuditError> {
    if (-crate::judge::MAX_LEVEL..=crate::judge::MAX_LEVEL).contains(&level) {
        Ok(())
    } else {
        Err(AuditError::InvalidLevel(level))
    }
}

/// From the judge's sides to the reviewer's, and back.
fn turned(level: i8, swapped: bool) -> i8 {
    if swapped { -level } else { level }
}

/// A stored level.
fn small(level: i64) -> Result<i8, AuditError> {
    i8::try_from(level).map_err(|_| AuditError::Broken(format!("level {level}")))
}
