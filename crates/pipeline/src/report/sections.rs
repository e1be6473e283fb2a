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
    /// Whose artifacts it shows.
    stages: &'static [&'static str],
    build: fn(&Material<'_>) -> Vec<Block>,
    /// Prose in the Markdown report.
    lean_bytes: usize,
}

const fn entry(
    title: &'static str,
    stages: &'static [&'static str],
    build: fn(&Material<'_>) -> Vec<Block>,
    lean_bytes: usize,
) -> Entry {
    Entry {
        title,
        stages,
        build,
        lean_bytes,
    }
}

const GROUPS: &[(&str, &[Entry])] = &[
    (
        "At a glance",
        &[
            entry(
                "Executive summary",
                &["executive_summary"],
                overview::summary,
                6_000,
            ),
            entry(
                "Decisions",
                &[
                    "focus_on_vital_few_levers",
                    "select_scenario",
                    "strategic_decisions_markdown",
                ],
                overview::decisions,
                1_500,
            ),
            entry(
                "Objective and success",
                &["project_plan"],
                overview::objective,
                1_500,
            ),
            entry(
                "Pitch",
                &["create_pitch", "convert_pitch_to_markdown"],
                overview::pitch,
                2_000,
            ),
        ],
    ),
    (
        "Work",
        &[
            entry(
                "Schedule",
                &[
                    "identify_dependencies",
                    "estimate_durations",
                    "create_schedule",
                ],
                work::schedule,
                0,
            ),
            entry(
                "Work breakdown",
                &["create_wbslevel1", "create_wbslevel2", "create_wbslevel3"],
                work::breakdown,
                0,
            ),
        ],
    ),
    (
        "Money",
        &[
            entry(
                "Costs",
                &["cost_breakdown", "cost_totals"],
                money::costs,
                2_000,
            ),
            entry("Benefits", &["benefit_estimate"], money::benefits, 1_000),
        ],
    ),
    (
        "Risks",
        &[
            entry("Risks", &["identify_risks"], risks::register, 0),
            entry("Premortem", &["premortem"], risks::premortem, 2_500),
            entry(
                "Strengths and weaknesses",
                &["swotanalysis"],
                risks::swot,
                2_500,
            ),
            entry("Premise attack", &["premise_attack"], risks::premise, 2_000),
        ],
    ),
    (
        "People and ground",
        &[
            entry(
                "Team",
                &[
                    "find_team_members",
                    "enrich_team_members_with_environment_info",
                    "review_team",
                ],
                people::team,
                0,
            ),
            entry(
                "Assumptions",
                &[
                    "make_assumptions",
                    "distill_assumptions",
                    "review_assumptions",
                ],
                ground::assumptions,
                2_000,
            ),
            entry(
                "Governance",
                &["consolidate_governance"],
                people::governance,
                3_000,
            ),
            entry(
                "Places and currency",
                &["physical_locations", "currency_strategy"],
                ground::places,
                0,
            ),
            entry(
                "Related projects",
                &["related_resources"],
                ground::related,
                1_500,
            ),
        ],
    ),
    (
        "Review",
        &[
            entry(
                "Before the start",
                &["pre_project_assessment"],
                review::assessment,
                1_500,
            ),
            entry(
                "Experts' criticism",
                &["find_experts", "expert_review"],
                review::experts,
                3_500,
            ),
            entry("Plan review", &["review_plan"], review::plan_review, 3_000),
            entry("Self audit", &["self_audit"], review::self_audit, 2_000),
            entry(
                "Prompt adherence",
                &["prompt_adherence"],
                review::adherence,
                2_000,
            ),
            entry(
                "Arithmetic check",
                &["arithmetic_check"],
                review::arithmetic,
                1_500,
            ),
            entry(
                "Questions and answers",
                &["questions_and_answers"],
                review::questions,
                3_000,
            ),
        ],
    ),
    (
        "Sources",
        &[
            entry(
                "Documents",
                &["draft_documents_to_create", "draft_documents_to_find"],
                ground::documents,
                0,
            ),
            entry("Data to collect", &["data_collection"], ground::data, 1_500),
            entry("Prompt", &["setup"], overview::prompt, 3_000),
        ],
    ),
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
        provenance: provenance::of_section(material.records, entry.stages),
        lean_bytes: entry.lean_bytes,
    }
}

fn absent(material: &Material<'_>, entry: &Entry) -> Missing {
    let (why, failed) = provenance::absence(material.records, entry.stages);
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
