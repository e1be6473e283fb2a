//! One section at a time: which statements it has, cut to its budget.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::{CardItem, CardSection, SectionKind, facts, money, outline, sentences};
use crate::model::{
    Assumption, Benefit, Criterion, Decision, Dependency, Location, Plan, Risk, Role, Text,
};

/// Ids that PlanExe's models write into explanations; a reader learns nothing from them.
static TASK_ID: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"\s?\(?\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b\)?";
    Regex::new(pattern).expect("the pattern is valid")
});

/// A text and where it comes from.
type Statement = (String, String);

/// How much of a prompt is split into sentences; what stands beyond isn't counted either. The
/// longest prompt of a real run has 5 KB.
const PROMPT_BYTES: usize = 256 << 10;

/// Enough of a text to see whether it says anything: bytes, and characters beyond ASCII, which
/// take far longer to classify.
const GLANCE_BYTES: usize = 96;
const GLANCE_CHARS: usize = 8;

pub(super) fn section(plan: &Plan, kind: SectionKind) -> CardSection {
    let said = |text: &&Text| says_something(&text.text);
    match kind {
        SectionKind::Title => {
            let title = Some(&plan.title).filter(|title| says_something(title));
            first(kind, title, |title| (title.clone(), String::new()))
        }
        SectionKind::Objective => first(kind, plan.objective.iter().filter(said), of_text),
        SectionKind::Prompt => {
            let head = crate::text::prefix(&plan.prompt.text, PROMPT_BYTES);
            first(kind, sentences(head), |sentence| {
                (sentence.to_owned(), plan.prompt.source.clone())
            })
        }
        SectionKind::Scope => {
            let deliverable = plan.deliverable.iter();
            let scope = deliverable.chain(&plan.resources);
            first(kind, scope.filter(said), of_text)
        }
        SectionKind::SuccessCriteria => {
            let known = |c: &&Criterion| says_something(&c.name) || says_something(&c.text.text);
            first(kind, plan.success_criteria.iter().filter(known), criterion)
        }
        SectionKind::Wbs => wbs(plan),
        SectionKind::Schedule => first(kind, facts::schedule(plan), |fact| fact),
        SectionKind::Dependencies => dependencies(plan),
        SectionKind::Money => first(kind, money::entries(plan), |e| money::write(plan, e)),
        SectionKind::Benefits => first(kind, &plan.benefits, benefit),
        SectionKind::Risks => first(kind, gravest(&plan.risks), risk),
        SectionKind::Team => {
            let known = |r: &&Role| says_something(&r.name) || says_something(&r.explanation);
            first(kind, plan.team.iter().filter(known), role)
        }
        SectionKind::Locations => {
            let known = |place: &&Location| parts(place).any(says_something);
            first(kind, plan.locations.iter().filter(known), location)
        }
        SectionKind::Assumptions => {
            let known = |a: &&Assumption| says_something(bare(a));
            first(kind, plan.assumptions.iter().filter(known), |a| {
                (bare(a).to_owned(), a.source.clone())
            })
        }
        SectionKind::Decisions => first(kind, &plan.decisions, decision),
    }
}

/// The section of the first entries. Only those are written out: the others are counted, as a
/// plan may have thousands of long ones.
fn first<T>(
    kind: SectionKind,
    entries: impl IntoIterator<Item = T>,
    write: impl Fn(T) -> Statement,
) -> CardSection {
    let mut entries = entries.into_iter();
    let shown = entries.by_ref().take(kind.max_items()).map(write);
    let items = shown
        .zip(1..)
        .map(|((text, source), number)| CardItem {
            id: format!("{}{number}", kind.prefix()),
            text: one_line(&text, kind.max_item_bytes()),
            source,
        })
        .collect();
    CardSection {
        kind,
        items,
        omitted: entries.count(),
    }
}

fn says_something(text: &str) -> bool {
    let head = crate::text::prefix(text, GLANCE_BYTES);
    let mut foreign = head.chars().filter(|c| !c.is_ascii()).take(GLANCE_CHARS);
    head.bytes().any(|byte| byte.is_ascii_alphanumeric()) || foreign.any(char::is_alphanumeric)
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

fn of_text(text: &Text) -> Statement {
    (text.text.clone(), text.source.clone())
}

fn criterion(criterion: &Criterion) -> Statement {
    let name = criterion.name.replace('_', "-");
    let text = labelled(&name, &criterion.text.text);
    (text, criterion.text.source.clone())
}

/// Evenly spaced ones, as their order means nothing.
fn dependencies(plan: &Plan) -> CardSection {
    let kind = SectionKind::Dependencies;
    let (count, limit) = (plan.dependencies.len(), kind.max_items());
    let shown: Vec<&Dependency> = (0..count.min(limit))
        .map(|at| &plan.dependencies[at * count.max(limit) / limit])
        .collect();
    let ends: BTreeSet<&str> = shown
        .iter()
        .flat_map(|edge| [edge.depends_on.as_str(), edge.dependent.as_str()])
        .collect();
    let names: BTreeMap<&str, &str> = plan
        .wbs
        .iter()
        .filter(|node| ends.contains(node.id.as_str()))
        .map(|node| (node.id.as_str(), crate::text::prefix(&node.name, 60)))
        .collect();
    let mut section = first(kind, shown, |edge| dependency(edge, &names));
    section.omitted = count - section.items.len();
    section
}

fn dependency(edge: &Dependency, names: &BTreeMap<&str, &str>) -> Statement {
    let name = |id: &str| names.get(id).copied().unwrap_or_default();
    let (before, after) = (name(&edge.depends_on), name(&edge.dependent));
    let why = TASK_ID.replace_all(&edge.explanation, "");
    let text = format!("{after} after {before}: {why}");
    (text, edge.source.clone())
}

/// By severity, then likelihood, then the author's order.
fn gravest(risks: &[Risk]) -> Vec<&Risk> {
    let mut risks: Vec<&Risk> = risks.iter().collect();
    risks.sort_by_key(|risk| (grade(&risk.severity), grade(&risk.likelihood)));
    risks
}

fn grade(word: &str) -> u8 {
    match word {
        "high" => 0,
        "medium" => 1,
        "low" => 2,
        _ => 3,
    }
}

fn risk(risk: &Risk) -> Statement {
    let label = crate::text::prefix(&risk.area, 40);
    let description = crate::text::prefix(&risk.description, 130);
    let grades = match (risk.likelihood.as_str(), risk.severity.as_str()) {
        ("", "") => String::new(),
        (likelihood, severity) => format!(" ({likelihood} likelihood, {severity} severity)"),
    };
    let mitigation = match risk.mitigation.as_str() {
        "" => "none stated",
        mitigation => mitigation,
    };
    let text = format!("{description}{grades}. Mitigation: {mitigation}");
    (labelled(label, &text), risk.source.clone())
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

fn role(role: &Role) -> Statement {
    let name = crate::text::prefix(&role.name, 60);
    (labelled(name, &role.explanation), role.source.clone())
}

fn parts(place: &Location) -> impl Iterator<Item = &str> {
    let parts = [&place.specific, &place.detailed, &place.broad];
    let parts = parts.into_iter().map(String::as_str);
    parts.filter(|part| !part.is_empty())
}

fn location(place: &Location) -> Statement {
    let text = parts(place).collect::<Vec<_>>().join(", ");
    (text, place.source.clone())
}

/// The assumption without the label that PlanExe's models put before it.
fn bare(assumption: &Assumption) -> &str {
    let text = assumption.assumption.as_str();
    text.strip_prefix("Assumption: ").unwrap_or(text)
}

fn decision(decision: &Decision) -> Statement {
    let title = crate::text::prefix(&decision.title, 60);
    let options = decision.options.len();
    let state = match &decision.chosen {
        Some(chosen) => format!("chosen: {chosen}"),
        None => format!("open, {options} options. {}", decision.question),
    };
    (labelled(title, &state), decision.source.clone())
}

fn labelled(label: &str, text: &str) -> String {
    if label.is_empty() {
        return text.to_owned();
    }
    format!("{label}: {text}")
}
