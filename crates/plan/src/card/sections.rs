//! One section at a time: which statements it has, cut to its budget.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::{CardItem, CardSection, SectionKind, facts, money, outline, sentences};
use crate::model::{Benefit, Plan, Risk, Text};

/// Ids that PlanExe's models write into explanations; a reader learns nothing from them.
static TASK_ID: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"\s?\(?\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b\)?";
    Regex::new(pattern).expect("the pattern is valid")
});

type Statement = (String, String);

pub(super) fn section(plan: &Plan, kind: SectionKind) -> CardSection {
    if kind == SectionKind::Wbs {
        return wbs(plan);
    }
    let all: Vec<Statement> = statements(plan, kind)
        .into_iter()
        .filter(|(text, _)| text.chars().any(char::is_alphanumeric))
        .collect();
    let shown = spread(
        all.len(),
        kind.max_items(),
        kind == SectionKind::Dependencies,
    );
    let items: Vec<CardItem> = shown
        .into_iter()
        .zip(1..)
        .map(|(at, number)| CardItem {
            id: format!("{}{number}", kind.prefix()),
            text: one_line(&all[at].0, kind.max_item_bytes()),
            source: all[at].1.clone(),
        })
        .collect();
    CardSection {
        kind,
        omitted: all.len() - items.len(),
        items,
    }
}

fn wbs(plan: &Plan) -> CardSection {
    let kind = SectionKind::Wbs;
    let mut items = outline::items(plan);
    for item in &mut items {
        item.text = one_line(&item.text, kind.max_item_bytes());
    }
    CardSection {
        kind,
        omitted: plan.wbs.len() - items.len(),
        items,
    }
}

/// Which of `count` entries are shown: the first ones, or evenly spaced ones where order means
/// nothing.
fn spread(count: usize, limit: usize, evenly: bool) -> Vec<usize> {
    if count <= limit || !evenly {
        return (0..count.min(limit)).collect();
    }
    (0..limit).map(|at| at * count / limit).collect()
}

/// White space to single spaces, cut at `max_bytes` with an ellipsis.
fn one_line(text: &str, max_bytes: usize) -> String {
    // Four times the budget is plenty, whatever the white space.
    let head = crate::text::prefix(text, max_bytes * 4);
    let line = head.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() <= max_bytes {
        return line;
    }
    let ellipsis = '…';
    let cut = crate::text::prefix(&line, max_bytes - ellipsis.len_utf8());
    format!("{}{ellipsis}", cut.trim_end())
}

fn statements(plan: &Plan, kind: SectionKind) -> Vec<Statement> {
    match kind {
        SectionKind::Title => vec![(plan.title.clone(), String::new())],
        SectionKind::Objective => plan.objective.iter().map(of_text).collect(),
        SectionKind::Prompt => prompt(plan),
        SectionKind::Scope => scope(plan),
        SectionKind::SuccessCriteria => criteria(plan),
        SectionKind::Wbs => Vec::new(),
        SectionKind::Schedule => facts::schedule(plan),
        SectionKind::Dependencies => dependencies(plan),
        SectionKind::Money => money::statements(plan),
        SectionKind::Benefits => plan.benefits.iter().map(benefit).collect(),
        SectionKind::Risks => risks(plan),
        SectionKind::Team => team(plan),
        SectionKind::Locations => locations(plan),
        SectionKind::Assumptions => assumptions(plan),
        SectionKind::Decisions => decisions(plan),
    }
}

fn of_text(text: &Text) -> Statement {
    (text.text.clone(), text.source.clone())
}

fn prompt(plan: &Plan) -> Vec<Statement> {
    sentences(&plan.prompt.text)
        .map(|sentence| (sentence.to_owned(), plan.prompt.source.clone()))
        .collect()
}

fn scope(plan: &Plan) -> Vec<Statement> {
    let deliverable = plan.deliverable.iter();
    deliverable.chain(&plan.resources).map(of_text).collect()
}

fn criteria(plan: &Plan) -> Vec<Statement> {
    plan.success_criteria
        .iter()
        .map(|criterion| {
            let name = criterion.name.replace('_', "-");
            (
                labelled(&name, &criterion.text.text),
                criterion.text.source.clone(),
            )
        })
        .collect()
}

fn dependencies(plan: &Plan) -> Vec<Statement> {
    let names: BTreeMap<&str, &str> = plan
        .wbs
        .iter()
        .map(|node| (node.id.as_str(), crate::text::prefix(&node.name, 60)))
        .collect();
    let name = |id: &str| names.get(id).copied().unwrap_or_default().to_owned();
    plan.dependencies
        .iter()
        .map(|edge| {
            let why = TASK_ID.replace_all(&edge.explanation, "");
            let (before, after) = (name(&edge.depends_on), name(&edge.dependent));
            (
                format!("{after} after {before}: {why}"),
                edge.source.clone(),
            )
        })
        .collect()
}

/// The gravest first: by severity, then likelihood, then the author's order.
fn risks(plan: &Plan) -> Vec<Statement> {
    let mut risks: Vec<&Risk> = plan.risks.iter().collect();
    risks.sort_by_key(|risk| (grade(&risk.severity), grade(&risk.likelihood)));
    risks
        .into_iter()
        .map(|risk| {
            let label = crate::text::prefix(&risk.area, 40);
            let description = crate::text::prefix(&risk.description, 130);
            let grades = match (risk.likelihood.as_str(), risk.severity.as_str()) {
                ("", "") => String::new(),
                (likelihood, severity) => {
                    format!(" ({likelihood} likelihood, {severity} severity)")
                }
            };
            let mitigation = match risk.mitigation.as_str() {
                "" => "none stated",
                mitigation => mitigation,
            };
            let text = labelled(
                label,
                &format!("{description}{grades}. Mitigation: {mitigation}"),
            );
            (text, risk.source.clone())
        })
        .collect()
}

fn grade(word: &str) -> u8 {
    match word {
        "high" => 0,
        "medium" => 1,
        "low" => 2,
        _ => 3,
    }
}

fn benefit(benefit: &Benefit) -> Statement {
    let number =
        |number: Option<f64>| number.map_or_else(|| "unknown".to_owned(), |n| n.to_string());
    let text = format!(
        "{}: {} {} × {} = {} {} a year for {} years; evidence: {}",
        crate::text::prefix(&benefit.description, 80),
        number(benefit.quantity),
        crate::text::prefix(&benefit.unit, 20),
        number(benefit.unit_value),
        number(benefit.amount),
        crate::text::prefix(&benefit.currency, 5),
        number(benefit.years),
        if benefit.evidence.is_empty() {
            "none"
        } else {
            &benefit.evidence
        },
    );
    (text, benefit.source.clone())
}

fn team(plan: &Plan) -> Vec<Statement> {
    plan.team
        .iter()
        .map(|role| {
            (
                labelled(crate::text::prefix(&role.name, 60), &role.explanation),
                role.source.clone(),
            )
        })
        .collect()
}

fn locations(plan: &Plan) -> Vec<Statement> {
    plan.locations
        .iter()
        .map(|place| {
            let parts = [&place.specific, &place.detailed, &place.broad];
            let parts: Vec<&str> = parts
                .into_iter()
                .filter(|part| !part.is_empty())
                .map(String::as_str)
                .collect();
            (parts.join(", "), place.source.clone())
        })
        .collect()
}

fn assumptions(plan: &Plan) -> Vec<Statement> {
    plan.assumptions
        .iter()
        .map(|assumption| {
            let text = assumption.assumption.as_str();
            let text = text.strip_prefix("Assumption: ").unwrap_or(text);
            (text.to_owned(), assumption.source.clone())
        })
        .collect()
}

fn decisions(plan: &Plan) -> Vec<Statement> {
    plan.decisions
        .iter()
        .map(|decision| {
            let title = crate::text::prefix(&decision.title, 60);
            let state = match &decision.chosen {
                Some(chosen) => format!("chosen: {chosen}"),
                None => format!(
                    "open, {} options. {}",
                    decision.options.len(),
                    decision.question
                ),
            };
            (labelled(title, &state), decision.source.clone())
        })
        .collect()
}

fn labelled(label: &str, text: &str) -> String {
    if label.is_empty() {
        return text.to_owned();
    }
    format!("{label}: {text}")
}
