//! The report for people: what is wrong first.

use super::{Found, Report};
use crate::code::artifact::{head, row};

/// Right calculations that are listed.
const MAX_RIGHT: usize = 200;

pub(super) fn markdown(report: &Report) -> String {
    let mut text = format!(
        "# Arithmetic check\n\nEvery written calculation of {} files, recomputed in code. {} found, {} right, {} wrong.\n",
        report.files_checked, report.checked, report.right, report.wrong
    );
    if report.truncated {
        text += "\nThere are more; those beyond the limit were not looked at.\n";
    }
    text += "\n## Wrong\n\n";
    let wrong: Vec<&Found> = report
        .calculations
        .iter()
        .filter(|found| !found.calculation.right)
        .collect();
    if wrong.is_empty() {
        text += "None.\n";
    } else {
        text += &table(&wrong);
    }
    let right: Vec<&Found> = report
        .calculations
        .iter()
        .filter(|found| found.calculation.right)
        .take(MAX_RIGHT)
        .collect();
    if !right.is_empty() {
        text += "\n## Right\n\n";
        text += &table(&right);
    }
    text
}

fn table(found: &[&Found]) -> String {
    let mut table = head(&["File", "Place", "Calculation", "Written", "Comes to"]);
    for found in found {
        let calculation = &found.calculation;
        table += &row([
            found.file.as_str(),
            &found.place,
            &calculation.quote,
            &calculation.written,
            &calculation.computed,
        ]);
    }
    table
}
