//! The schedule for people and for spreadsheets.

use super::Schedule;
use crate::code::artifact::{Grow as _, csv_record, head, row};

pub(super) fn markdown(schedule: &Schedule) -> String {
    let three = &schedule.three_point;
    let mut text = format!(
        "# Schedule\n\n- **Start**: {}\n- **Finish**: {}\n- **Length**: {} calendar days; {} if one task followed another\n- **Most tasks at once**: {}\n- **Critical path**: {}\n- **Spread along the critical path**: {} days expected, standard deviation {}; four of five such projects would keep {} days, if tasks vary on their own\n",
        schedule.start_date,
        schedule.finish_date,
        schedule.total_days,
        schedule.sequential_days,
        schedule.most_in_parallel,
        schedule.critical_path.join(" → "),
        three.expected,
        three.deviation,
        three.p80,
    );
    if !schedule.without_estimate.is_empty() {
        let list = schedule.without_estimate.join(", ");
        text.add(format!(
            "- **Without an estimate, counted as one day**: {list}\n"
        ));
    }
    text += "\n## Phases\n\n";
    text += &head(&["Phase", "Start", "Finish"]);
    for phase in &schedule.phases {
        let name = format!("{} {}", phase.id, phase.name);
        let (start, finish) = (phase.start_date.to_string(), phase.finish_date.to_string());
        text += &row([name.as_str(), &start, &finish]);
    }
    text += "\n## Tasks\n\n";
    text += &head(&[
        "Task",
        "Start",
        "Finish",
        ">Days",
        ">Float",
        "Waits for",
        "Critical",
    ]);
    for task in &schedule.tasks {
        let cells = [
            format!("{} {}", task.id, task.name),
            task.start_date.to_string(),
            task.finish_date.to_string(),
            task.days.to_string(),
            task.times.float_days.to_string(),
            task.depends_on.join(", "),
            if task.times.critical { "yes" } else { "" }.to_owned(),
        ];
        text += &row(cells.iter().map(String::as_str));
    }
    text
}

pub(super) fn csv(schedule: &Schedule) -> String {
    let mut csv = csv_record([
        "task_id",
        "phase_id",
        "task",
        "start_date",
        "finish_date",
        "days",
        "late_start_day",
        "late_finish_day",
        "float_days",
        "critical",
        "depends_on",
    ]);
    for task in &schedule.tasks {
        let cells = [
            task.id.clone(),
            task.phase_id.clone(),
            task.name.clone(),
            task.start_date.to_string(),
            task.finish_date.to_string(),
            task.days.to_string(),
            task.times.late_start_day.to_string(),
            task.times.late_finish_day.to_string(),
            task.times.float_days.to_string(),
            task.times.critical.to_string(),
            task.depends_on.join(" "),
        ];
        csv += &csv_record(cells.iter().map(String::as_str));
    }
    csv
}
