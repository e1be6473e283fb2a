//! A pipeline of eight stages that has what the large one has: a gate, a fan-out, parallel branches,
//! and a stage that most edits leave alone.

use std::collections::BTreeMap;

use pipeline::Stages;

/// `(id, front matter, schema's properties, offline answer)`.
const STAGES: &[(&str, &str, &str, &str)] = &[
    (
        "screen",
        "outputs: [screen.json]\ngate: {pointer: /verdict, stop: [REFUSE], reason: refused, message: /why}",
        "verdict, why",
        r#"{"verdict": "{{ "REFUSE" if "forbidden" in prompt else "ALLOW" }}", "why": "It is {{ prompt }}."}"#,
    ),
    (
        "plan",
        "outputs: [plan.json, {file: tasks_wanted.json, pick: /tasks}, {file: plan.md, markdown: true}]",
        "aim, tasks",
        r#"{"aim": "{{ prompt }}", "tasks": ["dig", "build", "paint", "sell"]}"#,
    ),
    (
        "tasks",
        "each: {from: tasks_wanted.json, path: \"*\", batch: 1, collect: /rows, raw: \"{n}-tasks_raw.json\"}\noutputs: [tasks.json, {file: tasks.md, markdown: true}]",
        "rows",
        r#"{"rows": [{"task": {{ items[0] | tojson }}, "call": {{ index }}}]}"#,
    ),
    (
        "team",
        "inputs: [tasks_wanted.json]\noutputs: [team.json]",
        "size",
        r#"{"size": {{ inputs["tasks_wanted.json"] | length }}}"#,
    ),
    (
        "risks",
        "inputs: [plan.md]\noutputs: [risks.json]",
        "risks",
        r#"{"risks": ["Late: {{ inputs["plan.md"] | length }}"]}"#,
    ),
    (
        "costs",
        "inputs: [tasks.json, team.json]\noutputs: [costs.json]",
        "total",
        r#"{"total": {{ (inputs["tasks.json"] | length) * inputs["team.json"].size }}}"#,
    ),
    (
        "staffing",
        "inputs: [team.json]\noutputs: [staffing.json]",
        "hired",
        r#"{"hired": {{ inputs["team.json"].size }}}"#,
    ),
    (
        "summary",
        "inputs: [costs.json, risks.json, staffing.json]\noutputs: [summary.json, {file: summary.md, markdown: true}]",
        "text",
        r#"{"text": "{{ inputs["costs.json"].total }} for {{ facts.title }}, {{ inputs["risks.json"].risks[0] }}"}"#,
    ),
];

/// Calls of a run that nothing disturbs: one per stage, and four of the fan-out.
pub(crate) const CALLS: u64 = 11;

/// The stages of the small pipeline.
pub(crate) fn stages() -> Stages {
    let mut files = BTreeMap::from([("_system".to_owned(), b"Answer in JSON.".to_vec())]);
    for (id, front, properties, offline) in STAGES {
        let text = format!(
            "---\ntitle: The {id}\nphase: planning\nmax_output_tokens: 500\n{front}\nschema:\n  type: \
             object\n  required: [{properties}]\n---\n# System\nYou make the {id}.\n# User\nMake it \
             {{{{ mode }}}}.\n# Offline\n{offline}\n"
        );
        files.insert((*id).to_owned(), text.into_bytes());
    }
    Stages::of_files(files).unwrap_or_else(|error| panic!("{error}"))
}
