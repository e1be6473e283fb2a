//! Dependencies between tasks, and durations.

use std::collections::BTreeSet;

use super::RunReader;
use super::fields::{as_text, known, list, text, texts};
use super::overview::warn_unusable;
use crate::model::{Dependency, Duration, Plan, WarningKind};
use crate::read::limits;

pub(super) fn read_dependencies(run: &mut RunReader, plan: &mut Plan) {
    let suffixes = &["task_dependencies_raw.json"];
    let Some((value, source)) = run.expected_json(suffixes, "dependencies") else {
        return;
    };
    let known: BTreeSet<&str> = plan.wbs.iter().map(|node| node.id.as_str()).collect();
    let details = list(&value, "task_dependency_details");
    let mut found = Vec::new();
    for detail in run.collector.bound(details, &source) {
        let dependent = text(detail, "dependent_task_id");
        let explanations = list(detail, "depends_on_task_explanation_list");
        for (at, depends_on) in texts(detail, "depends_on_task_id_list").iter().enumerate() {
            let explanation = explanations.get(at).map(as_text).unwrap_or_default();
            found.push((dependent.clone(), depends_on.clone(), explanation));
        }
    }
    for (dependent, depends_on, explanation) in run.collector.bound(&found, &source) {
        let ends = [dependent, depends_on];
        if let Some(missing) = ends.into_iter().find(|id| !known.contains(id.as_str())) {
            let detail = format!("a dependency names the task {missing:?}, which doesn't exist");
            run.collector
                .warn(WarningKind::DanglingReference, &source, detail);
            continue;
        }
        plan.dependencies.push(Dependency {
            dependent: dependent.clone(),
            depends_on: depends_on.clone(),
            explanation: run
                .collector
                .clean(explanation, limits::PARAGRAPH_BYTES, &source),
            source: source.clone(),
        });
    }
}

pub(super) fn read_durations(run: &mut RunReader, plan: &mut Plan) {
    let Some((value, source)) = run.expected_json(&["task_durations.json"], "durations") else {
        return;
    };
    let Some(entries) = value.as_array() else {
        return warn_unusable(run, &source, "list of durations");
    };
    let known_ids: BTreeSet<&str> = plan.wbs.iter().map(|node| node.id.as_str()).collect();
    let mut seen = BTreeSet::new();
    for entry in run.collector.bound(entries, &source) {
        let task_id = text(entry, "task_id");
        let fault = match () {
            () if !known_ids.contains(task_id.as_str()) => Some(WarningKind::DanglingReference),
            () if !seen.insert(task_id.clone()) => Some(WarningKind::DuplicateId),
            () => None,
        };
        if let Some(kind) = fault {
            let detail = format!("the duration of the task {task_id:?} was dropped");
            run.collector.warn(kind, &source, detail);
            continue;
        }
        let mut clean = |raw: &str| run.collector.clean(raw, limits::PARAGRAPH_BYTES, &source);
        plan.durations.push(Duration {
            task_id,
            days_min: known(entry, "days_min"),
            days_realistic: known(entry, "days_realistic"),
            days_max: known(entry, "days_max"),
            delay_risks: clean(&text(entry, "delay_risks")),
            mitigation: clean(&text(entry, "mitigation_strategy")),
            source: source.clone(),
        });
    }
}
