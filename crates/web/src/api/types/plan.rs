//! One plan: what it is, what was measured, how it was compared.

use arena::{status, views};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{PlanState, RatedPlan, Visibility, Wire, mirrored_words, mirrors};

mirrored_words! {
    /// Where a plan stands on its way to the board. `provisional` is rated, but too vaguely to have
    /// a place among the others yet; `failed` could not be measured.
    Phase of status::Phase {
        Queued, Extracting, Comparing, Provisional, Rated, Failed, Withdrawn, Quarantined,
    }
}

mirrors! {
    /// How far a plan is.
    PlanStatus of status::PlanStatus {
        phase: Phase,
        /// A sentence for people: why it waits, or failed.
        detail: Option<String>,
        #[schema(minimum = 0)]
        comparisons_done: u64,
        /// At least so many are to be made in all.
        #[schema(minimum = 0)]
        comparisons_planned: u64,
        /// Of near copies one stands on the board for all; this one stands for the plan.
        represented_by: Option<Uuid>,
    }

    /// Something that the reader of a plan noticed.
    ReadWarning of ::plan::model::Warning {
        #[schema(value_type = String, example = "missing")]
        kind: Word,
        /// File or JSON pointer.
        source: String,
        detail: String,
    }

    /// What a plan is, without its texts.
    PlanHead of views::PlanHead {
        plan_id: Uuid,
        title: String,
        domain: Option<String>,
        visibility: Visibility,
        state: PlanState,
        /// For the owner and administrators.
        state_reason: Option<String>,
        /// SHA-256 of the canonical content.
        #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
        content_hash: String,
        submitted_at: DateTime<Utc>,
        mine: bool,
        /// For the owner and administrators, as is the next.
        external_id: Option<String>,
        source_name: Option<String>,
        /// What was found and removed on reading, such as invisible characters.
        integrity: Vec<Notice>,
        /// What the reader could not read.
        warnings: Vec<Notice>,
    }

    /// Something that was noticed.
    Notice of views::Notice {
        #[schema(example = "missing")]
        code: String,
        text: String,
        source: Option<String>,
    }

    /// One KPI with its evidence.
    Kpi of views::KpiView {
        #[schema(example = "prompt_quality")]
        name: String,
        /// 0 to 1; null is unknown.
        value: Option<f64>,
        unknown_reason: Option<String>,
        /// Of the extractor.
        version: String,
        flags: Vec<Notice>,
        evidence: Vec<Evidence>,
        factors: Vec<Factor>,
    }

    /// What a KPI was computed from.
    Factor of views::Factor {
        key: String,
        label: String,
        value: Option<f64>,
        text: Option<String>,
    }

    /// One quotable statement of the plan.
    CardItem of ::plan::card::CardItem {
        #[schema(example = "W1.3")]
        id: String,
        text: String,
        /// The file or JSON pointer that it comes from.
        source: String,
    }

    /// A rating at one publication.
    HistoryPoint of views::HistoryPoint {
        publication: i64,
        published_at: DateTime<Utc>,
        elo: f64,
        elo_se: f64,
        elo_low: f64,
        elo_high: f64,
        rank: i64,
        num_comparisons: i64,
    }

    /// A plan as its owner lists it.
    OwnPlan of views::MyPlan {
        #[serde(flatten)]
        row: RatedPlan,
        state: PlanState,
        state_reason: Option<String>,
        /// Whether it holds the place of its family on the board.
        listed: bool,
        /// Whether its KPIs are measured.
        has_kpis: bool,
        source_name: Option<String>,
        num_warnings: usize,
    }

    /// One page of the caller's plans, newest first.
    OwnPlans of views::MyPlans {
        items: Vec<OwnPlan>,
        next_cursor: Option<String>,
    }
}

mirrored_words! {
    /// Where advice comes from.
    AdviceSource of views::AdviceSource { Judges, Kpi, }
    /// Where a strength is known from: a verdict on the two, a plan that both met, or a KPI, which
    /// is no part of the rating.
    StrengthSource of views::StrengthSource { Verdict, CommonOpponent, Kpi, }
}

mirrors! {
    /// What could be done about a plan.
    Advice of views::Advice {
        items: Vec<AdviceItem>,
        comparisons_read: usize,
        /// What the advice is and isn't.
        note: String,
    }

    /// One thing to do.
    AdviceItem of views::AdviceItem {
        source: AdviceSource,
        /// A theme of the judges, or a KPI and its factor.
        #[schema(example = "prompt_quality/budget")]
        subject: String,
        action: String,
        /// What it rests on.
        basis: String,
        /// The judges' own words.
        reasons: Vec<String>,
        /// The comparisons that it rests on.
        comparisons: Vec<Uuid>,
    }

    /// Near plans that are clearly better, the likest first.
    BetterNearby of views::BetterNearby {
        items: Vec<BetterPlan>,
        /// Plans that were compared with this one.
        searched: usize,
    }

    BetterPlan of views::BetterPlan {
        plan: RatedPlan,
        /// Cosine of the two cards, 1 for the same text.
        likeness: f64,
        #[schema(minimum = 0, maximum = 1)]
        probability_better: f64,
        does_better: Vec<Strength>,
    }

    /// Something that the other plan does better.
    Strength of views::Strength {
        source: StrengthSource,
        /// A dimension, an opponent or a KPI.
        what: String,
        text: String,
        /// Levels or KPI values of the two.
        own: Option<f64>,
        theirs: Option<f64>,
        /// What the other plan says on the matter.
        their_words: Option<String>,
    }
}

/// A passage of the plan, word for word.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Evidence {
    /// File or JSON pointer of the text that holds it.
    source: String,
    quote: String,
    /// Bytes of that text.
    start: usize,
    end: usize,
}

impl Wire<kpi::evidence::Evidence> for Evidence {
    fn wire(from: kpi::evidence::Evidence) -> Self {
        Self {
            source: from.source,
            quote: from.quote,
            start: from.span.0,
            end: from.span.1,
        }
    }
}

/// An enum without data, as it is written in JSON.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Word(String);

impl Wire<::plan::model::WarningKind> for Word {
    fn wire(from: ::plan::model::WarningKind) -> Self {
        let value = serde_json::to_value(from).unwrap_or_default();
        Self(value.as_str().unwrap_or("other").to_owned())
    }
}
