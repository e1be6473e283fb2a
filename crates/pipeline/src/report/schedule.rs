//! The schedule as the report shows it: `schedule.json`, checked.
//!
//! Artifacts may be edited by people, so dates are put in order and references that lead nowhere
//! are dropped. A task's `finish` is its last day.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::wording::line;

/// More would be no chart. Real plans have 16 to 51.
const MAX_TASKS: usize = 2_000;
const MAX_NAME: usize = 160;

#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) start: NaiveDate,
    pub(super) finish: NaiveDate,
    pub(super) phases: Vec<Phase>,
    pub(super) most_in_parallel: usize,
    /// Days that four of five such projects keep, where estimates have a spread.
    pub(super) p80_days: Option<f64>,
}

#[derive(Debug)]
pub(super) struct Phase {
    pub(super) name: String,
    pub(super) tasks: Vec<Task>,
}

#[derive(Debug)]
pub(super) struct Task {
    /// Place in the breakdown: `2.3`.
    pub(super) number: String,
    pub(super) name: String,
    pub(super) start: NaiveDate,
    pub(super) finish: NaiveDate,
    pub(super) days: f64,
    pub(super) float_days: f64,
    pub(super) critical: bool,
    /// Numbers of the tasks that must be finished before.
    pub(super) depends_on: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    phases: Vec<FilePhase>,
    tasks: Vec<FileTask>,
    #[serde(default)]
    most_in_parallel: usize,
    three_point: Option<FileSpread>,
}

#[derive(Deserialize)]
struct FileSpread {
    p80_days: Option<f64>,
}

#[derive(Deserialize)]
struct FilePhase {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct FileTask {
    id: String,
    name: String,
    #[serde(default)]
    phase_id: String,
    start_date: NaiveDate,
    finish_date: NaiveDate,
    #[serde(default)]
    days: f64,
    #[serde(default)]
    float_days: f64,
    #[serde(default)]
    critical: bool,
    #[serde(default)]
    depends_on: Vec<String>,
}

impl Schedule {
    /// `None` where the file holds no schedule.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut file: File = serde_json::from_slice(bytes).ok()?;
        file.tasks.truncate(MAX_TASKS);
        let start = file.tasks.iter().map(|task| task.start_date).min()?;
        let finish = file.tasks.iter().map(|task| task.finish_date).max()?;
        let numbers = numbers(&file);
        let most_in_parallel = file.most_in_parallel;
        let p80_days = file.three_point.as_ref().and_then(|spread| spread.p80_days);
        Some(Self {
            start,
            finish: finish.max(start),
            phases: phases(file, &numbers),
            most_in_parallel,
            p80_days: p80_days.filter(|days| days.is_finite() && *days > 0.0),
        })
    }

    pub(super) fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.phases.iter().flat_map(|phase| &phase.tasks)
    }

    /// Calendar days, first and last included.
    pub(super) fn days(&self) -> f64 {
        days_between(self.start, self.finish) + 1.0
    }
}

/// Whole days from `a` to `b`; a calendar's span fits exactly.
pub(super) fn days_between(a: NaiveDate, b: NaiveDate) -> f64 {
    f64::from(i32::try_from((b - a).num_days()).unwrap_or(i32::MAX))
}

/// The first day after `finish`, where a bar ends.
pub(super) fn day_after(finish: NaiveDate) -> NaiveDate {
    finish.checked_add_days(Days::new(1)).unwrap_or(finish)
}

/// Phase of each task: its own, else the first.
fn place(file: &File, task: &FileTask) -> usize {
    let own = file
        .phases
        .iter()
        .position(|phase| phase.id == task.phase_id);
    own.unwrap_or(0)
}

/// Task id → number in the breakdown.
fn numbers(file: &File) -> BTreeMap<String, String> {
    let mut counts = vec![0_usize; file.phases.len().max(1)];
    let mut numbers = BTreeMap::new();
    for task in &file.tasks {
        let phase = place(file, task);
        counts[phase] += 1;
        let number = format!("{}.{}", phase + 1, counts[phase]);
        numbers.entry(task.id.clone()).or_insert(number);
    }
    numbers
}

fn phases(file: File, numbers: &BTreeMap<String, String>) -> Vec<Phase> {
    let named = |name: &str| Phase {
        name: line(name, MAX_NAME),
        tasks: Vec::new(),
    };
    let mut phases: Vec<Phase> = file.phases.iter().map(|phase| named(&phase.name)).collect();
    if phases.is_empty() {
        phases.push(named("All tasks"));
    }
    let places: Vec<usize> = file.tasks.iter().map(|task| place(&file, task)).collect();
    for (task, place) in file.tasks.into_iter().zip(places) {
        phases[place].tasks.push(checked(&task, numbers));
    }
    phases.retain(|phase| !phase.tasks.is_empty());
    phases
}

fn checked(task: &FileTask, numbers: &BTreeMap<String, String>) -> Task {
    let known = |days: f64| {
        if days.is_finite() {
            days.clamp(0.0, 1e6)
        } else {
            0.0
        }
    };
    Task {
        number: numbers.get(&task.id).cloned().unwrap_or_default(),
        name: line(&task.name, MAX_NAME),
        start: task.start_date,
        finish: task.finish_date.max(task.start_date),
        days: known(task.days),
        float_days: known(task.float_days),
        critical: task.critical,
        depends_on: task
            .depends_on
            .iter()
            .filter(|id| **id != task.id)
            .filter_map(|id| numbers.get(id).cloned())
            .collect(),
    }
}
