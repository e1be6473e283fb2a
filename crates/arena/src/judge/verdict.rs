//! The verdict: what is stored of a comparison for ever, and shown to people.
//!
//! Its JSON is a storage format: fields may be added with a default, never renamed.

use serde::{Deserialize, Serialize};

/// How a comparison ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    Verdict {
        verdict: Verdict,
    },
    /// Asked and answered, but the answer can't be used. `verdict` keeps what there was.
    Void {
        reason: VoidReason,
        verdict: Option<Verdict>,
    },
}

/// Why there is no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidReason {
    /// More than half of the dimensions quoted what the cards don't say, twice.
    QuotesNotFound,
    /// No dimension with a verified quote is on the side of the overall preference.
    Unsupported,
    /// The answers didn't follow the schema, even after a repair.
    Malformed,
    /// The model refused to judge.
    Refused,
    /// The provider does not accept the question, for its content or its length.
    Rejected,
}

impl VoidReason {
    pub fn explain(self) -> &'static str {
        match self {
            Self::QuotesNotFound => "more than half of the quotes are not in the plans",
            Self::Unsupported => "no verified dimension supports the overall preference",
            Self::Malformed => "the answer did not follow the required form",
            Self::Refused => "the model refused to judge",
            Self::Rejected => "the provider does not accept these plans' text or its length",
        }
    }
}

/// A judge's answer about one ordered pair. Levels are −4..=4, positive for the plan shown first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub overall: i8,
    /// What decided, in the judge's words (at most 40).
    pub because: String,
    /// Five to seven for a model, one per rule offline.
    pub dimensions: Vec<Dimension>,
    /// "Remaining considerations" that the judge named.
    pub remaining: Dimension,
    pub flags: Vec<Flag>,
}

impl Verdict {
    /// All dimensions, the remaining considerations last.
    pub fn all_dimensions(&self) -> impl Iterator<Item = &Dimension> {
        self.dimensions
            .iter()
            .chain(std::iter::once(&self.remaining))
    }
}

/// One dimension on which the judge compared the plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimension {
    pub name: String,
    /// As the judge gave it; see [`Dimension::counted`].
    pub preference: i8,
    /// At most 30 words.
    pub reason: String,
    pub first_quote: Quote,
    pub second_quote: Quote,
    /// The favoured plan's quote is in its card (with no favourite: no quote is made up).
    pub verified: bool,
}

impl Dimension {
    /// The preference, or 0 when its evidence does not exist.
    pub fn counted(&self) -> i8 {
        if self.verified { self.preference } else { 0 }
    }
}

/// Words that a judge says stand in a card's item. Both fields are empty when the judge
/// says that the plan has nothing on the matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub item: String,
    pub text: String,
    /// The server found `text` in the card.
    #[serde(default)]
    pub found: bool,
}

impl Quote {
    pub fn is_absent(&self) -> bool {
        self.text.is_empty()
    }
}

/// Something a reader of the verdict should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// A quote is genuine, but stands in another item than the judge said; the item was corrected.
    ItemCorrected,
    /// A name, a reason or a quote was longer than its bound and was cut.
    Cut,
    /// Two dimensions have the same name; the later one does not count.
    DuplicateDimension,
    /// The first answer's quotes were not in the cards; this is the second answer.
    AskedAgain,
    /// More verified dimensions speak against the overall preference than for it.
    AgainstItsDimensions,
    /// The answer repeated the prompt's secret delimiter; it was removed.
    DelimiterEchoed,
}
