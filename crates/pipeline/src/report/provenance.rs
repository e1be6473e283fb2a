//! Which stage, model, calls and money a section comes from.
//!
//! A section names its artifacts. The stage that wrote one is told by the run's records, and where
//! it wrote nothing by the stages built into the service.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::document::{Author, Block, RowKind, Table};
use super::wording::{counted, date, dollars, line, title_of};
use crate::{Mode, StageRecord, StageState, Stages};

/// The report can't tell about itself and what follows it.
const LATER: &[&str] = &["report", "full_plan_pipeline"];
const WITHOUT_MODEL: &str = "rules, no language model";

/// What the stage files say: titles by id, and who writes which file.
struct Known {
    titles: BTreeMap<String, String>,
    writers: BTreeMap<String, String>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let stages = Stages::built_in().ok();
    let mut known = Known {
        titles: BTreeMap::new(),
        writers: BTreeMap::new(),
    };
    for stage in stages.iter().flat_map(|stages| stages.of_mode(Mode::All)) {
        known.titles.insert(stage.id.clone(), stage.title.clone());
        for output in &stage.outputs {
            known.writers.insert(output.file.clone(), stage.id.clone());
        }
    }
    known
});

fn title(stage: &str) -> String {
    let title = KNOWN.titles.get(stage);
    title.map_or_else(|| title_of(stage), |title| line(title, 80))
}

/// The records of whoever wrote the files, or was to write them; each once.
fn writers<'a>(records: &'a [StageRecord], files: &[&str]) -> Vec<&'a StageRecord> {
    let mut found: Vec<&StageRecord> = Vec::new();
    for file in files {
        let wrote = |record: &&StageRecord| record.outputs.iter().any(|out| out.file == *file);
        let planned = |record: &&StageRecord| KNOWN.writers.get(*file) == Some(&record.stage);
        let writer = records.iter().find(wrote);
        let writer = writer.or_else(|| records.iter().find(planned));
        if let Some(writer) = writer
            && found.iter().all(|known| known.stage != writer.stage)
        {
            found.push(writer);
        }
    }
    found
}

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
        None if !matches!(record.state, StageState::Done | StageState::Stale) => String::new(),
        None => "computed".to_owned(),
    }
}

/// One line about the stages that a section is made from; none without records.
pub(super) fn of_section(records: &[StageRecord], files: &[&str]) -> Option<String> {
    let own: Vec<&StageRecord> = writers(records, files)
        .into_iter()
        .filter(|record| matches!(record.state, StageState::Done | StageState::Stale))
        .collect();
    if own.is_empty() {
        return None;
    }
    let names: Vec<String> = own.iter().map(|record| title(&record.stage)).collect();
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
pub(super) fn absence(records: &[StageRecord], files: &[&str]) -> (String, bool) {
    let own = writers(records, files);
    if let Some(failed) = own.iter().find(|record| record.state == StageState::Failed) {
        let error = failed.error.as_deref().map(|error| line(error, 240));
        let why = error.unwrap_or_else(|| "no reason was recorded".to_owned());
        return (format!("its stage failed: {why}"), true);
    }
    let state = |wanted: StageState| own.iter().any(|record| record.state == wanted);
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
    table.not_lean = &["State", "Tokens in", "Tokens out", "Finished (UTC)"];
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
        title(&record.stage),
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
