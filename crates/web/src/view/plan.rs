//! `/plans/{id}`: why a plan stands where it does, and what would move it.

use askama::Template;

use super::charts::HistoryChart;
use super::format::{Change, Count, Elo, Moment, Percent, Ratio};
use super::layout::Layout;
use super::parts::{JudgeName, Level, Pager, Phase, Progress, Rating};

/// Comparisons on one page: with a dozen dimensions each and all quotes, so many keep it under
/// 100 kB.
pub const MEETINGS_PER_PAGE: u32 = 6;

#[derive(Debug, Template)]
#[template(path = "plan.html")]
pub struct PlanPage {
    pub layout: Layout,
    pub plan_id: String,
    pub title: String,
    pub domain: Option<String>,
    pub private: bool,
    /// The client's own id; shown to the owner only.
    pub external_id: Option<String>,
    pub submitted: Moment,
    /// From a prompt, by this service: its run tells how.
    pub made_here: bool,
    pub phase: Phase,
    pub progress: Option<Progress>,
    /// More about the phase, such as why it failed.
    pub phase_detail: Option<String>,
    pub standing: Option<PlanStanding>,
    pub flagged: Option<String>,
    /// What was odd about the text itself: removed characters, look-alike letters.
    pub integrity: Vec<String>,
    pub kpis: Vec<KpiView>,
    pub history: Option<HistoryChart>,
    pub meetings: Vec<MeetingView>,
    pub meetings_total: u64,
    pub pager: Pager,
    pub better: Vec<BetterPlan>,
    pub advice: Vec<Advice>,
    pub owner: Option<OwnerActions>,
}

impl PlanPage {
    pub fn any_offline(&self) -> bool {
        self.meetings.iter().any(|m| m.judge.offline)
    }

    pub fn meetings_total_text(&self) -> Count {
        Count(self.meetings_total)
    }
}

/// A plan's place on its board.
#[derive(Debug, Clone)]
pub struct PlanStanding {
    pub rank: Option<u64>,
    pub rank_range: Option<(u64, u64)>,
    /// Established plans on the same board.
    pub of: u64,
    pub rating: Rating,
    /// 0..1, 1 being the best.
    pub percentile: Option<f64>,
    pub comparisons: u64,
    pub opponents: u64,
    pub tier: Option<String>,
}

impl PlanStanding {
    pub fn rank_text(&self) -> Option<Count> {
        self.rank.map(Count)
    }

    pub fn rank_range_text(&self) -> Option<String> {
        let (low, high) = self.rank_range?;
        (low != high).then(|| format!("{}\u{2013}{}", Count(low), Count(high)))
    }

    pub fn of_text(&self) -> Count {
        Count(self.of)
    }

    pub fn percentile_text(&self) -> Option<Percent> {
        self.percentile.map(Percent)
    }

    pub fn comparisons_text(&self) -> Count {
        Count(self.comparisons)
    }

    pub fn opponents_text(&self) -> Count {
        Count(self.opponents)
    }
}

/// One KPI: its value or why there is none, and what it rests on.
#[derive(Debug, Clone, Default)]
pub struct KpiView {
    /// For people: `Prompt quality`.
    pub name: String,
    /// One sentence on what it measures.
    pub meaning: String,
    pub value: Option<f64>,
    pub unknown_reason: Option<String>,
    /// Extractor and version.
    pub version: String,
    pub evidence: Vec<EvidenceView>,
    /// Findings, in words.
    pub flags: Vec<String>,
}

impl KpiView {
    pub fn value_text(&self) -> Option<Ratio> {
        self.value.map(Ratio)
    }

    /// For `<meter>`.
    pub fn meter(&self) -> String {
        format!("{:.3}", self.value.unwrap_or(0.0).clamp(0.0, 1.0))
    }
}

/// A verbatim passage and where it stands.
#[derive(Debug, Clone, Default)]
pub struct EvidenceView {
    /// File or JSON pointer.
    pub source: String,
    pub quote: String,
    /// Byte span in that field's canonical text.
    pub span: Option<(usize, usize)>,
}

/// One comparison from this plan's point of view.
#[derive(Debug, Clone)]
pub struct MeetingView {
    pub comparison_id: String,
    /// `None` when the reader may not see it.
    pub opponent_id: Option<String>,
    pub opponent_title: String,
    /// `None` when the verdict is void.
    pub level: Option<Level>,
    pub void_reason: Option<String>,
    pub shown_first: bool,
    pub because: String,
    pub judge: JudgeName,
    pub flags: Vec<String>,
    pub dimensions: Vec<DimensionView>,
    pub at: Option<Moment>,
}

/// What the judge said about one dimension, with both sides' quotes.
#[derive(Debug, Clone)]
pub struct DimensionView {
    pub name: String,
    pub level: Level,
    pub reason: String,
    pub mine: QuoteView,
    pub theirs: QuoteView,
    /// The favoured side's quote stands in its card; otherwise the dimension counts nothing.
    pub verified: bool,
}

/// A quote by which a judge supports a dimension.
#[derive(Debug, Clone, Default)]
pub struct QuoteView {
    /// Id of the item on the plan card, `W1.3`.
    pub item: String,
    /// Empty when the judge says that the plan has nothing on the matter.
    pub text: String,
    pub found: bool,
}

/// A better plan near this one.
#[derive(Debug, Clone)]
pub struct BetterPlan {
    pub plan_id: String,
    pub title: String,
    pub elo: f64,
    pub ahead_by: f64,
    /// Likeness of the texts, 0..1.
    pub likeness: Option<f64>,
    /// What it does better, a sentence each.
    pub does_better: Vec<String>,
}

impl BetterPlan {
    pub fn elo_text(&self) -> Elo {
        Elo(self.elo)
    }

    pub fn ahead_text(&self) -> Change {
        Change::of_elo(self.ahead_by)
    }

    pub fn likeness_text(&self) -> Option<Percent> {
        self.likeness.map(Percent)
    }
}

/// Something that the author can do.
#[derive(Debug, Clone)]
pub struct Advice {
    pub headline: String,
    /// Which comparisons or KPIs say so.
    pub because: String,
    /// For example `lost 5 of 7 comparisons on schedule`.
    pub weight: Option<String>,
}

/// What the owner may do now.
#[derive(Debug, Clone, Copy, Default)]
pub struct OwnerActions {
    pub can_withdraw: bool,
    pub can_restore: bool,
    pub can_publish: bool,
}

impl OwnerActions {
    pub fn any(&self) -> bool {
        self.can_withdraw || self.can_restore || self.can_publish
    }
}
