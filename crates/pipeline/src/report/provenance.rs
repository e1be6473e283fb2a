//! Which stage, model, calls and money a section comes from.

use super::document::{Author, Block, RowKind, Table};
use super::wording::{counted, date, dollars, line, title_of};
use crate::{StageRecord, StageState};

/// The report can't tell about itself and what follows it.
const LATER: &[&str] = &["report", "full_plan_pipeline"];
const WITHOUT_MODEL: &str = "rules, no language model";

pub(super) fn author(records: &[StageRecord]) -> Author {
    let mut asked = records.iter().filter(|record| record.calls_done > 0);
    match () {
        () if records.is_empty() => Author::Unrecorded,
        () if asked.any(|record| record.model.is_some()) => Author::Models,
        () => Author::Rules,
    }
}

fn author_of(record: &StageRecord) -> String {
    match &record.model {
        Some(model) => line(model, 80),
        None if record.calls_done > 0 => WITHOUT_MODEL.to_owned(),
        None => "computed".to_owned(),
    }
}

/// One line about the stages that a section is made from; none without records.
pub(super) fn of_section(records: &[StageRecord], stages: &[&str]) -> Option<String> {
    let own: Vec<&StageRecord> = stages
        .iter()
        .filter_map(|stage| records.iter().find(|record| record.stage == *stage))
        .filter(|record| matches!(record.state, StageState::Done | StageState::Stale))
        .collect();
    if own.is_empty() {
        return None;
    }
    let names: Vec<String> = own.iter().map(|record| title_of(&record.stage)).collect();
    let mut authors: Vec<String> = own.iter().map(|record| author_of(record)).collect();
    authors.dedup();
    authors.sort();
    authors.dedup();
    if authors.len() > 1 {
        authors.retain(|author| author != "computed");
    }
    let calls: u32 = own.iter().map(|record| record.calls_done).sum();
    let mut parts = vec![names.join(", "), authors.join(", ")];
    if own.iter().any(|record| record.model.is_some()) {
        let cost = own.iter().map(|record| record.cost_nano_usd).sum();
        parts.push(counted(
            usize::try_from(calls).unwrap_or(usize::MAX),
            "call",
        ));
        parts.push(dollars(cost));
    }
    if own.iter().any(|record| record.state == StageState::Stale) {
        parts.push("older than what it builds on".to_owned());
    }
    Some(parts.join(" · "))
}

/// Why a section is absent, and whether a stage failed to write it.
pub(super) fn absence(records: &[StageRecord], stages: &[&str]) -> (String, bool) {
    let own = || {
        stages
            .iter()
            .filter_map(|stage| records.iter().find(|record| record.stage == *stage))
    };
    if let Some(failed) = own().find(|record| record.state == StageState::Failed) {
        let error = failed.error.as_deref().map(|error| line(error, 240));
        let why = error.unwrap_or_else(|| "no reason was recorded".to_owned());
        return (format!("its stage failed: {why}"), true);
    }
    let state = |wanted: StageState| own().any(|record| record.state == wanted);
    match () {
        () if state(StageState::Waiting) || state(StageState::Running) => {
            ("its stage had not finished".to_owned(), true)
        }
        () if state(StageState::Done) || state(StageState::Stale) => (
            "its stage finished, but wrote nothing that could be read".to_owned(),
            true,
        ),
        () if state(StageState::Skipped) => ("left out in this mode".to_owned(), false),
        () => ("not part of this run".to_owned(), false),
    }
}

/// Every stage, in the order of their end.
pub(super) fn table(records: &[StageRecord]) -> Vec<Block> {
    let mut shown: Vec<&StageRecord> = records
        .iter()
        .filter(|record| !LATER.contains(&record.stage.as_str()))
        .collect();
    if shown.is_empty() {
        return Vec::new();
    }
    shown.sort_by_key(|record| (record.finished_at.is_none(), record.finished_at));
    let columns = [
        ("Stage", false),
        ("State", false),
        ("Written by", false),
        ("Calls", true),
        ("Tokens in", true),
        ("Tokens out", true),
        ("Cost", true),
        ("Finished (UTC)", false),
    ];
    let mut table = Table::new("Stages, who wrote them, and what they cost", &columns);
    for record in &shown {
        table.push(RowKind::Item, row(record));
    }
    table.push(RowKind::Total, total(&shown));
    vec![Block::Table(table)]
}

fn row(record: &StageRecord) -> Vec<String> {
    let finished = record
        .finished_at
        .map(|at| format!("{} {}", date(at.date_naive()), at.format("%H:%M:%S")));
    vec![
        title_of(&record.stage),
        state_word(record.state).to_owned(),
        author_of(record),
        count(u64::from(record.calls_done)),
        count(record.input_tokens),
        count(record.output_tokens),
        dollars(record.cost_nano_usd),
        finished.unwrap_or_default(),
    ]
}

fn total(records: &[&StageRecord]) -> Vec<String> {
    let sum = |of: fn(&StageRecord) -> u64| count(records.iter().map(|record| of(record)).sum());
    let cost = records.iter().map(|record| record.cost_nano_usd).sum();
    vec![
        counted(records.len(), "stage"),
        String::new(),
        String::new(),
        sum(|record| u64::from(record.calls_done)),
        sum(|record| record.input_tokens),
        sum(|record| record.output_tokens),
        dollars(cost),
        String::new(),
    ]
}

fn count(n: u64) -> String {
    super::wording::number(n as f64)
}

fn state_word(state: StageState) -> &'static str {
    match state {
        StageState::Waiting => "waiting",
        StageState::Running => "running",
        StageState::Done => "done",
        StageState::Failed => "failed",
        StageState::Skipped => "left out",
        StageState::Stale => "stale",
    }
}
