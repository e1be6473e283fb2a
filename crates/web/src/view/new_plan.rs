//! `/plans/new`: a prompt with guidance on what it lacks, and how the plan is to be made.

use askama::Template;

use super::format::{Count, NanoUsd, wait};
use super::layout::{Layout, Tone};
use super::parts::{FieldError, error_of};

#[derive(Debug, Template)]
#[template(path = "new_plan.html")]
pub struct NewPlan {
    pub layout: Layout,
    /// What was sent, kept when something was wrong with it.
    pub values: NewPlanValues,
    pub errors: Vec<FieldError>,
    /// What the prompt says and lacks; `None` while there is none.
    pub guidance: Option<Guidance>,
    pub profiles: Vec<ProfileChoice>,
    pub examples: Vec<ExampleView>,
    pub max_prompt_chars: u64,
    pub base_url: String,
}

impl NewPlan {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }

    pub fn max_text(&self) -> Count {
        Count(self.max_prompt_chars)
    }
}

/// What the form holds.
#[derive(Debug, Clone, Default)]
pub struct NewPlanValues {
    pub prompt: String,
    pub title: String,
    pub profile: String,
    pub brief: bool,
    /// `2027-03-01`
    pub start_date: String,
    pub private: bool,
    /// In US dollars, as typed.
    pub max_cost: String,
}

/// How ready a prompt is.
#[derive(Debug, Clone)]
pub struct Guidance {
    pub readiness: Readiness,
    pub items: Vec<GuidanceItem>,
    /// What is wrong with the prompt as a whole.
    pub problems: Vec<String>,
}

impl Guidance {
    pub fn said(&self) -> usize {
        let is_said = |item: &&GuidanceItem| item.said == Said::Clearly;
        self.items.iter().filter(is_said).count()
    }
}

/// What becomes of the prompt as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    /// It is taken, and the plan rests on more assumptions.
    Thin,
    Refused,
}

impl Readiness {
    pub fn label(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Thin => "Thin",
            Self::Refused => "Not enough",
        }
    }

    pub fn explanation(self) -> &'static str {
        match self {
            Self::Ready => "This says what a planner needs to know.",
            Self::Thin => "This can be planned, but what is missing will be assumed.",
            Self::Refused => "Nothing useful can be planned from this yet.",
        }
    }

    pub fn tone(self) -> Tone {
        match self {
            Self::Ready => Tone::Good,
            Self::Thin => Tone::Warn,
            Self::Refused => Tone::Bad,
        }
    }
}

/// One thing that a prompt should say.
#[derive(Debug, Clone)]
pub struct GuidanceItem {
    pub label: String,
    pub said: Said,
    /// What to write, where it isn't said clearly.
    pub advice: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Clearly,
    Partly,
    Not,
}

impl Said {
    pub fn label(self) -> &'static str {
        match self {
            Self::Clearly => "said",
            Self::Partly => "partly said",
            Self::Not => "missing",
        }
    }

    pub fn class(self) -> &'static str {
        match self {
            Self::Clearly => "yes",
            Self::Partly => "partly",
            Self::Not => "no",
        }
    }
}

/// Models that write a plan, and what that takes.
#[derive(Debug, Clone)]
pub struct ProfileChoice {
    pub name: String,
    pub title: String,
    pub summary: String,
    pub models: Vec<String>,
    pub offline: bool,
    pub chosen: bool,
    pub all: Option<EstimateView>,
    pub brief: Option<EstimateView>,
}

/// What a run is expected to take.
#[derive(Debug, Clone, Copy)]
pub struct EstimateView {
    pub calls: u64,
    pub cost: NanoUsd,
    pub secs: u64,
}

impl EstimateView {
    /// `about $0.84, 6 minutes, 112 calls`
    pub fn text(&self) -> String {
        let (cost, time) = (self.cost, wait(self.secs));
        let calls = Count(self.calls);
        if self.cost.0 == 0 {
            return format!("free, about {time}, {calls} steps");
        }
        format!("about {cost}, {time}, {calls} calls")
    }
}

/// A prompt to begin with.
#[derive(Debug, Clone)]
pub struct ExampleView {
    pub id: String,
    pub title: String,
    pub kind: String,
    pub text: String,
}
