//! The report of a run: one HTML file for people, one Markdown file for agents.
//!
//! Pure: artifacts and records in, text out; the same input gives the same bytes. All text of
//! artifacts is hostile: the page escapes it, shows raw HTML as text, loads nothing from anywhere,
//! and carries a policy that lets only its own style sheet and script in. A section without
//! artifacts has no heading; which sections are missing, and why, is said at the top.
//!
//! Deliberately absent: opinions. Sums and the chart's layout are all that is computed here; where a
//! run has no schedule, the schedule stage's own function makes one.

mod document;
mod gantt;
mod lean;
mod material;
mod page;
mod policy;
mod prose;
mod provenance;
mod schedule;
mod sections;
mod wording;

use crate::code::CodeInput;
use document::{Figure, Grade, Group, Missing, Report, Section};
use material::Material;
use wording::{amount, brief_amount, counted, date, line, number, span};

const PROVENANCE: &str = "Provenance";

/// The code stage `report`: both files.
pub fn stage(input: &CodeInput<'_>) -> Result<Vec<(String, Vec<u8>)>, String> {
    let report = assemble(input);
    let page = rendered(&report)?;
    let markdown = lean::render(&report);
    Ok(vec![
        ("report.html".to_owned(), page.into_bytes()),
        ("report.md".to_owned(), markdown.into_bytes()),
    ])
}

/// One self-contained page.
pub fn html(input: &CodeInput<'_>) -> Result<String, String> {
    rendered(&assemble(input))
}

/// The same content, lean.
pub fn markdown(input: &CodeInput<'_>) -> Result<String, String> {
    Ok(lean::render(&assemble(input)))
}

/// The value of the `Content-Security-Policy` header for [`html`]: stricter than what the file says
/// of itself, since it is also put into a sandbox without an origin.
pub fn content_security_policy() -> &'static str {
    &policy::IN_HEADER
}

fn rendered(report: &Report) -> Result<String, String> {
    page::render(report).map_err(|error| format!("The report could not be rendered: {error}"))
}

fn assemble(input: &CodeInput<'_>) -> Report {
    let material = Material::read(input);
    let (mut groups, mut missing) = sections::all(&material);
    match provenance_section(&material) {
        Some(section) => groups.push(Group {
            title: "How it was made",
            sections: vec![section],
        }),
        None => missing.push(Missing {
            title: PROVENANCE,
            why: "no stages were recorded".to_owned(),
            failed: false,
        }),
    }
    Report {
        title: title(&material),
        objective: objective(&material),
        started: date(material.start_date),
        author: provenance::author(material.records),
        figures: figures(&material),
        groups,
        missing,
    }
}

fn provenance_section(material: &Material<'_>) -> Option<Section> {
    let blocks = provenance::table(material.records);
    (!blocks.is_empty()).then(|| Section {
        id: sections::anchor(PROVENANCE),
        title: PROVENANCE,
        blocks,
        provenance: None,
        lean_bytes: 0,
    })
}

fn title(material: &Material<'_>) -> String {
    let candidates = [
        material.plan.title.as_str(),
        material.title,
        "Untitled plan",
    ];
    let titles = candidates.map(|title| line(title, 160));
    titles
        .into_iter()
        .find(|title| !title.is_empty())
        .unwrap_or_default()
}

/// As many sentences as fit into a few lines.
fn objective(material: &Material<'_>) -> Option<String> {
    const FEW_LINES: usize = 320;
    let objective = line(&material.plan.objective.as_ref()?.text, 3_000);
    let mut shown = String::new();
    for sentence in objective.split_inclusive(". ") {
        if shown.chars().count() + sentence.chars().count() > FEW_LINES {
            break;
        }
        shown.push_str(sentence);
    }
    if shown.is_empty() {
        shown = line(&objective, FEW_LINES);
    }
    Some(shown.trim_end().to_owned()).filter(|text| !text.is_empty())
}

/// What somebody asks first: how long, how much, who, how many tasks, which risks.
fn figures(material: &Material<'_>) -> Vec<Figure> {
    let figures = [
        duration(material),
        cost(material),
        team(material),
        tasks(material),
        risks(material),
    ];
    figures.into_iter().flatten().collect()
}

fn duration(material: &Material<'_>) -> Option<Figure> {
    let schedule = material.schedule.as_ref()?;
    Some(Figure {
        label: "Duration",
        value: span(schedule.days()),
        note: format!("{} to {}", date(schedule.start), date(schedule.finish)),
    })
}

fn cost(material: &Material<'_>) -> Option<Figure> {
    let money = sections::Money::of(material)?;
    let note = match (money.against_budget(), money.contingency) {
        (Some(share), _) => share,
        (None, Some(contingency)) => {
            format!("{} of it contingency", amount(contingency, &money.currency))
        }
        (None, None) => "no budget stated".to_owned(),
    };
    Some(Figure {
        label: "Cost",
        value: brief_amount(money.needed(), &money.currency),
        note,
    })
}

fn team(material: &Material<'_>) -> Option<Figure> {
    let roles = material.plan.team.len();
    (roles > 0).then(|| Figure {
        label: "Team",
        value: counted(roles, "role"),
        note: String::new(),
    })
}

fn tasks(material: &Material<'_>) -> Option<Figure> {
    let plan = &material.plan;
    let leaves = (0..plan.wbs.len())
        .filter(|at| plan.wbs.iter().all(|node| node.parent != Some(*at)))
        .count();
    let scheduled = material.schedule.as_ref();
    let scheduled = scheduled.map(|schedule| schedule.tasks().count());
    let (shown, note) = match scheduled {
        Some(tasks) if leaves > tasks => (tasks, counted(leaves, "subtask")),
        Some(tasks) => (tasks, String::new()),
        None => (leaves, String::new()),
    };
    (shown > 0).then(|| Figure {
        label: "Work",
        value: counted(shown, "task"),
        note,
    })
}

fn risks(material: &Material<'_>) -> Option<Figure> {
    let matrix = sections::matrix(material);
    let grave = matrix
        .risks
        .iter()
        .filter(|risk| risk.severity == Grade::High);
    let grave = number(grave.count() as f64);
    (!matrix.risks.is_empty()).then(|| Figure {
        label: "Risks",
        value: counted(matrix.risks.len(), "risk"),
        note: format!("{grave} of high severity"),
    })
}

#[cfg(test)]
mod tests;
