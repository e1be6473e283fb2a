//! Sizes and form over real runs and over a large plan.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use serde_json::json;

use super::elements::faults;
use super::fixture::Run;
use super::hostile::assert_harmless;
use crate::report::{html, markdown};

const MAX_PAGE: usize = 1_500_000;
const MAX_LEAN: usize = 60_000;

/// The zips of real runs; `None` (and a line that says so) without the corpus.
fn corpus() -> Option<Vec<PathBuf>> {
    let root = std::env::var_os("PLANRANK_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(root.join("runs")) else {
        println!("skipped: no corpus at {}", root.display());
        return None;
    };
    let zips = entries.map(|entry| entry.unwrap().path());
    Some(
        zips.filter(|path| path.extension().is_some_and(|zip| zip == "zip"))
            .collect(),
    )
}

/// The artifacts of a run without the number before their names.
fn artifacts(path: &PathBuf) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let name = name.rsplit('/').next().unwrap_or(&name);
        let name = name
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == '-')
            .to_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.entry(name).or_insert(bytes);
    }
    files
}

#[test]
fn real_runs_give_whole_reports_of_bounded_size() {
    let Some(paths) = corpus() else { return };
    for path in paths {
        let mut run = Run::small();
        run.records.clear();
        run.files = artifacts(&path);
        let page = html(&run.input()).unwrap();
        let lean = markdown(&run.input()).unwrap();
        let found = faults(&page);
        assert!(found.is_empty(), "{}: {found:#?}", path.display());
        assert!(
            page.len() < MAX_PAGE,
            "{}: {} bytes",
            path.display(),
            page.len()
        );
        assert!(
            lean.len() < MAX_LEAN,
            "{}: {} bytes",
            path.display(),
            lean.len()
        );
        assert!(
            page.contains("<section id=\"work-breakdown\""),
            "{}",
            path.display()
        );
        let sections = page.matches("<section id=").count();
        assert_eq!(assert_harmless(&lean), sections + 1, "{}", path.display());
    }
}

/// A run with so many tasks, each with five subtasks, texts of the length that models write.
fn large(tasks: usize) -> Run {
    let mut run = Run::small();
    let words = "Conduct a comprehensive assessment of what the river does in spring. ".repeat(4);
    let node = |id: String, children: serde_json::Value| {
        json!({"id": id, "description": format!("Task {id} of the bridge"),
            "extra_fields": {"detailed_description": words}, "task_children": children})
    };
    let task = |n: usize| {
        let leaves: Vec<_> = (0..5)
            .map(|leaf| node(format!("{n}.{leaf}"), json!([])))
            .collect();
        node(format!("{n}"), json!(leaves))
    };
    let phases: Vec<_> = (0..tasks.div_ceil(10))
        .map(|phase| {
            let own: Vec<_> = (phase * 10..tasks.min(phase * 10 + 10)).map(task).collect();
            node(format!("p{phase}"), json!(own))
        })
        .collect();
    run.put(
        "wbs_project_level1_and_level2_and_level3.json",
        &json!({"wbs_project": node("root".to_owned(), json!(phases))}),
    );
    let scheduled: Vec<_> = (0..tasks)
        .map(|n| {
            let start = super::fixture::day("2026-03-02") + chrono::Duration::days(i64::try_from(n).unwrap());
            json!({"id": n.to_string(), "name": format!("Task {n} of the bridge"), "phase_id": format!("p{}", n / 10),
                "start_date": start, "finish_date": start + chrono::Duration::days(20), "days": 21, "float_days": n % 7,
                "critical": n % 7 == 0, "depends_on": [n.saturating_sub(3).to_string()]})
        })
        .collect();
    let names: Vec<_> = (0..tasks.div_ceil(10))
        .map(|n| json!({"id": format!("p{n}"), "name": format!("Phase {n}")}))
        .collect();
    run.put(
        "schedule.json",
        &json!({"phases": names, "tasks": scheduled}),
    );
    let items: Vec<_> = (0..tasks)
        .map(|n| json!({"task_id": n.to_string(), "description": "Days of specialists and their travel", "quantity": 12,
            "unit": "days", "unit_cost": 900, "amount": 10_800, "basis": "Day rate of a consultancy, price list of 2025"}))
        .collect();
    run.put(
        "cost_breakdown.json",
        &json!({"currency": "EUR", "items": items}),
    );
    run
}

#[test]
fn a_plan_of_300_tasks_stays_below_its_bound() {
    let run = large(300);
    let page = html(&run.input()).unwrap();
    assert!(page.matches("class=\"row task").count() == 300);
    assert!(page.len() < MAX_PAGE, "{} bytes", page.len());
    assert!(faults(&page).is_empty());
}

#[test]
fn a_plan_without_end_is_cut_and_not_endless() {
    let page = html(&large(20_000).input()).unwrap();
    assert!(page.len() < 8 * MAX_PAGE, "{} bytes", page.len());
}
