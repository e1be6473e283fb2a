//! The sections of a report: which there are, in which order, and what makes each.
//!
//! A section is made of structured artifacts where they are readable, and of the stage's Markdown
//! otherwise. One that makes no blocks is absent, and the report says why.

mod checks;
mod folds;
mod ground;
mod money;
mod overview;
mod people;
mod review;
mod risks;
mod work;

use super::document::{Block, Group, Missing, Section};
use super::material::Material;
use super::provenance;

pub(super) use money::Money;
pub(super) use risks::matrix;
pub(super) use work::schedule_table;

/// A section that a report may have.
struct Entry {
    title: &'static str,
    /// The artifacts that it shows, which tell whose work it is.
    files: &'static [&'static str],
    build: fn(&Material<'_>) -> Vec<Block>,
    /// Prose in the Markdown report.
    lean_bytes: usize,
}

const fn entry(
    title: &'static str,
    files: &'static [&'static str],
    build: fn(&Material<'_>) -> Vec<Block>,
    lean_bytes: usize,
) -> Entry {
    Entry {
        title,
        files,
        build,
        lean_bytes,
    }
}

const AT_A_GLANCE: &[Entry] = &[
    entry(
        "Executive summary",
        &["executive_summary.md"],
        overview::summary,
        4_000,
    ),
    entry(
        "Decisions",
        &[
            "vital_few_levers_raw.json",
            "selected_scenario.json",
            "strategic_decisions.md",
        ],
        overview::decisions,
        1_200,
    ),
    entry(
        "Objective and success",
        &["project_plan_raw.json"],
        overview::objective,
        0,
    ),
    entry(
        "Pitch",
        &["pitch_raw.json", "pitch.md"],
        overview::pitch,
        1_500,
    ),
];

const WORK: &[Entry] = &[
    entry(
        "Schedule",
        &[
            "task_dependencies_raw.json",
            "task_durations.json",
            "schedule.json",
        ],
        work::schedule,
        0,
    ),
    entry(
        "Work breakdown",
        &["wbs_level1.json", "wbs_level2.json", "wbs_level3.json"],
        work::breakdown,
        0,
    ),
];

const MONEY: &[Entry] = &[
    entry(
        "Costs",
        &["cost_lines.json", "cost_breakdown.json"],
        money::costs,
        1_500,
    ),
    entry("Benefits", &["benefit_estimate.json"], money::benefits, 800),
];

const RISKS: &[Entry] = &[
    entry("Risks", &["identify_risks_raw.json"], risks::register, 0),
    entry(
        "Premortem",
        &["premortem_raw.json"],
        risks::premortem,
        3_000,
    ),
    entry(
        "Strengths and weaknesses",
        &["swot_analysis.md"],
        risks::swot,
        1_500,
    ),
    entry(
        "Premise attack",
        &["premise_attack.json"],
        risks::premise,
        1_500,
    ),
];

const PEOPLE: &[Entry] = &[
    entry(
        "Team",
        &[
            "find_team_members.json",
            "enrich_team_members_environment_info.json",
            "review_team_raw.json",
        ],
        people::team,
        0,
    ),
    entry(
        "Assumptions",
        &[
            "make_assumptions.json",
            "distill_assumptions.md",
            "review_assumptions.md",
        ],
        ground::assumptions,
        800,
    ),
    entry(
        "Governance",
        &["consolidate_governance.md"],
        people::governance,
        2_000,
    ),
    entry(
        "Places and currency",
        &["physical_locations_raw.json", "currency_strategy_raw.json"],
        ground::places,
        0,
    ),
    entry(
        "Related projects",
        &["related_resources.md"],
        ground::related,
        1_000,
    ),
];

const REVIEW: &[Entry] = &[
    entry(
        "Before the start",
        &["pre_project_assessment.json"],
        review::assessment,
        1_200,
    ),
    entry(
        "Experts' criticism",
        &[
            "experts.json",
            "expert_criticism_raw.json",
            "expert_criticism.md",
        ],
        review::experts,
        2_500,
    ),
    entry(
        "Plan review",
        &["review_plan.md"],
        review::plan_review,
        2_000,
    ),
    entry(
        "Self audit",
        &["self_audit_raw.json"],
        review::self_audit,
        1_500,
    ),
    entry(
        "Prompt adherence",
        &["prompt_adherence_raw.json", "prompt_adherence.md"],
        review::adherence,
        1_500,
    ),
    entry(
        "Arithmetic check",
        &["arithmetic_check.json"],
        review::arithmetic,
        0,
    ),
    entry(
        "Questions and answers",
        &["questions_and_answers_raw.json"],
        review::questions,
        2_000,
    ),
];

const SOURCES: &[Entry] = &[
    entry(
        "Documents",
        &[
            "draft_documents_to_create.json",
            "draft_documents_to_find.json",
        ],
        ground::documents,
        0,
    ),
    entry(
        "Data to collect",
        &["data_collection.md"],
        ground::data,
        800,
    ),
    entry(
        "Prompt",
        &["plan.txt", "extract_constraints.md"],
        overview::prompt,
        0,
    ),
];

const GROUPS: &[(&str, &[Entry])] = &[
    ("At a glance", AT_A_GLANCE),
    ("Work", WORK),
    ("Money", MONEY),
    ("Risks", RISKS),
    ("People and ground", PEOPLE),
    ("Review", REVIEW),
    ("Sources", SOURCES),
];

/// Sections that have something to say, and the absent ones.
pub(super) fn all(material: &Material<'_>) -> (Vec<Group>, Vec<Missing>) {
    let mut groups = Vec::new();
    let mut missing = Vec::new();
    for (title, entries) in GROUPS {
        let mut sections = Vec::new();
        for entry in *entries {
            let blocks = (entry.build)(material);
            if blocks.is_empty() {
                missing.push(absent(material, entry));
            } else {
                sections.push(section(material, entry, blocks));
            }
        }
        if !sections.is_empty() {
            groups.push(Group { title, sections });
        }
    }
    (groups, missing)
}

fn section(material: &Material<'_>, entry: &Entry, blocks: Vec<Block>) -> Section {
    Section {
        id: anchor(entry.title),
        title: entry.title,
        blocks,
        provenance: provenance::of_section(material.records, entry.files),
        lean_bytes: entry.lean_bytes,
    }
}

fn absent(material: &Material<'_>, entry: &Entry) -> Missing {
    let (why, failed) = provenance::absence(material.records, entry.files);
    Missing {
        title: entry.title,
        why,
        failed,
    }
}

/// As Markdown viewers make anchors of headings, so that one address serves both reports.
pub(super) fn anchor(title: &str) -> String {
    let kept = title.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || *c == ' ');
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
