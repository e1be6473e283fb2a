//! The plan card: the only thing that a judge ever sees of a plan.
//!
//! A digest of at most [`MAX_CARD_BYTES`] with the same budget per section for every plan: each
//! section has a fixed number of items and each item a fixed length, and which items are shown
//! follows from the plan's structure (outline order, list order), never from who writes more.
//! Invariants: item ids are unique; an item is one line, so that text of a plan can't pose as
//! another item; item text is a cut of canonical text or a fact counted by this module.
//! Deliberately absent: KPIs, ratings, anything about the owner.

mod facts;
mod money;
mod outline;
mod render;
mod sections;
mod sentences;

use serde::{Deserialize, Serialize};

use crate::model::Plan;

pub use sentences::sentences;

/// The most that [`Card::render`] ever returns.
pub const MAX_CARD_BYTES: usize = 24 << 10;

/// A bounded digest of one plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Always all sections, in the order of [`SectionKind::ALL`]; empty ones have no items.
    pub sections: Vec<CardSection>,
}

/// One section of the card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardSection {
    pub kind: SectionKind,
    pub items: Vec<CardItem>,
    /// How many items of the plan are not shown.
    pub omitted: usize,
}

/// One statement of the plan, quotable by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardItem {
    /// A prefix of its section and a number: `P2`, `W1.3`.
    pub id: String,
    /// One line of canonical text.
    pub text: String,
    /// The file or JSON pointer that it comes from.
    pub source: String,
}

/// What a section is about, and its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionKind {
    Title,
    Objective,
    Prompt,
    Scope,
    SuccessCriteria,
    Wbs,
    Schedule,
    Dependencies,
    Money,
    Benefits,
    Risks,
    Team,
    Locations,
    Assumptions,
    Decisions,
}

/// Heading, id prefix, most items, most bytes per item.
struct Shape(&'static str, &'static str, usize, usize);

impl SectionKind {
    /// All sections in reading order.
    pub const ALL: [Self; 15] = [
        Self::Title,
        Self::Objective,
        Self::Prompt,
        Self::Scope,
        Self::SuccessCriteria,
        Self::Wbs,
        Self::Schedule,
        Self::Dependencies,
        Self::Money,
        Self::Benefits,
        Self::Risks,
        Self::Team,
        Self::Locations,
        Self::Assumptions,
        Self::Decisions,
    ];

    const fn shape(self) -> Shape {
        match self {
            Self::Title => Shape("Title", "T", 1, 160),
            Self::Objective => Shape("Objective", "O", 1, 600),
            Self::Prompt => Shape("Prompt", "P", 10, 280),
            Self::Scope => Shape("Scope", "F", 5, 200),
            Self::SuccessCriteria => Shape("Success criteria", "S", 5, 280),
            Self::Wbs => Shape("Work breakdown structure", "W", 32, 100),
            Self::Schedule => Shape("Schedule", "U", 8, 120),
            Self::Dependencies => Shape("Dependencies", "D", 10, 220),
            Self::Money => Shape("Money", "M", 10, 220),
            Self::Benefits => Shape("Benefits", "B", 5, 220),
            Self::Risks => Shape("Risks", "R", 8, 340),
            Self::Team => Shape("Team", "E", 8, 110),
            Self::Locations => Shape("Locations", "L", 4, 110),
            Self::Assumptions => Shape("Assumptions", "A", 6, 230),
            Self::Decisions => Shape("Decisions", "Q", 5, 220),
        }
    }

    /// The heading as a reader sees it.
    pub const fn title(self) -> &'static str {
        self.shape().0
    }

    /// What the ids of its items begin with.
    pub const fn prefix(self) -> &'static str {
        self.shape().1
    }

    /// The most items that are shown.
    pub const fn max_items(self) -> usize {
        self.shape().2
    }

    /// The longest text of an item, in bytes.
    pub const fn max_item_bytes(self) -> usize {
        self.shape().3
    }
}

/// The digest of `plan`.
pub fn card(plan: &Plan) -> Card {
    Card {
        sections: SectionKind::ALL
            .iter()
            .map(|kind| sections::section(plan, *kind))
            .collect(),
    }
}

impl Card {
    /// The item called `id`.
    pub fn item(&self, id: &str) -> Option<&CardItem> {
        self.items().find(|item| item.id == id)
    }

    /// All items in reading order.
    pub fn items(&self) -> impl Iterator<Item = &CardItem> {
        self.sections.iter().flat_map(|section| &section.items)
    }

    /// The section of one kind.
    pub fn section(&self, kind: SectionKind) -> Option<&CardSection> {
        self.sections.iter().find(|section| section.kind == kind)
    }
}
