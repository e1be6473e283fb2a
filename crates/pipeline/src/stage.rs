//! What a stage is: one Markdown file that says which files it reads, which it writes, and either
//! what a model is asked or which function makes the outputs.
//!
//! The format stands at [`Stage::parse`]; `docs/ARCHITECTURE.md` tells how stages become a graph.
//! Invariant: a stage that parsed is whole: its templates compile, its schema is one, and every
//! function that it names exists. Deliberately absent: running it.

mod read;
mod sections;

use std::collections::BTreeMap;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Mode;

pub(crate) use read::shared_rules;

/// Which part of the work a stage belongs to, in the order in which people read a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Screening,
    Strategy,
    Context,
    Planning,
    Governance,
    Team,
    Review,
    Documents,
    Work,
    Money,
    Closing,
}

impl Phase {
    /// Its name as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Screening => "Screening",
            Self::Strategy => "Strategy",
            Self::Context => "Context",
            Self::Planning => "Project plan",
            Self::Governance => "Governance",
            Self::Team => "Team",
            Self::Review => "Reviews",
            Self::Documents => "Documents",
            Self::Work => "Work breakdown",
            Self::Money => "Costs and benefits",
            Self::Closing => "Conclusion",
        }
    }
}

/// One stage of the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// The file's stem, such as `project_plan`.
    pub id: String,
    /// For people: "Project plan".
    pub title: String,
    pub phase: Phase,
    /// Files that are shown to the model, or handed to the function. `*` stands for every file of
    /// stages that don't depend on this one, and is for functions only.
    pub inputs: Vec<String>,
    pub outputs: Vec<Output>,
    pub work: Work,
    /// SHA-256 in hex of all that shapes the answer: the file, and the rules shared by all prompts.
    pub hash: String,
}

/// How the outputs come to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// A model is asked.
    Model(Box<Prompt>),
    /// The function of this name in [`crate::code`] makes them.
    Code(String),
}

/// What a model is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    pub tier: Tier,
    pub max_output_tokens: u32,
    pub each: Option<Each>,
    pub gate: Option<Gate>,
    /// Names in [`crate::checks`].
    pub checks: Vec<String>,
    pub schema: Value,
}

/// A file that a stage writes. In a stage file it is a map, or the bare name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Output {
    pub file: String,
    /// JSON pointer into the answer; `None` is the whole answer.
    pub pick: Option<String>,
    /// Rendered as Markdown instead of JSON.
    pub markdown: bool,
}

/// A fan-out: one call per item, or per batch of items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// The file that holds the items. It needs no mention in `inputs`, where it would be shown whole.
    pub from: String,
    /// `*` takes the elements of an array and a name the field of an object: `*/subtasks/*`.
    pub path: String,
    /// Items per call.
    #[serde(default = "one")]
    pub batch: usize,
    /// The most calls in a mode; items beyond them are left out.
    #[serde(default)]
    pub limit: BTreeMap<Mode, usize>,
    /// JSON pointer to an array in each answer; the arrays are joined in the order of the items.
    /// Without it the outcome is the list of answers.
    pub collect: Option<String>,
    /// Each answer is kept under this name too, where `{n}` counts from 1.
    pub raw: Option<String>,
}

/// Answers that end the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// JSON pointer to the verdict in the answer.
    pub pointer: String,
    /// Verdicts that end the run.
    pub stop: Vec<String>,
    pub reason: GateReason,
    /// JSON pointer to the words that the user is told.
    pub message: Option<String>,
}

/// What a gate that closes says about the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateReason {
    Refused,
    UnderSpecified,
}

/// How much a stage asks of a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    #[default]
    Large,
    /// A short answer: at most [`Tier::SMALL_TOKENS`].
    Small,
}

impl Tier {
    pub const SMALL_TOKENS: u32 = 2_000;

    /// What is asked for at most.
    pub fn tokens(self, asked: u32) -> u32 {
        match self {
            Self::Large => asked,
            Self::Small => asked.min(Self::SMALL_TOKENS),
        }
    }
}

/// Every file of stages that don't depend on this one.
pub const ALL_FILES: &str = "*";

impl Stage {
    /// Files that must exist before the stage can run, [`ALL_FILES`] left out.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        let from = self.each().map(|each| each.from.as_str());
        let inputs = self.inputs.iter().map(String::as_str);
        let named = inputs.clone().filter(|file| *file != ALL_FILES);
        named.chain(from.filter(move |file| inputs.clone().all(|input| input != *file)))
    }

    pub fn reads_all(&self) -> bool {
        self.inputs.iter().any(|file| file == ALL_FILES)
    }

    pub fn prompt(&self) -> Option<&Prompt> {
        match &self.work {
            Work::Model(prompt) => Some(prompt),
            Work::Code(_) => None,
        }
    }

    pub fn each(&self) -> Option<&Each> {
        self.prompt().and_then(|prompt| prompt.each.as_ref())
    }

    /// A stage whose answer may end the run. Its outputs can't be edited: an edit would open it.
    pub fn gate(&self) -> Option<&Gate> {
        self.prompt().and_then(|prompt| prompt.gate.as_ref())
    }

    /// The template of a section: `<id>/system`, `<id>/user`, `<id>/offline`.
    pub fn template(&self, section: &str) -> String {
        format!("{}/{section}", self.id)
    }
}

impl<'de> Deserialize<'de> for Output {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OutputVisitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputFields {
    file: String,
    pick: Option<String>,
    #[serde(default)]
    markdown: bool,
}

struct OutputVisitor;

impl<'de> Visitor<'de> for OutputVisitor {
    type Value = Output;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a file name, or a map with file, pick and markdown")
    }

    fn visit_str<E>(self, file: &str) -> Result<Output, E> {
        Ok(Output {
            file: file.to_owned(),
            pick: None,
            markdown: false,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Output, A::Error> {
        let fields = OutputFields::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Output {
            file: fields.file,
            pick: fields.pick,
            markdown: fields.markdown,
        })
    }
}

fn one() -> usize {
    1
}
