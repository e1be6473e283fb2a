//! Lays a schedule out as a chart: ticks, and rows of bars in percent of the chart's width.
//!
//! Percent, so that the chart widens without distorting text and prints at any size. Each row is a
//! drawing of its own, so that pages break between rows.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::schedule::{Phase, Schedule, Task, day_after, days_between};
use super::wording::{counted, date, days};

/// Ticks that stand side by side without touching.
const MAX_TICKS: usize = 12;

#[derive(Debug)]
pub(super) struct Gantt {
    /// The whole chart in one sentence.
    pub(super) summary: String,
    pub(super) ticks: Vec<Tick>,
    pub(super) phases: Vec<PhaseRow>,
}

#[derive(Debug)]
pub(super) struct Tick {
    pub(super) x: String,
    pub(super) label: String,
}

#[derive(Debug)]
pub(super) struct PhaseRow {
    /// From 1.
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) bar: Bar,
    pub(super) dates: String,
    pub(super) tasks: Vec<TaskRow>,
}

#[derive(Debug)]
pub(super) struct TaskRow {
    pub(super) number: String,
    pub(super) name: String,
    pub(super) bar: Bar,
    /// From the end of the bar to where a delay reaches the project's end.
    pub(super) float: Option<Bar>,
    pub(super) critical: bool,
    pub(super) start: String,
    pub(super) finish: String,
    pub(super) days: String,
    pub(super) float_words: String,
    /// Numbers of tasks, separated by spaces.
    pub(super) depends_on: String,
}

/// In percent of the chart's width, with the sign.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) width: String,
}

impl Gantt {
    pub(super) fn of(schedule: &Schedule) -> Self {
        let scale = Scale::of(schedule);
        Self {
            summary: summary(schedule),
            ticks: scale.ticks(),
            phases: (1..)
                .zip(&schedule.phases)
                .map(|(number, phase)| phase_row(&scale, number, phase))
                .collect(),
        }
    }
}

fn summary(schedule: &Schedule) -> String {
    let critical = schedule.tasks().filter(|task| task.critical).count();
    format!(
        "{} in {}, {} to {}; {critical} on the critical path.",
        counted(schedule.tasks().count(), "task"),
        counted(schedule.phases.len(), "phase"),
        date(schedule.start),
        date(schedule.finish),
    )
}

fn phase_row(scale: &Scale, number: usize, phase: &Phase) -> PhaseRow {
    let start = phase.tasks.iter().map(|task| task.start).min();
    let finish = phase.tasks.iter().map(|task| task.finish).max();
    let (start, finish) = (start.unwrap_or(scale.from), finish.unwrap_or(scale.from));
    PhaseRow {
        number,
        name: phase.name.clone(),
        bar: scale.bar(start, day_after(finish)),
        dates: format!("{} to {}", date(start), date(finish)),
        tasks: phase
            .tasks
            .iter()
            .map(|task| task_row(scale, task))
            .collect(),
    }
}

fn task_row(scale: &Scale, task: &Task) -> TaskRow {
    let end = day_after(task.finish);
    let float = chrono::Duration::days(whole(task.float_days));
    let latest = end.checked_add_signed(float).unwrap_or(end);
    let float = (latest > end).then(|| scale.bar(end, latest));
    TaskRow {
        number: task.number.clone(),
        name: task.name.clone(),
        bar: scale.bar(task.start, end),
        float,
        critical: task.critical,
        start: date(task.start),
        finish: date(task.finish),
        days: days(task.days),
        float_words: match task.float_days {
            none if none < 1.0 => "none".to_owned(),
            some => days(some),
        },
        depends_on: task.depends_on.join(" "),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "floats are bounded to 0..=1e6 where schedules are read"
)]
fn whole(days: f64) -> i64 {
    days.round() as i64
}

struct Scale {
    from: NaiveDate,
    days: f64,
}

impl Scale {
    fn of(schedule: &Schedule) -> Self {
        Self {
            from: schedule.start,
            days: schedule.days().max(1.0),
        }
    }

    fn percent(&self, day: NaiveDate) -> f64 {
        (days_between(self.from, day) / self.days * 100.0).clamp(0.0, 100.0)
    }

    fn bar(&self, start: NaiveDate, end: NaiveDate) -> Bar {
        let x = self.percent(start);
        // A day in a plan of years is still seen.
        let width = (self.percent(end) - x).max(0.35);
        Bar {
            x: format!("{x:.2}%"),
            width: format!("{width:.2}%"),
        }
    }

    fn ticks(&self) -> Vec<Tick> {
        let step = Step::for_days(self.days);
        let mut ticks = Vec::new();
        let mut day = step.first(self.from);
        while ticks.len() < MAX_TICKS && days_between(self.from, day) < self.days * 0.97 {
            let x = format!("{:.2}%", self.percent(day));
            let label = step.label(day, ticks.is_empty());
            ticks.push(Tick { x, label });
            let Some(next) = step.after(day) else { break };
            day = next;
        }
        ticks
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Days(u64),
    Months(u32),
}

impl Step {
    fn for_days(days: f64) -> Self {
        let ticks = 11.0;
        let steps = [1, 2, 7, 14];
        if let Some(step) = steps.into_iter().find(|&step| days / step as f64 <= ticks) {
            return Self::Days(step);
        }
        let months = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200];
        let fits = |step: &u32| days / (f64::from(*step) * 30.44) <= ticks;
        Self::Months(months.into_iter().find(fits).unwrap_or(2_400))
    }

    fn first(self, from: NaiveDate) -> NaiveDate {
        match self {
            Self::Days(_) => from,
            Self::Months(step) => {
                let months = if step >= 12 {
                    from.month0()
                } else {
                    from.month0() % step
                };
                let start = from.with_day(1).unwrap_or(from);
                let start = start
                    .checked_sub_months(Months::new(months))
                    .unwrap_or(start);
                if start < from {
                    return self.after(start).unwrap_or(from);
                }
                start
            }
        }
    }

    fn after(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Days(step) => day.checked_add_days(Days::new(step)),
            Self::Months(step) => day.checked_add_months(Months::new(step)),
        }
    }

    fn label(self, day: NaiveDate, is_first: bool) -> String {
        match self {
            Self::Days(_) => day.format("%-d %b").to_string(),
            Self::Months(step) if step >= 12 => day.format("%Y").to_string(),
            Self::Months(_) if is_first || day.month() == 1 => day.format("%b ’%y").to_string(),
            Self::Months(_) => day.format("%b").to_string(),
        }
    }
}
