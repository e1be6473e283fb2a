//! The schedule: critical path method over the tasks of level 2 (Kelley & Walker 1959).
//!
//! Durations are elapsed calendar days, as estimates are stated; a task starts on the day after
//! the last of its predecessors finishes. Tasks without a usable estimate count one day and
//! are listed. The three-point spread along the critical path is that of PERT (Malcolm et al.
//! 1959): expected (min + 4·realistic + max) ÷ 6, standard deviation (max − min) ÷ 6.
//!
//! Deliberately absent: resource levelling, working calendars.

mod critical_path;
mod render;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::CodeInput;
use super::artifact::{self, Output, json_output, text_output};
use super::dependencies::{Detail, MAX_LINKS};
use super::network::Network;
use super::wbs::{self, Phase, Task};
use critical_path::{Times, times};

/// Days that a single task may take: a century.
const MAX_DAYS: u64 = 36_525;
/// More names beside a task's help nobody, and all of them grow with the square of the tasks.
const MAX_PARALLEL: usize = 20;

/// An entry of `task_durations.json`; negative or missing means unknown.
#[derive(Debug, Default, Deserialize)]
struct Duration {
    task_id: String,
    days_min: Option<f64>,
    days_realistic: Option<f64>,
    days_max: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Dependencies {
    task_dependency_details: Vec<Detail>,
}

/// `schedule.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Schedule {
    calendar: &'static str,
    start_date: NaiveDate,
    /// The last day of work.
    finish_date: NaiveDate,
    total_days: u64,
    /// Days of work if one task followed another.
    sequential_days: u64,
    /// The most tasks under way on one day.
    most_in_parallel: usize,
    /// Ids of the tasks without float, in order of their start.
    critical_path: Vec<String>,
    three_point: ThreePoint,
    phases: Vec<Bar>,
    tasks: Vec<Row>,
    /// Tasks that count one day for want of an estimate.
    without_estimate: Vec<String>,
}

/// Spread along the critical path, in days.
#[derive(Debug, Serialize)]
struct ThreePoint {
    #[serde(rename = "expected_days")]
    expected: f64,
    #[serde(rename = "standard_deviation_days")]
    deviation: f64,
    /// The length that four of five such projects keep, if tasks vary on their own.
    #[serde(rename = "p80_days")]
    p80: f64,
}

#[derive(Debug, Serialize)]
struct Bar {
    id: String,
    name: String,
    start_date: NaiveDate,
    finish_date: NaiveDate,
}

#[derive(Debug, Serialize)]
struct Row {
    id: String,
    name: String,
    phase_id: String,
    days: u64,
    start_date: NaiveDate,
    finish_date: NaiveDate,
    #[serde(flatten)]
    times: Times,
    depends_on: Vec<String>,
    /// Other tasks under way at the same time; the first [`MAX_PARALLEL`] of them.
    parallel_with: Vec<String>,
}

/// Writes the schedule as JSON, Markdown and CSV.
pub(crate) fn create(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let phases = wbs::phases(input.files)?;
    let durations: Vec<Duration> = artifact::json(input.files, "task_durations.json")?;
    let dependencies = dependencies(input.files)?;
    let schedule = schedule(input.start_date, &phases, &durations, &dependencies)?;
    Ok(vec![
        json_output("schedule.json", &schedule)?,
        text_output("schedule.md", render::markdown(&schedule)),
        text_output("schedule_gantt.csv", render::csv(&schedule)),
    ])
}

fn dependencies(files: &artifact::Files) -> Result<Dependencies, String> {
    let name = "task_dependencies_raw.json";
    let dependencies: Dependencies = artifact::json(files, name)?;
    let details = dependencies.task_dependency_details.iter();
    let links = details.map(|detail| detail.depends_on_task_id_list.len());
    artifact::at_most(name, "dependencies", links.sum(), MAX_LINKS)?;
    Ok(dependencies)
}

fn schedule(
    start: NaiveDate,
    phases: &[Phase],
    durations: &[Duration],
    dependencies: &Dependencies,
) -> Result<Schedule, String> {
    let tasks: Vec<&Task> = wbs::tasks(phases).collect();
    let estimates = estimates(&tasks, durations);
    let days: Vec<u64> = estimates
        .iter()
        .map(|found| found.map_or(1, whole_days))
        .collect();
    let (network, depends_on) = linked(&tasks, dependencies);
    let times = times(&network, &days);
    let total = times
        .iter()
        .map(|time| time.early_finish_day)
        .max()
        .unwrap_or(0);
    let rows = rows(start, phases, &days, &times, depends_on)?;
    Ok(Schedule {
        calendar: "calendar days",
        start_date: start,
        finish_date: date(start, total.saturating_sub(1))?,
        total_days: total,
        sequential_days: days.iter().sum(),
        most_in_parallel: rows
            .iter()
            .map(|row| at_once(&rows, row))
            .max()
            .unwrap_or(0),
        critical_path: critical(&rows),
        three_point: three_point(&network, &times, &estimates),
        phases: bars(phases, &rows),
        without_estimate: tasks
            .iter()
            .zip(&estimates)
            .filter(|(_, estimate)| estimate.is_none())
            .map(|(task, _)| task.id.clone())
            .collect(),
        tasks: rows,
    })
}

/// (min, realistic, max) of each task that has a realistic estimate.
fn estimates(tasks: &[&Task], durations: &[Duration]) -> Vec<Option<(f64, f64, f64)>> {
    let mut of_task: BTreeMap<&str, &Duration> = BTreeMap::new();
    for duration in durations {
        of_task.entry(&duration.task_id).or_insert(duration);
    }
    let known = |days: Option<f64>| days.filter(|days| days.is_finite() && *days >= 0.0);
    let estimate = |task: &&Task| {
        let duration = of_task.get(task.id.as_str())?;
        let realistic = known(duration.days_realistic)?;
        let min = known(duration.days_min).unwrap_or(realistic).min(realistic);
        let max = known(duration.days_max).unwrap_or(realistic).max(realistic);
        Some((min, realistic, max))
    };
    tasks.iter().map(estimate).collect()
}

/// Part of a day is a day.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "bounded to 1..=MAX_DAYS before the cast"
)]
fn whole_days((_, realistic, _): (f64, f64, f64)) -> u64 {
    realistic.ceil().clamp(1.0, MAX_DAYS as f64) as u64
}

/// Links between existing tasks; those that an edit turned into a cycle are left out.
fn linked(tasks: &[&Task], dependencies: &Dependencies) -> (Network, Vec<Vec<String>>) {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, task) in tasks.iter().enumerate() {
        places.entry(&task.id).or_insert(place);
    }
    let place = |id: &str| places.get(id).copied();
    let mut network = Network::new(tasks.len());
    let mut depends_on = vec![Vec::new(); tasks.len()];
    for detail in &dependencies.task_dependency_details {
        let Some(then) = place(&detail.dependent_task_id) else {
            continue;
        };
        for id in &detail.depends_on_task_id_list {
            if place(id).is_some_and(|first| network.link(first, then)) {
                depends_on[then].push(id.clone());
            }
        }
    }
    (network, depends_on)
}

fn rows(
    start: NaiveDate,
    phases: &[Phase],
    days: &[u64],
    times: &[Times],
    depends_on: Vec<Vec<String>>,
) -> Result<Vec<Row>, String> {
    let tasks = phases
        .iter()
        .flat_map(|phase| phase.subtasks.iter().map(move |task| (phase, task)));
    let numbers = days.iter().zip(times).zip(depends_on);
    let rows: Result<Vec<Row>, String> = tasks
        .zip(numbers)
        .map(|((phase, task), ((days, times), depends_on))| {
            Ok(Row {
                id: task.id.clone(),
                name: task.description.clone(),
                phase_id: phase.id.clone(),
                days: *days,
                start_date: date(start, times.early_start_day)?,
                finish_date: date(start, times.early_finish_day.saturating_sub(1))?,
                times: *times,
                depends_on,
                parallel_with: Vec::new(),
            })
        })
        .collect();
    let mut rows = rows?;
    let parallel: Vec<Vec<String>> = rows.iter().map(|row| beside(&rows, row)).collect();
    for (row, parallel) in rows.iter_mut().zip(parallel) {
        row.parallel_with = parallel;
    }
    Ok(rows)
}

fn date(start: NaiveDate, days: u64) -> Result<NaiveDate, String> {
    start
        .checked_add_days(Days::new(days))
        .ok_or_else(|| "The schedule leaves the calendar: shorten the durations.".to_owned())
}

fn beside(rows: &[Row], row: &Row) -> Vec<String> {
    rows.iter()
        .filter(|other| other.id != row.id && overlap(other, row))
        .take(MAX_PARALLEL)
        .map(|other| other.id.clone())
        .collect()
}

fn overlap(a: &Row, b: &Row) -> bool {
    a.times.early_start_day < b.times.early_finish_day
        && b.times.early_start_day < a.times.early_finish_day
}

/// Tasks under way on the day when `row` starts.
fn at_once(rows: &[Row], row: &Row) -> usize {
    let day = row.times.early_start_day;
    rows.iter()
        .filter(|other| (other.times.early_start_day..other.times.early_finish_day).contains(&day))
        .count()
}

fn critical(rows: &[Row]) -> Vec<String> {
    let mut critical: Vec<&Row> = rows.iter().filter(|row| row.times.critical).collect();
    critical.sort_by_key(|row| row.times.early_start_day);
    critical.into_iter().map(|row| row.id.clone()).collect()
}

/// Along one path of critical tasks from start to end.
fn three_point(
    network: &Network,
    times: &[Times],
    estimates: &[Option<(f64, f64, f64)>],
) -> ThreePoint {
    let (mut expected, mut variance) = (0.0, 0.0);
    for task in critical_path::one_path(network, times) {
        let (min, realistic, max) = estimates[task].unwrap_or((1.0, 1.0, 1.0));
        expected += (min + 4.0 * realistic + max) / 6.0;
        variance += ((max - min) / 6.0).powi(2);
    }
    let deviation = variance.sqrt();
    // The 80th percentile of the normal distribution.
    let p80 = expected + 0.841_621 * deviation;
    let tenth = |days: f64| (days * 10.0).round() / 10.0;
    ThreePoint {
        expected: tenth(expected),
        deviation: tenth(deviation),
        p80: tenth(p80),
    }
}

fn bars(phases: &[Phase], rows: &[Row]) -> Vec<Bar> {
    let bar = |phase: &Phase| {
        let own = || rows.iter().filter(|row| row.phase_id == phase.id);
        Some(Bar {
            id: phase.id.clone(),
            name: phase.major_phase_title.clone(),
            start_date: own().map(|row| row.start_date).min()?,
            finish_date: own().map(|row| row.finish_date).max()?,
        })
    };
    phases.iter().filter_map(bar).collect()
}

#[cfg(test)]
mod tests;
