//! The board.

use arena::views;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{mirrored_words, mirrors};

mirrored_words! {
    /// Provisional plans are rated too vaguely to be ranked among the others.
    Standing of store::Standing { Established, Provisional, }
    /// Who may see a plan; `system` is the seed corpus, which everybody sees.
    Visibility of store::Visibility { Public, Private, System, }
    /// A withdrawn plan is hidden at its owner's wish, a quarantined one against it.
    PlanState of store::PlanState { Active, Withdrawn, Quarantined, }
}

/// A fifth of the board, from `S` (the best 5 %) to `D`.
#[derive(Debug, Clone, Copy, serde::Serialize, utoipa::ToSchema)]
pub(crate) enum Tier {
    S,
    A,
    B,
    C,
    D,
}

impl super::Wire<views::Tier> for Tier {
    fn wire(from: views::Tier) -> Self {
        match from {
            views::Tier::S => Self::S,
            views::Tier::A => Self::A,
            views::Tier::B => Self::B,
            views::Tier::C => Self::C,
            views::Tier::D => Self::D,
        }
    }
}

mirrors! {
    /// The tiers that the 90 % interval of the rank reaches into.
    TierRange of views::TierRange {
        best: Tier,
        worst: Tier,
        #[schema(example = "A–C")]
        label: String,
    }

    /// The five KPIs, 0 to 1; null is unknown.
    KpiValues of store::KpiValues {
        novelty_score: Option<f64>,
        prompt_quality: Option<f64>,
        technical_completeness: Option<f64>,
        feasibility: Option<f64>,
        impact_estimate: Option<f64>,
    }

    /// A plan with its rating. Ratings are null before the first publication that holds the plan.
    RatedPlan of views::BoardRow {
        plan_id: Uuid,
        title: String,
        domain: Option<String>,
        visibility: Visibility,
        /// Among all rated plans of the contest.
        rank: Option<i64>,
        /// The 90 % interval of the rank.
        rank_low: Option<i64>,
        rank_high: Option<i64>,
        /// The posterior mean on the Elo scale; the reference set's mean is 1500.
        #[schema(example = 1561.2)]
        elo: Option<f64>,
        elo_se: Option<f64>,
        /// The 90 % interval.
        elo_low: Option<f64>,
        elo_high: Option<f64>,
        /// 100 for the first, 0 for the last.
        percentile: Option<f64>,
        /// Null while provisional.
        tier: Option<TierRange>,
        num_comparisons: i64,
        num_opponents: i64,
        num_opponent_owners: i64,
        provisional: bool,
        /// Something about it deserves a second look.
        flagged: bool,
        /// Why it is provisional.
        comment: Option<String>,
        kpis: KpiValues,
        /// Whether it is the caller's.
        mine: bool,
        /// The owner's own id of it; for the owner and administrators.
        external_id: Option<String>,
        submitted_at: DateTime<Utc>,
        rated_at: Option<DateTime<Utc>>,
    }

    /// What a page says of its contest, as of the last publication.
    Contest of views::ContestOverview {
        /// 0 before the first publication; grows with each.
        publication: i64,
        published_at: Option<DateTime<Utc>>,
        established: i64,
        provisional: i64,
        flagged: i64,
        comparisons: i64,
        /// The ends of one scale on which all intervals can be drawn.
        elo_low: Option<f64>,
        elo_high: Option<f64>,
        /// Nano-US-dollars; for whose contest it is and for administrators.
        spent_nano_usd: Option<String>,
        /// By name; the 200 largest.
        domains: Vec<DomainCount>,
        judges: Vec<JudgeBrief>,
    }

    DomainCount of store::DomainCount {
        domain: Option<String>,
        established: i64,
        provisional: i64,
    }

    /// A judge whose verdicts are in the ratings.
    JudgeBrief of views::JudgeBrief {
        judge_id: Uuid,
        name: String,
        /// `offline` (rules, not a language model) or `model`.
        kind: String,
        verdicts: i64,
        suspended_at: Option<DateTime<Utc>>,
        suspended_why: Option<String>,
    }

    /// One page of the board.
    Leaderboard of views::LeaderboardPage {
        items: Vec<RatedPlan>,
        next_cursor: Option<String>,
        previous_cursor: Option<String>,
        contest: Contest,
    }
}
