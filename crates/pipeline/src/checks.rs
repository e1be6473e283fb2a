//! Checks on a model's answer that a JSON schema can't say.
//!
//! A stage file names them with `checks: [name]`. What is wrong is told to the model, which gets one
//! chance to answer again.

mod faults;
mod levers;
mod money;
mod network;
mod quotes;
mod review;
mod team;
mod wbs;

use std::collections::BTreeMap;

use serde_json::Value;

/// `Err` says what is wrong in words that the model can act on. The arguments are the answer, the
/// items of the call, and the stage's inputs: parsed JSON, or the text of files that are none.
pub type Check = fn(&Value, &[Value], &BTreeMap<String, Value>) -> Result<(), String>;

/// Every check, by the name that stage files use.
const ALL: &[(&str, Check)] = &[
    ("audit_covers_items", review::audit_covers_items),
    ("benefits_hold", money::benefits_hold),
    ("constraints_quote_prompt", quotes::constraints_quote_prompt),
    (
        "contradictions_quote_prompt",
        quotes::contradictions_quote_prompt,
    ),
    ("costs_cover_items", money::costs_cover_items),
    ("covers_every_role", team::covers_every_role),
    ("decides_every_lever", levers::decides_every_lever),
    ("demands_are_quoted", review::demands_are_quoted),
    (
        "dependencies_cover_items",
        network::dependencies_cover_items,
    ),
    ("describes_every_lever", levers::describes_every_lever),
    ("distinct_tasks", wbs::distinct_tasks),
    ("drafts_item", review::drafts_item),
    ("durations_cover_items", network::durations_cover_items),
    ("premortem_refers", review::premortem_refers),
    ("rates_documents", review::rates_documents),
    (
        "scenarios_set_every_lever",
        levers::scenarios_set_every_lever,
    ),
    ("selects_known_scenario", levers::selects_known_scenario),
    ("subtasks_cover_items", wbs::subtasks_cover_items),
    ("weighs_every_lever", levers::weighs_every_lever),
];

/// The check of that name.
pub fn lookup(name: &str) -> Option<Check> {
    let found = ALL.iter().find(|(known, _)| *known == name);
    found.map(|(_, check)| *check)
}
