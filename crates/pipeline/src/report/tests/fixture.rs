//! A small run: two phases, three tasks, a cost line each, two risks.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::checkpoints::OutputRecord;
use crate::{CodeInput, Mode, StageRecord, StageState};

pub(super) struct Run {
    pub(super) prompt: String,
    pub(super) title: String,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) records: Vec<StageRecord>,
}

impl Run {
    pub(super) fn input(&self) -> CodeInput<'_> {
        CodeInput {
            prompt: &self.prompt,
            mode: Mode::All,
            start_date: day("2026-03-02"),
            title: &self.title,
            files: &self.files,
            provenance: &self.records,
        }
    }

    pub(super) fn put(&mut self, file: &str, value: &Value) {
        self.files
            .insert(file.to_owned(), value.to_string().into_bytes());
    }

    pub(super) fn write(&mut self, file: &str, text: &str) {
        self.files.insert(file.to_owned(), text.as_bytes().to_vec());
    }

    /// A footbridge, as if models had written it.
    pub(super) fn small() -> Self {
        let mut run = Self {
            prompt: "Build a footbridge over the Vidå for EUR 60,000 by June 2026.".to_owned(),
            title: "Footbridge".to_owned(),
            files: BTreeMap::new(),
            records: records(),
        };
        run.write("plan.txt", "Plan:\nBuild a footbridge.\n");
        run.write(
            "executive_summary.md",
            "# Executive summary\n\n## Purpose\nA bridge for walkers. See [the *site*](https://example.org/a?b=1&c=2).\n",
        );
        run.put(
            "project_plan_raw.json",
            &json!({
                "goal_statement": "Open a footbridge by June 2026. It carries ten people at once.",
                "smart_criteria": {"specific": "One bridge", "measurable": "Open to walkers"},
                "stakeholder_analysis": {"primary_stakeholders": ["Walkers", "Parish council"]},
            }),
        );
        work(&mut run);
        money(&mut run);
        people(&mut run);
        run.put(
            "self_audit_checklist.json",
            &json!([{"id": "K01", "title": "Funding", "question": "Is it said who pays?"}]),
        );
        run.put(
            "self_audit_raw.json",
            &json!([{"check_id": "K01", "verdict": "concern", "justification": "Half of it is pledged.", "mitigation": "Get the pledge in writing."}]),
        );
        run
    }
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn work(run: &mut Run) {
    run.put(
        "wbs_level1.json",
        &json!({"id": "1", "project_title": "Footbridge", "final_deliverable": "An open bridge"}),
    );
    let child = |id: &str, name: &str, children: Value| json!({"id": id, "description": name, "extra_fields": {}, "task_children": children});
    let leaf = child("1.1.1", "Read the gauge", json!([]));
    let tasks = json!([
        child("1.1", "Survey", json!([leaf])),
        child("1.2", "Permit", json!([])),
    ]);
    let phases = json!([
        child("p1", "Prepare", tasks),
        child("p2", "Build", json!([child("2.1", "Assemble", json!([]))]))
    ]);
    let project = json!({"wbs_project": child("root", "Footbridge", phases)});
    run.put("wbs_project_level1_and_level2_and_level3.json", &project);
    run.put(
        "task_durations.json",
        &json!([{"task_id": "1.1", "days_min": 5, "days_realistic": 10, "days_max": 20}]),
    );
    let task = |id: &str,
                name: &str,
                phase: &str,
                start: &str,
                finish: &str,
                float: u32,
                after: &[&str]| {
        json!({"id": id, "name": name, "phase_id": phase, "days": 10, "start_date": start, "finish_date": finish,
            "float_days": float, "critical": float == 0, "depends_on": after})
    };
    run.put(
        "schedule.json",
        &json!({
            "phases": [{"id": "p1", "name": "Prepare"}, {"id": "p2", "name": "Build"}],
            "most_in_parallel": 2,
            "three_point": {"p80_days": 27.4},
            "tasks": [
                task("1.1", "Survey", "p1", "2026-03-02", "2026-03-11", 0, &[]),
                task("1.2", "Permit", "p1", "2026-03-02", "2026-03-09", 2, &[]),
                task("2.1", "Assemble", "p2", "2026-03-12", "2026-03-21", 0, &["1.1", "1.2", "no such task"]),
            ],
        }),
    );
}

fn money(run: &mut Run) {
    let item = |task: &str, what: &str, quantity: u32, cost: u32| {
        json!({"task_id": task, "description": what, "quantity": quantity, "unit": "days", "unit_cost": cost,
            "amount": quantity * cost, "basis": "Quotation of 3 February"})
    };
    run.put(
        "cost_breakdown.json",
        &json!({
            "currency": "EUR",
            "items": [item("1.1", "Surveyor", 4, 900), item("2.1", "Carpenters", 30, 1_500)],
            "contingency": {"amount": 4_860, "rule": "10 % of lines with medium confidence"},
            "budget": {"amount": 60_000, "currency": "EUR", "verdict": "the budget covers costs and contingency"},
        }),
    );
    run.put(
        "benefit_estimate.json",
        &json!({"currency": "EUR", "benefits": [{"description": "Shorter walks", "quantity": 12_000, "unit": "walks",
            "unit_value": 0.5, "amount": 6_000, "start_year": 1, "years": 25, "evidence": "Count of May 2025"}]}),
    );
}

fn people(run: &mut Run) {
    run.put(
        "find_team_members.json",
        &json!([{"id": 1, "category": "Carpenter", "explanation": "Builds it", "consequences": "No bridge", "count": "2"}]),
    );
    let risk = |area: &str, likelihood: &str, severity: &str| {
        json!({"risk_area": area, "risk_description": format!("{area} goes wrong"), "potential_impact": "Two weeks lost",
            "likelihood": likelihood, "severity": severity, "action": "Watch it"})
    };
    run.put(
        "identify_risks_raw.json",
        &json!({"risks": [risk("Weather", "Low", "medium"), risk("Flood", "medium", "HIGH")]}),
    );
}

fn records() -> Vec<StageRecord> {
    let mut failed = record(
        "questions_and_answers",
        None,
        &["questions_and_answers_raw.json"],
    );
    failed.state = StageState::Failed;
    failed.error = Some("the model fell silent".to_owned());
    let model = Some("lab/model-1");
    vec![
        record("executive_summary", model, &["executive_summary.md"]),
        record("estimate_durations", model, &["task_durations.json"]),
        record("create_schedule", None, &["schedule.json"]),
        failed,
    ]
}

pub(super) fn record(stage: &str, model: Option<&str>, files: &[&str]) -> StageRecord {
    let at: DateTime<Utc> = "2026-02-01T09:30:00Z".parse().unwrap();
    let calls = u32::from(model.is_some()) * 2;
    StageRecord {
        stage: stage.to_owned(),
        inputs_hash: String::new(),
        state: StageState::Done,
        model: model.map(str::to_owned),
        calls_done: calls,
        calls_total: calls,
        cost_nano_usd: i64::from(calls) * 1_250_000,
        input_tokens: u64::from(calls) * 1_000,
        output_tokens: u64::from(calls) * 100,
        started_at: Some(at),
        finished_at: Some(at),
        error: None,
        outputs: files
            .iter()
            .map(|file| OutputRecord {
                file: (*file).to_owned(),
                sha256: String::new(),
            })
            .collect(),
    }
}
