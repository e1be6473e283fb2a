//! Comparisons: what a judge said of two plans, and why.

use arena::judge;
use arena::views;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{CardItem, Kpi, Notice, PlanHead, RatedPlan, Wire, mirrored_words, mirrors};

mirrored_words! {
    /// `normal` and `second_order` (the same pair, the other first) count for ratings; canaries
    /// measure the judge.
    ComparisonKind of store::ComparisonKind { Normal, SecondOrder, Canary, SelfCanary, }
    /// `void` has no verdict and never will.
    ComparisonState of store::ComparisonState { Scheduled, Done, Void, }
}

mirrors! {
    /// One page of a plan's comparisons, newest first.
    Comparisons of views::ComparisonPage {
        items: Vec<PlanComparison>,
        next_cursor: Option<String>,
    }

    /// One comparison from the plan's point of view.
    PlanComparison of views::PlanComparison {
        comparison_id: Uuid,
        round: i64,
        /// Null when it isn't visible to the caller.
        opponent: Option<Opponent>,
        /// −4 (the opponent overwhelmingly better) to 4; null when void.
        #[schema(minimum = -4, maximum = 4)]
        level: Option<i64>,
        #[schema(example = "clearly better")]
        level_words: Option<String>,
        shown_first: bool,
        kind: ComparisonKind,
        /// Why the scheduler chose the pair.
        reason: String,
        void_reason: Option<String>,
        flags: Vec<Notice>,
        judge: String,
        judge_id: Uuid,
        model: Option<String>,
        /// For the owner and administrators.
        cost_nano_usd: Option<String>,
        /// What decided, in the judge's words.
        because: Option<String>,
        dimensions: Vec<Dimension>,
        finished_at: Option<DateTime<Utc>>,
    }

    Opponent of views::Opponent {
        plan_id: Uuid,
        title: String,
        domain: Option<String>,
    }

    /// One dimension on which the judge compared the plans. Dimensions explain; they are never
    /// added up.
    Dimension of views::DimensionView {
        name: String,
        /// −4 to 4, positive for the plan.
        preference: i8,
        /// The favoured plan's quote stands in its card.
        verified: bool,
        reason: String,
        own_quote: Option<Quote>,
        opponent_quote: Option<Quote>,
        /// Whether it is the judge's remaining considerations.
        remaining: bool,
    }

    /// Words that the judge quoted from an item of a card.
    Quote of judge::Quote {
        item: String,
        text: String,
        /// The server found them there.
        found: bool,
    }

    /// Two plans side by side.
    Pair of views::PairView {
        a: Side,
        b: Side,
        /// Of the true strengths; null unless both are rated in one contest.
        #[schema(minimum = 0, maximum = 1)]
        probability_a_better: Option<f64>,
        /// From the point of view of `a`.
        meetings: Vec<PlanComparison>,
        common_opponents: Vec<CommonOpponent>,
        cards: Vec<CardPair>,
    }

    Side of views::Side {
        plan: PlanHead,
        standing: RatedPlan,
        kpis: Vec<Kpi>,
    }

    /// A plan that both have met, with the mean level of each against it.
    CommonOpponent of views::CommonOpponent {
        plan_id: Uuid,
        title: String,
        a_level: f64,
        b_level: f64,
    }

    /// The same section of both cards.
    CardPair of views::CardPair {
        title: String,
        a: Vec<CardItem>,
        b: Vec<CardItem>,
    }

    /// Everything raw about a plan's rating, to check it or to find a fault.
    Metrics of views::RawMetrics {
        plan: PlanHead,
        standing: RatedPlan,
        /// Newest first; those of older extractors are kept.
        extractions: Vec<Extraction>,
        comparisons: Vec<RawComparison>,
        next_cursor: Option<String>,
        publications: Vec<super::HistoryPoint>,
        totals: MetricsTotals,
    }

    Extraction of views::Extraction {
        /// Names extractors, snapshot, embedding model and rater.
        version: String,
        current: bool,
        extracted_at: DateTime<Utc>,
        values: super::KpiValues,
        /// Factors, quotes, flags and reasons, as the extractors wrote them.
        #[schema(value_type = Object)]
        evidence: serde_json::Value,
    }

    RawComparison of views::RawComparison {
        comparison_id: Uuid,
        round: i64,
        seq: i64,
        kind: ComparisonKind,
        /// Of a canary: the twin and its side.
        variant: String,
        reason: String,
        /// Null when it isn't visible to the caller.
        first_plan: Option<Uuid>,
        second_plan: Option<Uuid>,
        state: ComparisonState,
        /// −4 to 4, positive for the plan shown first.
        #[schema(minimum = -4, maximum = 4)]
        level: Option<i64>,
        /// The judge's whole answer, checked.
        #[schema(value_type = Option<Object>)]
        verdict: Option<serde_json::Value>,
        void_reason: Option<String>,
        flags: Vec<String>,
        judge_id: Uuid,
        model: Option<String>,
        prompt_version: Option<String>,
        /// SHA-256 of everything that the judge was given.
        request_hash: Option<String>,
        input_tokens: i64,
        output_tokens: i64,
        calls: i64,
        /// For the owner and administrators.
        cost_nano_usd: Option<String>,
        created_at: DateTime<Utc>,
        finished_at: Option<DateTime<Utc>>,
    }

    MetricsTotals of views::RawTotals {
        scheduled: i64,
        done: i64,
        void: i64,
        calls: i64,
        input_tokens: i64,
        output_tokens: i64,
        /// For the owner and administrators.
        cost_nano_usd: Option<String>,
    }
}

impl Wire<judge::Verdict> for serde_json::Value {
    fn wire(from: judge::Verdict) -> Self {
        serde_json::to_value(from).unwrap_or_default()
    }
}
