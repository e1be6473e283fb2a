//! The project plan and the title: objective, SMART criteria, stakeholders, resources, purpose.

use serde_json::Value;

use super::RunReader;
use super::fields::{list, text, texts};
use crate::model::{Criterion, Plan, Risk, Text, WarningKind};
use crate::read::limits;
use crate::text::prefix;

const SMART: &[&str] = &[
    "specific",
    "measurable",
    "achievable",
    "relevant",
    "time_bound",
];

pub(super) fn read(run: &mut RunReader, plan: &mut Plan) {
    read_purpose(run, plan);
    let suffixes = &["project_plan_raw.json", "project_plan.json"];
    let Some((value, source)) = run.expected_json(suffixes, "project plan") else {
        return;
    };
    let collector = &mut run.collector;
    let goal = text(&value, "goal_statement");
    plan.objective = collector.text(&goal, limits::PARAGRAPH_BYTES, &source);
    let smart = value.get("smart_criteria").unwrap_or(&Value::Null);
    for name in SMART {
        let criterion = collector.text(&text(smart, name), limits::PARAGRAPH_BYTES, &source);
        plan.success_criteria
            .extend(criterion.map(|text| Criterion {
                name: (*name).to_owned(),
                text,
            }));
    }
    plan.resources = clean_texts(run, &texts(&value, "resources_required"), &source);
    read_stakeholders(run, plan, &value, &source);
    read_fallback_risks(run, plan, &value, &source);
}

fn read_purpose(run: &mut RunReader, plan: &mut Plan) {
    let Some((value, source)) = run.json(&["identify_purpose_raw.json"]) else {
        return;
    };
    let purpose = text(&value, "purpose").to_lowercase();
    let purpose = run.collector.line(&purpose, limits::NAME_BYTES, &source);
    plan.purpose = (!purpose.is_empty()).then_some(purpose);
}

fn read_stakeholders(run: &mut RunReader, plan: &mut Plan, value: &Value, source: &str) {
    let Some(analysis) = value.get("stakeholder_analysis") else {
        return;
    };
    let mut names = texts(analysis, "primary_stakeholders");
    names.extend(texts(analysis, "secondary_stakeholders"));
    plan.stakeholders = clean_texts(run, &names, source);
}

/// Early runs have no risk register, but the project plan pairs risks with mitigations.
fn read_fallback_risks(run: &mut RunReader, plan: &mut Plan, value: &Value, source: &str) {
    if run.files.contains_key("identify_risks_raw.json") {
        return;
    }
    let field = "risk_assessment_and_mitigation_strategies";
    let assessment = value.get(field).unwrap_or(&Value::Null);
    let mitigations = texts(assessment, "mitigation_plans");
    let risks = list(assessment, "key_risks");
    for (at, risk) in run.collector.bound(risks, source).iter().enumerate() {
        let mitigation = mitigations.get(at).map_or("", String::as_str);
        let description = super::fields::as_text(risk);
        plan.risks.push(Risk {
            description: run
                .collector
                .clean(&description, limits::PARAGRAPH_BYTES, source),
            mitigation: run
                .collector
                .clean(mitigation, limits::PARAGRAPH_BYTES, source),
            source: source.to_owned(),
            ..Risk::default()
        });
    }
}

fn clean_texts(run: &mut RunReader, raw: &[String], source: &str) -> Vec<Text> {
    run.collector
        .bound(raw, source)
        .iter()
        .filter_map(|raw| run.collector.text(raw, limits::PARAGRAPH_BYTES, source))
        .collect()
}

/// The title of the WBS, of its own file, the prompt's first sentence, or the file's name.
pub(super) fn read_title(run: &mut RunReader, plan: &mut Plan) {
    let from_level_1 = run.json(&["wbs_level1.json"]).map(|(value, source)| {
        if plan.deliverable.is_none() {
            let deliverable = text(&value, "final_deliverable");
            plan.deliverable = run
                .collector
                .text(&deliverable, limits::PARAGRAPH_BYTES, &source);
        }
        (text(&value, "project_title"), source)
    });
    let from_own_file = run.text("wbs_level1_project_title.json");
    let (raw, source) = from_level_1
        .filter(|(title, _)| !title.trim().is_empty())
        .or(from_own_file)
        .unwrap_or_default();
    plan.title = run.collector.line(&raw, limits::TITLE_BYTES, &source);
    if !plan.title.is_empty() {
        return;
    }
    run.missing("wbs_level1.json", "title");
    plan.title = fallback_title(&plan.prompt.text, &run.name);
}

fn fallback_title(prompt: &str, file_name: &str) -> String {
    let sentence = prompt.lines().next().unwrap_or("");
    let sentence = sentence.split_inclusive(". ").next().unwrap_or("");
    let sentence = prefix(sentence.trim_end_matches([' ', '.']), limits::TITLE_BYTES);
    if !sentence.is_empty() {
        return sentence.trim_end().to_owned();
    }
    let stem = file_name
        .rsplit_once('.')
        .map_or(file_name, |(stem, _)| stem);
    crate::text::canonical_only(prefix(stem, limits::TITLE_BYTES))
}

/// Warns of a file whose JSON holds nothing that is understood.
pub(super) fn warn_unusable(run: &mut RunReader, source: &str, what: &str) {
    let detail = format!("it holds no {what}");
    run.collector.warn(WarningKind::Broken, source, detail);
}
