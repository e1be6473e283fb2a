//! Stages that are functions: what is computed, and not asked of a model.
//!
//! A stage file names one with `code: name`. Each is pure: the same input gives the same bytes.

mod arithmetic;
mod artifact;
mod assumptions;
mod audit;
mod complete;
mod costs;
mod decisions;
mod dependencies;
mod documents;
mod experts;
mod figures;
#[cfg(test)]
mod fixture;
mod governance;
mod levers;
pub(crate) mod network;
mod scenarios;
mod schedule;
mod setup;
mod team;
mod wbs;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{Facts, Mode, StageRecord};

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
    ("arithmetic_check", arithmetic::check),
    ("characterize_levers", levers::characterize),
    ("consolidate_assumptions_markdown", assumptions::consolidate),
    ("consolidate_dependencies", dependencies::consolidate),
    ("consolidate_governance", governance::consolidate),
    ("cost_totals", costs::totals),
    ("documents_filter", documents::filter),
    ("documents_markdown", documents::markdown),
    ("documents_number", documents::number),
    ("expert_criticism_markdown", experts::markdown),
    ("full_plan_pipeline", complete::finish),
    ("keep_levers", levers::keep),
    ("list_team", team::list),
    ("merge_team", team::merge),
    ("name_scenarios", scenarios::name),
    ("number_levers", levers::number),
    ("report", crate::report::stage),
    ("scenarios_markdown", scenarios::markdown),
    ("schedule", schedule::create),
    ("self_audit_checklist", audit::checklist),
    ("self_audit_markdown", audit::markdown),
    ("setup", setup::setup),
    ("strategic_decisions_markdown", decisions::markdown),
    ("team_markdown", team::markdown),
    ("vital_few_levers", levers::vital_few),
    ("wbs_level_1_and_2", wbs::level_1_and_2),
    ("wbs_level_3", wbs::level_3),
];

/// The function of that name.
pub fn lookup(name: &str) -> Option<CodeStage> {
    let found = ALL.iter().find(|(known, _)| *known == name);
    found.map(|(_, function)| *function)
}

/// The money that the prompt names: whole units, and the currency.
fn prompt_budget(input: &CodeInput<'_>) -> Option<(f64, String)> {
    let facts = Facts::of(input.prompt, input.title, input.start_date);
    #[expect(clippy::cast_precision_loss, reason = "facts bound a budget to 10^15")]
    let amount = |amount: u64| amount as f64;
    facts
        .budget
        .map(|budget| (amount(budget.amount), budget.currency))
}
