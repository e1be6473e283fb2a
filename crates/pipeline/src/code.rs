//! Stages that are functions: what is computed, and not asked of a model.
//!
//! A stage file names one with `code: name`. Each is pure: the same input gives the same bytes.

mod artifact;
mod assumptions;
mod decisions;
mod experts;
#[cfg(test)]
mod fixture;
mod governance;
mod levers;
mod scenarios;
mod setup;
mod team;

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
const ALL: &[(&str, CodeStage)] = &[
    ("characterize_levers", levers::characterize),
    ("consolidate_assumptions_markdown", assumptions::consolidate),
    ("consolidate_governance", governance::consolidate),
    ("expert_criticism_markdown", experts::markdown),
    ("keep_levers", levers::keep),
    ("list_team", team::list),
    ("merge_team", team::merge),
    ("name_scenarios", scenarios::name),
    ("number_levers", levers::number),
    ("report", crate::report::stage),
    ("scenarios_markdown", scenarios::markdown),
    ("setup", setup::setup),
    ("strategic_decisions_markdown", decisions::markdown),
    ("team_markdown", team::markdown),
    ("vital_few_levers", levers::vital_few),
];

/// The function of that name.
pub fn lookup(name: &str) -> Option<CodeStage> {
    let found = ALL.iter().find(|(known, _)| *known == name);
    found.map(|(_, function)| *function)
}
