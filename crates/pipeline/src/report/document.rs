//! What a report says, apart from how it looks: sections made of blocks.
//!
//! Both renderings, the page and the Markdown, are made of this. Texts here are plain text (or
//! Markdown, in [`Block::Prose`]) as artifacts state them; whoever renders escapes them.

use super::gantt::Gantt;

/// A whole report.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) title: String,
    pub(super) objective: Option<String>,
    pub(super) started: String,
    pub(super) author: Author,
    pub(super) figures: Vec<Figure>,
    pub(super) groups: Vec<Group>,
    pub(super) missing: Vec<Missing>,
}

/// Who wrote the artifacts, as far as the records tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    Models,
    Rules,
    Unrecorded,
}

/// One of the key figures under the title.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) note: String,
}

/// Sections under one heading of the table of contents.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) sections: Vec<Section>,
}

#[derive(Debug)]
pub(super) struct Section {
    /// Also the anchor: the title in lower case with hyphens.
    pub(super) id: String,
    pub(super) title: &'static str,
    pub(super) blocks: Vec<Block>,
    /// Stage, model, calls and cost in one line.
    pub(super) provenance: Option<String>,
    /// Bytes that prose may take in the Markdown report.
    pub(super) lean_bytes: usize,
}

/// A section that the report doesn't have, and why.
#[derive(Debug)]
pub(super) struct Missing {
    pub(super) title: &'static str,
    pub(super) why: String,
    /// A stage was meant to write it and didn't, or wrote nothing.
    pub(super) failed: bool,
}

#[derive(Debug)]
pub(super) enum Block {
    /// Markdown of an artifact, its first heading at level `top`.
    Prose {
        markdown: String,
        top: u8,
        file: String,
    },
    Heading(String),
    /// As somebody typed it.
    Verbatim(String),
    Note(String),
    Facts(Vec<(String, String)>),
    Table(Table),
    Decisions(Vec<Decision>),
    Gantt(Box<Gantt>),
    Tree(Vec<Node>),
    Matrix(Matrix),
    Checks(Vec<Check>),
    Fold(Fold),
}

/// What readers open if they want to know more.
#[derive(Debug)]
pub(super) struct Fold {
    pub(super) summary: String,
    pub(super) blocks: Vec<Block>,
    pub(super) file: String,
    /// Repeats at length what the section says already, and is left off paper.
    pub(super) is_appendix: bool,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    /// What the table shows, for those who can't see it.
    pub(super) caption: String,
    /// Titles of columns that the Markdown report leaves out.
    pub(super) not_lean: &'static [&'static str],
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) numeric: bool,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) kind: RowKind,
    pub(super) cells: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    Item,
    /// Opens a group of items, with the group's sum.
    Group,
    Total,
}

/// A decision with its options.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) title: String,
    pub(super) question: String,
    pub(super) options: Vec<Choice>,
    /// The choice, where it is none of the options.
    pub(super) other_choice: Option<String>,
}

#[derive(Debug)]
pub(super) struct Choice {
    pub(super) text: String,
    pub(super) chosen: bool,
}

/// A node of the work breakdown structure.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) number: String,
    pub(super) name: String,
    pub(super) description: String,
    /// Duration, cost, resources, each in words.
    pub(super) facts: Vec<String>,
    pub(super) children: Vec<Node>,
}

/// Likelihood × severity, both from low to high.
#[derive(Debug, Default)]
pub(super) struct Matrix {
    pub(super) risks: Vec<Risk>,
}

#[derive(Debug)]
pub(super) struct Risk {
    pub(super) number: usize,
    pub(super) area: String,
    pub(super) description: String,
    pub(super) impact: String,
    pub(super) mitigation: String,
    pub(super) likelihood: Grade,
    pub(super) severity: Grade,
}

/// Low, medium or high, in any of the words that plans use; `Unknown` is never shown in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    Unknown,
    Low,
    Medium,
    High,
}

impl Grade {
    pub(super) fn of(words: &str) -> Self {
        let words = words.to_lowercase();
        let says = |list: &[&str]| list.iter().any(|word| words.contains(word));
        match () {
            () if says(&["high", "critical", "severe", "certain", "extreme"]) => Self::High,
            () if says(&["medium", "moderate", "possible"]) => Self::Medium,
            () if says(&["low", "minor", "unlikely", "negligible", "rare"]) => Self::Low,
            () => Self::Unknown,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Unknown => "not stated",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One line of a check list.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) mark: Mark,
    pub(super) title: String,
    pub(super) question: String,
    pub(super) finding: String,
    pub(super) advice: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Good,
    Warn,
    Bad,
    Plain,
}

impl Mark {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Good => "in order",
            Self::Warn => "concern",
            Self::Bad => "problem",
            Self::Plain => "noted",
        }
    }

    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Warn => "!",
            Self::Bad => "✗",
            Self::Plain => "·",
        }
    }
}

impl Table {
    /// A table whose columns are `(title, numeric)`.
    pub(super) fn new(caption: &str, columns: &[(&'static str, bool)]) -> Self {
        let column = |&(title, numeric)| Column { title, numeric };
        Self {
            caption: caption.to_owned(),
            not_lean: &[],
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, kind: RowKind, cells: Vec<String>) {
        self.rows.push(Row { kind, cells });
    }
}
