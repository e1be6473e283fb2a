//! What a reader wants first: summary, decisions, objective, pitch; and the prompt at the end.

use serde_json::Value;

use crate::report::document::{Block, Choice, Decision};
use crate::report::material::{Material, field};
use crate::report::wording::{clean, line, title_of};

const MAX_DECISIONS: usize = 60;

pub(super) fn summary(material: &Material<'_>) -> Vec<Block> {
    material.prose("executive_summary.md")
}

pub(super) fn pitch(material: &Material<'_>) -> Vec<Block> {
    let prose = material.prose("pitch.md");
    if !prose.is_empty() {
        return prose;
    }
    let pitch = material.json("pitch.json");
    let text = pitch.map(|pitch| field::text(&pitch, "pitch"));
    let text = text.filter(|text| !text.is_empty());
    text.map(Block::Note).into_iter().collect()
}

pub(super) fn decisions(material: &Material<'_>) -> Vec<Block> {
    let mut blocks = scenario(material);
    let decisions = material.plan.decisions.iter().take(MAX_DECISIONS);
    let decisions: Vec<Decision> = decisions.map(decision).collect();
    if !decisions.is_empty() {
        blocks.push(Block::Decisions(decisions));
    }
    blocks.extend(material.folded("Scenarios in full", "scenarios.md"));
    blocks.extend(material.folded("Strategic decisions in full", "strategic_decisions.md"));
    blocks
}

/// The path that was chosen, and why.
fn scenario(material: &Material<'_>) -> Vec<Block> {
    let file = "selected_scenario.json";
    let Some(selected) = material.json(file) else {
        return Vec::new();
    };
    let Some(choice) = selected.get("final_choice") else {
        return Vec::new();
    };
    let name = field::text(choice, "chosen_scenario_name");
    if name.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Facts(vec![("Path chosen".to_owned(), name)])];
    let why = choice.get("justification").and_then(Value::as_str);
    let why = clean(plan::text::prefix(why.unwrap_or_default(), 8 << 10));
    if !why.trim().is_empty() {
        blocks.push(Block::Prose {
            markdown: why,
            top: 3,
            file: file.to_owned(),
        });
    }
    blocks
}

fn decision(decision: &plan::model::Decision) -> Decision {
    let chosen = decision.chosen.as_deref().map(|text| line(text, 600));
    let same = |option: &str| {
        chosen
            .as_deref()
            .is_some_and(|chosen| is_same(option, chosen))
    };
    let options: Vec<Choice> = decision
        .options
        .iter()
        .map(|option| line(option, 600))
        .map(|text| Choice {
            chosen: same(&text),
            text,
        })
        .collect();
    let is_listed = options.iter().any(|option| option.chosen);
    Decision {
        title: line(&decision.title, 200),
        question: line(&decision.question, 1_200),
        other_choice: chosen.filter(|text| !is_listed && !text.is_empty()),
        options,
    }
}

/// A choice may repeat an option without its full stop, or only its first words.
fn is_same(option: &str, chosen: &str) -> bool {
    let bare = |text: &str| text.trim_end_matches(['.', ' ', '…']).to_lowercase();
    let (option, chosen) = (bare(option), bare(chosen));
    !chosen.is_empty() && (option.starts_with(&chosen) || chosen.starts_with(&option))
}

pub(super) fn objective(material: &Material<'_>) -> Vec<Block> {
    let plan = &material.plan;
    let mut blocks = Vec::new();
    if let Some(objective) = &plan.objective {
        blocks.push(Block::Note(line(&objective.text, 3_000)));
    }
    let mut facts: Vec<(String, String)> = Vec::new();
    if let Some(deliverable) = &plan.deliverable {
        facts.push(("Deliverable".to_owned(), line(&deliverable.text, 1_000)));
    }
    for criterion in &plan.success_criteria {
        let name = title_of(&criterion.name.replace("time_bound", "time-bound"));
        facts.push((name, line(&criterion.text.text, 1_500)));
    }
    let stakeholders: Vec<String> = plan
        .stakeholders
        .iter()
        .take(60)
        .map(|text| line(&text.text, 120))
        .collect();
    if !stakeholders.is_empty() {
        facts.push(("Stakeholders".to_owned(), stakeholders.join(", ")));
    }
    if !facts.is_empty() {
        blocks.push(Block::Facts(facts));
    }
    blocks.extend(material.folded("Project plan in full", "project_plan.md"));
    blocks
}

pub(super) fn prompt(material: &Material<'_>) -> Vec<Block> {
    let prompt = clean(plan::text::prefix(material.prompt.trim(), 64 << 10));
    let mut blocks = Vec::new();
    if !prompt.is_empty() {
        blocks.push(Block::Verbatim(prompt));
    }
    blocks.extend(material.folded("Constraints found in the prompt", "extract_constraints.md"));
    blocks.extend(material.folded("Safety screening", "redline_gate.md"));
    blocks
}
