//! Stages that are functions: what is computed, and not asked of a model.
//!
//! A stage file names one with `code: name`. Each is pure: the same input gives the same bytes.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{Mode, StageRecord};

/// Makes the outputs of a stage, each with its file name. The error is told to the user.
pub type CodeStage = fn(&CodeInput<'_>) -> Result<Vec<(String, Vec<u8>)>, String>;

/// What a function may use.
#[derive(Debug, Clone, Copy)]
pub struct CodeInput<'a> {
    pub prompt: &'a str,
    pub mode: Mode,
    pub start_date: NaiveDate,
    pub title: &'a str,
    /// The declared inputs; every file so far where the stage reads `*`.
    pub files: &'a BTreeMap<String, Vec<u8>>,
    /// The stages that are done, for the provenance of what they wrote.
    pub provenance: &'a [StageRecord],
}

/// Every function, by the name that stage files use.
const ALL: &[(&str, CodeStage)] = &[("report", crate::report::stage)];

/// The function of that name.
pub fn lookup(name: &str) -> Option<CodeStage> {
    let found = ALL.iter().find(|(known, _)| *known == name);
    found.map(|(_, function)| *function)
}
