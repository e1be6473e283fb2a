//! Which files of a run are read, and which paths are refused.
//!
//! Files are told apart by suffix, never by number: `^(\d{3}(-\d+)*-)?(suffix)$`. Raw files per
//! call, reports and charts are never opened.

use std::collections::{BTreeMap, BTreeSet};

use super::{ReadError, limits};

/// The files that a plan is made of, by suffix.
pub(super) const SUFFIXES: &[&str] = &[
    "benefit_estimate.json",
    "consolidate_governance.md",
    "cost_breakdown.json",
    "currency_strategy_raw.json",
    "enrich_team_members_background_story.json",
    "enrich_team_members_contract_type.json",
    "enrich_team_members_environment_info.json",
    "enriched_levers_raw.json",
    "executive_summary.md",
    "executive_summary_raw.json",
    "expert_criticism.md",
    "find_team_members.json",
    "identify_purpose_raw.json",
    "identify_risks_raw.json",
    "make_assumptions.json",
    "physical_locations_raw.json",
    "pitch.json",
    "pitch.md",
    "plan.txt",
    "premise_attack.md",
    "premortem.md",
    "project_plan.json",
    "project_plan_raw.json",
    "questions_and_answers.md",
    "redline_gate.md",
    "related_resources.md",
    "review_assumptions.md",
    "review_plan.md",
    "scenarios.md",
    "selected_scenario.json",
    "candidate_scenarios.json",
    "self_audit.md",
    "start_time.json",
    "strategic_decisions.md",
    "swot_analysis.md",
    "task_dependencies_raw.json",
    "task_durations.json",
    "vital_few_levers_raw.json",
    "wbs_level1.json",
    "wbs_level1_project_title.json",
    "wbs_level2.json",
    "wbs_level3.json",
    "wbs_project_level1_and_level2_and_level3.json",
];

const ARCHIVES: &[&str] = &[
    ".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar", ".lzma", ".cab",
];

/// A file to be read: its place in the caller's list, its suffix, its full path.
pub(super) struct Selected<'a> {
    pub(super) index: usize,
    pub(super) suffix: &'static str,
    pub(super) path: &'a str,
}

/// The files to be read, in the order of their paths within the run.
///
/// Of two files with one suffix the first by path is read: a stage that was repeated keeps its
/// first number. Files in two folders are two runs, which is an error.
pub(super) fn select<'a>(
    paths: impl Iterator<Item = &'a str>,
) -> Result<Vec<Selected<'a>>, ReadError> {
    let mut chosen: BTreeMap<&'static str, Selected<'a>> = BTreeMap::new();
    let mut folder: Option<(&str, &str)> = None;
    for (index, path) in paths.enumerate() {
        let Some(suffix) = wanted_suffix(path) else {
            continue;
        };
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        match folder {
            Some((known, first)) if known != parent => {
                return Err(ReadError::SeveralRuns {
                    first: first.to_owned(),
                    second: path.to_owned(),
                });
            }
            _ => folder = Some((parent, path)),
        }
        let file = Selected {
            index,
            suffix,
            path,
        };
        match chosen.get(suffix) {
            Some(known) if known.path <= path => {}
            _ => {
                chosen.insert(suffix, file);
            }
        }
    }
    if chosen.is_empty() {
        return Err(ReadError::NotARun);
    }
    Ok(chosen.into_values().collect())
}

fn wanted_suffix(path: &str) -> Option<&'static str> {
    if is_noise(path) {
        return None;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = without_number(name);
    SUFFIXES.iter().copied().find(|suffix| *suffix == stem)
}

/// What macOS adds to archives.
fn is_noise(path: &str) -> bool {
    path.split('/')
        .any(|part| part == "__MACOSX" || part == ".DS_Store" || part.starts_with("._"))
}

/// `name` without a leading `\d{3}(-\d+)*-`.
fn without_number(name: &str) -> &str {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    if digits(name) != 3 || name.as_bytes().get(3) != Some(&b'-') {
        return name;
    }
    let mut rest = &name[4..];
    loop {
        let count = digits(rest);
        if count == 0 || rest.as_bytes().get(count) != Some(&b'-') {
            return rest;
        }
        rest = &rest[count + 1..];
    }
}

/// Refuses paths that leave the folder, repeat, or hide archives.
pub(super) fn check_paths<'a>(paths: impl Iterator<Item = &'a str>) -> Result<(), ReadError> {
    let mut seen = BTreeSet::new();
    for path in paths {
        check_path(path)?;
        if !seen.insert(path) {
            return Err(ReadError::DuplicatePath {
                path: path.to_owned(),
            });
        }
        if seen.len() > limits::MAX_ENTRIES {
            return Err(ReadError::TooManyEntries);
        }
    }
    Ok(())
}

fn check_path(path: &str) -> Result<(), ReadError> {
    if let Some(reason) = path_fault(path) {
        return Err(ReadError::BadPath {
            path: crate::text::prefix(path, 200).to_owned(),
            reason,
        });
    }
    let lower = path.to_ascii_lowercase();
    if ARCHIVES.iter().any(|extension| lower.ends_with(extension)) {
        return Err(ReadError::NestedArchive {
            path: path.to_owned(),
        });
    }
    Ok(())
}

fn path_fault(path: &str) -> Option<&'static str> {
    let bytes = path.as_bytes();
    let has_drive = bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    match () {
        () if path.is_empty() => Some("is empty"),
        () if path.len() > 1_024 => Some("is longer than 1,024 bytes"),
        () if path.contains('\0') => Some("contains a NUL byte"),
        () if path.contains('\\') => Some("contains a backslash"),
        () if path.starts_with('/') => Some("is absolute"),
        () if has_drive => Some("names a drive"),
        () if path.split('/').any(|part| part == "..") => Some("leaves the folder"),
        () => None,
    }
}
