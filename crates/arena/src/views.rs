//! What people and programs read of a ranking: one function per page, each for a viewer.
//!
//! Every function takes a [`Viewer`] and answers only with what that viewer may see. A plan
//! that may not be seen is [`ViewError::NotFound`], the same as one that does not exist; where
//! such a plan is met inside another answer (an opponent, a near plan), it is left out or has
//! neither id, title nor quotes.
//!
//! | plan | anybody | its owner | who sees all |
//! |---|---|---|---|
//! | public or the system's, active | yes | yes | yes |
//! | private | no | yes | yes |
//! | withdrawn, quarantined | no | yes | yes |
//!
//! Money, canaries, the owner's own ids and file names and the reason why a plan is hidden are
//! for its owner and for who sees all. Everything else that a judge was told or said about a
//! public plan is public: a ranking that can't be checked is not worth much.
//!
//! Invariants: a read is a handful of index ranges, however many plans there are; lists are
//! bounded; money is a string of nano-USD. Deliberately absent: HTTP, HTML, writing.

mod advice;
mod compare;
mod comparisons;
mod find;
mod head;
mod history;
mod judges;
mod kpis;
mod leaderboard;
mod metrics;
mod mine;
mod nearby;
mod plan;
mod prompt;
mod tier;
mod words;

use store::{AccountId, Plan, PlanFace, PlanState, StoreError, Visibility};

pub use advice::{Advice, AdviceItem, AdviceSource, advice};
pub use compare::{CardPair, CommonOpponent, PairView, Side, compare};
pub use comparisons::{ComparisonPage, DimensionView, Opponent, PlanComparison, comparisons_of};
pub use find::{FoundPlan, find};
pub use head::{Notice, PlanHead};
pub use history::{HistoryPoint, history};
pub use judges::{Habits, JudgeBrief, JudgeView, judges};
pub use kpis::{Factor, KpiView};
pub use leaderboard::{
    BoardRow, ContestOverview, LeaderboardPage, LeaderboardQuery, Scope, leaderboard, overview,
};
pub use metrics::{Extraction, RawComparison, RawMetrics, RawTotals, metrics};
pub use mine::{MyPlan, MyPlans, my_plans};
pub use nearby::{BetterNearby, BetterPlan, Strength, StrengthSource, better_nearby};
pub use plan::{CardSectionView, PlanView, plan};
pub use prompt::{JudgePrompt, judge_prompt};
pub use tier::{Tier, TierRange};

/// Who is looking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewer {
    /// `None` for somebody who is not logged in.
    pub account: Option<AccountId>,
    /// Reviewers and administrators.
    pub sees_all: bool,
}

impl Viewer {
    pub const ANYBODY: Self = Self {
        account: None,
        sees_all: false,
    };
    /// The command line on one machine, which works as the system.
    pub const SYSTEM: Self = Self {
        account: Some(AccountId::SYSTEM),
        sees_all: true,
    };

    pub fn of(account: AccountId) -> Self {
        Self {
            account: Some(account),
            sees_all: false,
        }
    }

    /// Whether money, canaries and the owner's own notes are shown.
    pub(crate) fn sees_inside(self, owner: AccountId) -> bool {
        self.sees_all || self.owns(owner)
    }

    pub(crate) fn owns(self, owner: AccountId) -> bool {
        self.account == Some(owner)
    }

    pub(crate) fn may_see(
        self,
        owner: AccountId,
        visibility: Visibility,
        state: PlanState,
    ) -> bool {
        let open = visibility != Visibility::Private && state == PlanState::Active;
        open || self.sees_inside(owner)
    }

    pub(crate) fn sees_face(self, face: &PlanFace) -> bool {
        self.may_see(face.owner_id, face.visibility, face.state)
    }

    pub(crate) fn sees_plan(self, plan: &Plan) -> bool {
        self.may_see(plan.owner_id, plan.visibility, plan.state)
    }
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    #[error("there is no such plan, or it is not yours to see")]
    NotFound,
    #[error("log in to see your own plans")]
    NeedsAccount,
    #[error("these are the same plan; give two")]
    SamePlan,
    #[error("the cursor was not given by this server; leave it out to begin at the start")]
    BadCursor,
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for ViewError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Invalid {
                what: "the cursor", ..
            } => Self::BadCursor,
            other => Self::Store(other),
        }
    }
}
