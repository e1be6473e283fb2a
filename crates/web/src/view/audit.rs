//! `/audit`: people check a sample of judgements, blind first.
//!
//! Before the reviewer's own label is stored, a page names neither plans' owners nor ratings nor
//! the judge's verdict: [`AuditItem`] has no field for them until [`Revealed`].

use askama::Template;

use super::format::{Change, Count, Elo, Moment, Percent};
use super::layout::Layout;
use super::parts::{FieldError, JudgeName, Level, Pager, error_of};
use super::plan::DimensionView;

/// The queue and what the labels say so far.
#[derive(Debug, Template)]
#[template(path = "audit.html")]
pub struct AuditQueue {
    pub layout: Layout,
    pub next_item: Option<String>,
    /// Everybody's.
    pub labels: u64,
    pub reviewers: u64,
    pub stats: AgreementView,
    pub judges: Vec<JudgeAgreement>,
}

impl AuditQueue {
    pub fn labels_text(&self) -> String {
        super::format::counted(self.labels, "label")
    }
}

/// Agreement between people and judges over the random sample.
#[derive(Debug, Clone, Default)]
pub struct AgreementView {
    pub labels: u64,
    /// Krippendorff's α with its interval; `None` with too few labels.
    pub alpha: Option<(f64, f64, f64)>,
    /// Same winner, as a share.
    pub same_side: Option<f64>,
    /// What chance alone would reach.
    pub base_rate: Option<f64>,
    /// Between two people.
    pub between_people: Option<f64>,
    pub overrides: u64,
    /// Labels until the share of one side is known to within ten points.
    pub more_wanted: u64,
}

impl AgreementView {
    pub fn labels_text(&self) -> Count {
        Count(self.labels)
    }

    pub fn alpha_text(&self) -> Option<String> {
        self.alpha.map(|(mean, _, _)| Change::plain(mean))
    }

    pub fn alpha_range(&self) -> Option<String> {
        let (_, low, high) = self.alpha?;
        Some(format!("{} to {}", Change::plain(low), Change::plain(high)))
    }

    pub fn same_side_text(&self) -> Option<Percent> {
        self.same_side.map(Percent)
    }

    pub fn base_rate_text(&self) -> Option<Percent> {
        self.base_rate.map(Percent)
    }

    pub fn between_people_text(&self) -> Option<String> {
        self.between_people.map(Change::plain)
    }

    pub fn more_wanted_text(&self) -> Option<String> {
        (self.more_wanted > 0).then(|| super::format::counted(self.more_wanted, "more label"))
    }

    pub fn overrides_text(&self) -> Count {
        Count(self.overrides)
    }
}

/// One judge against people.
#[derive(Debug, Clone)]
pub struct JudgeAgreement {
    pub judge: JudgeName,
    pub labels: u64,
    pub same_side: Option<f64>,
    pub alpha: Option<f64>,
}

impl JudgeAgreement {
    pub fn same_side_text(&self) -> Option<Percent> {
        self.same_side.map(Percent)
    }

    pub fn alpha_text(&self) -> Option<String> {
        self.alpha.map(Change::plain)
    }
}

/// One judgement to check.
#[derive(Debug, Template)]
#[template(path = "audit_item.html")]
pub struct AuditItem {
    pub layout: Layout,
    pub item_id: String,
    /// Sides are drawn at random.
    pub a: CardView,
    pub b: CardView,
    /// `12th of 62`
    pub position: Option<(u64, u64)>,
    pub revealed: Option<Revealed>,
    pub errors: Vec<FieldError>,
}

impl AuditItem {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }

    /// A overwhelmingly better first, as the form lists them.
    pub fn choices(&self) -> [LevelChoice; 9] {
        std::array::from_fn(|i| LevelChoice::new(4 - i8::try_from(i).unwrap_or(0)))
    }
}

/// One of the nine answers, keyed 1 to 9.
#[derive(Debug, Clone)]
pub struct LevelChoice {
    pub level: i8,
    pub key: u8,
    pub label: String,
}

impl LevelChoice {
    fn new(level: i8) -> Self {
        let label = match level {
            0 => "Equal".to_owned(),
            1.. => format!("A {}", Level(level).words()),
            _ => format!("B {}", Level(-level).words()),
        };
        Self {
            level,
            key: u8::try_from(5 - level).unwrap_or(5),
            label,
        }
    }
}

/// A plan card, as judges see it.
#[derive(Debug, Clone, Default)]
pub struct CardView {
    pub sections: Vec<CardSectionView>,
}

/// A section of a card.
#[derive(Debug, Clone, Default)]
pub struct CardSectionView {
    pub name: String,
    pub items: Vec<CardItemView>,
    pub omitted: usize,
}

/// One quotable statement.
#[derive(Debug, Clone, Default)]
pub struct CardItemView {
    pub id: String,
    pub text: String,
}

/// After the blind label: the judge's verdict, from A's point of view, and the decision form.
#[derive(Debug, Clone)]
pub struct Revealed {
    pub mine: Level,
    pub judged: Level,
    pub judge: JudgeName,
    pub because: String,
    pub a_title: String,
    pub b_title: String,
    pub a_id: String,
    pub b_id: String,
    pub dimensions: Vec<DimensionView>,
    pub reasons: Vec<ReasonChoice>,
    /// How many verdicts an override counts as, stated beside it.
    pub override_weight: String,
    /// What an override would do to both ratings.
    pub preview: Vec<PreviewRow>,
}

impl Revealed {
    pub fn same_side(&self) -> bool {
        self.mine.0.signum() == self.judged.0.signum()
    }
}

/// Why a reviewer decides as they do.
#[derive(Debug, Clone)]
pub struct ReasonChoice {
    pub code: String,
    pub label: String,
}

/// A rating now and after the refit.
#[derive(Debug, Clone)]
pub struct PreviewRow {
    pub title: String,
    pub elo_now: f64,
    pub elo_then: f64,
    pub rank_now: Option<u64>,
    pub rank_then: Option<u64>,
}

impl PreviewRow {
    pub fn now_text(&self) -> Elo {
        Elo(self.elo_now)
    }

    pub fn then_text(&self) -> Elo {
        Elo(self.elo_then)
    }

    pub fn change(&self) -> Change {
        Change::of_elo(self.elo_then - self.elo_now)
    }
}

/// After the decision.
#[derive(Debug, Template)]
#[template(path = "audit_thanks.html")]
pub struct AuditThanks {
    pub layout: Layout,
    pub overrode: bool,
    pub next_item: Option<String>,
}

/// `/audit/history`: append-only.
#[derive(Debug, Template)]
#[template(path = "audit_history.html")]
pub struct AuditHistory {
    pub layout: Layout,
    pub rows: Vec<AuditRow>,
    pub pager: Pager,
}

/// What one reviewer decided.
#[derive(Debug, Clone)]
pub struct AuditRow {
    pub decision_id: String,
    pub at: Moment,
    pub reviewer: String,
    pub a_id: String,
    pub a_title: String,
    pub b_id: String,
    pub b_title: String,
    pub mine: Level,
    pub judged: Level,
    pub judge: JudgeName,
    pub reason: String,
    pub note: String,
    /// The weight of the override, if it is one.
    pub override_weight: Option<String>,
    /// Takes the reviewer's former decision back.
    pub withdrawn: bool,
    /// No newer decision has taken its place.
    pub in_force: bool,
    pub may_withdraw: bool,
}
