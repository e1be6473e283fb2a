//! Cost lines become an estimate: totals by task, phase and project, and a contingency.
//!
//! Sums are made here and never by a model, so that they add up. An amount is its quantity
//! times its unit cost, rounded to hundredths. The contingency follows a stated rule: a share
//! of each line by the confidence of its basis. It is part of what the budget has to cover,
//! so it is not stated as funded beside the budget.

mod render;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::CodeInput;
use super::artifact::{self, Output, json_output, text_output};
use super::wbs::{self, Phase};

/// Contingency by confidence, in percent of the lines' amounts: planning values of this
/// service, to be replaced by the risk register's figures as they become known.
const SHARES: [(Confidence, f64); 3] = [
    (Confidence::High, 5.0),
    (Confidence::Medium, 10.0),
    (Confidence::Low, 15.0),
];

/// How well founded a line is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Confidence {
    High,
    Medium,
    #[default]
    #[serde(other)]
    Low,
}

/// An entry of `cost_lines.json`.
#[derive(Debug, Deserialize)]
struct Line {
    task_id: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    quantity: f64,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    unit_cost: f64,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    year: f64,
    #[serde(default)]
    basis: String,
    #[serde(default)]
    confidence: Confidence,
}

/// `cost_breakdown.json`, as [`plan`] reads it and more.
#[derive(Debug, Serialize)]
pub(crate) struct Estimate {
    currency: String,
    items: Vec<Item>,
    by_task: Vec<Sum>,
    by_phase: Vec<Sum>,
    stated_total: f64,
    contingency: Contingency,
    total_with_contingency: f64,
    budget: Option<Budget>,
    /// Contingency with money of its own beside the budget: never known here.
    funded_contingency: Option<f64>,
    /// Level-2 tasks without a line.
    uncosted_tasks: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Item {
    id: String,
    task_id: String,
    description: String,
    quantity: f64,
    unit: String,
    unit_cost: f64,
    amount: f64,
    year: f64,
    basis: String,
    confidence: Confidence,
}

/// What a task or phase costs.
#[derive(Debug, Serialize)]
struct Sum {
    id: String,
    name: String,
    amount: f64,
    share_of_total_percent: f64,
}

#[derive(Debug, Serialize)]
struct Contingency {
    amount: f64,
    rule: &'static str,
    parts: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    confidence: Confidence,
    share_percent: f64,
    base: f64,
    amount: f64,
}

/// The money that the prompt names, against the estimate.
#[derive(Debug, Serialize)]
struct Budget {
    amount: f64,
    currency: String,
    /// What the budget leaves after costs and contingency; negative where it falls short.
    remaining: f64,
    verdict: &'static str,
}

/// Writes the estimate as JSON, Markdown and CSV.
pub(crate) fn totals(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let phases = wbs::phases(input.files)?;
    let lines: Vec<Line> = artifact::json(input.files, "cost_lines.json")?;
    let primary = primary_currency(input);
    let estimate = estimate(&phases, lines, &primary, super::prompt_budget(input))?;
    Ok(vec![
        json_output("cost_breakdown.json", &estimate)?,
        text_output("cost_breakdown.md", render::markdown(&estimate)),
        text_output("cost_breakdown.csv", render::csv(&estimate)),
    ])
}

fn primary_currency(input: &CodeInput<'_>) -> String {
    artifact::json_if_there::<Value>(input.files, "currency_strategy_raw.json")
        .and_then(|file| Some(file.get("primary_currency")?.as_str()?.trim().to_owned()))
        .unwrap_or_default()
}

fn estimate(
    phases: &[Phase],
    lines: Vec<Line>,
    primary: &str,
    budget: Option<(f64, String)>,
) -> Result<Estimate, String> {
    let currency = one_currency(&lines, primary)?;
    let items = items(phases, lines);
    let total = hundredths(items.iter().map(|item| item.amount).sum());
    let contingency = contingency(&items);
    let with_contingency = hundredths(total + contingency.amount);
    let by_task = by_task(phases, &items, total);
    Ok(Estimate {
        budget: budget.map(|(amount, of)| against(amount, of, with_contingency, &currency)),
        by_phase: by_phase(phases, &by_task, total),
        uncosted_tasks: by_task
            .iter()
            .filter(|task| items.iter().all(|item| item.task_id != task.id))
            .map(|task| task.id.clone())
            .collect(),
        by_task,
        stated_total: total,
        contingency,
        total_with_contingency: with_contingency,
        funded_contingency: None,
        items,
        currency,
    })
}

fn one_currency(lines: &[Line], primary: &str) -> Result<String, String> {
    let mut found = lines
        .iter()
        .map(|line| line.currency.trim())
        .filter(|code| !code.is_empty());
    let currency = found.next().unwrap_or(primary);
    match found.find(|other| *other != currency) {
        Some(other) => Err(format!(
            "cost_lines.json is in {currency} and in {other}: state every line in one currency."
        )),
        None => Ok(currency.to_owned()),
    }
}

/// Lines of existing tasks, in the order of the breakdown.
fn items(phases: &[Phase], lines: Vec<Line>) -> Vec<Item> {
    let places: BTreeMap<&str, usize> = wbs::tasks(phases)
        .enumerate()
        .map(|(place, task)| (task.id.as_str(), place))
        .collect();
    let mut known: Vec<(usize, Line)> = lines
        .into_iter()
        .filter_map(|line| Some((*places.get(line.task_id.as_str())?, line)))
        .collect();
    known.sort_by_key(|(place, _)| *place);
    let numbered = known.into_iter().zip(1..);
    numbered
        .map(|((_, line), number)| Item {
            id: format!("C{number}"),
            amount: hundredths((line.quantity * line.unit_cost).max(0.0)),
            task_id: line.task_id,
            description: line.description,
            quantity: line.quantity,
            unit: line.unit,
            unit_cost: line.unit_cost,
            year: line.year,
            basis: line.basis,
            confidence: line.confidence,
        })
        .collect()
}

fn contingency(items: &[Item]) -> Contingency {
    let parts: Vec<Part> = SHARES
        .iter()
        .map(|&(confidence, share_percent)| {
            let of = items.iter().filter(|item| item.confidence == confidence);
            let base = hundredths(of.map(|item| item.amount).sum());
            let amount = hundredths(base * share_percent / 100.0);
            Part {
                confidence,
                share_percent,
                base,
                amount,
            }
        })
        .filter(|part| part.base > 0.0)
        .collect();
    Contingency {
        amount: hundredths(parts.iter().map(|part| part.amount).sum()),
        rule: "5 % of lines with high confidence, 10 % with medium, 15 % with low",
        parts,
    }
}

fn by_task(phases: &[Phase], items: &[Item], total: f64) -> Vec<Sum> {
    let sum = |task: &wbs::Task| {
        let own = items.iter().filter(|item| item.task_id == task.id);
        Sum::new(
            &task.id,
            &task.description,
            own.map(|item| item.amount).sum(),
            total,
        )
    };
    wbs::tasks(phases).map(sum).collect()
}

fn by_phase(phases: &[Phase], by_task: &[Sum], total: f64) -> Vec<Sum> {
    let sum = |phase: &Phase| {
        let own = by_task
            .iter()
            .filter(|sum| phase.subtasks.iter().any(|task| task.id == sum.id));
        let amount = own.map(|sum| sum.amount).sum();
        Sum::new(&phase.id, &phase.major_phase_title, amount, total)
    };
    phases.iter().map(sum).collect()
}

impl Sum {
    fn new(id: &str, name: &str, amount: f64, total: f64) -> Self {
        let share = if total > 0.0 {
            amount / total * 100.0
        } else {
            0.0
        };
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            amount: hundredths(amount),
            share_of_total_percent: (share * 10.0).round() / 10.0,
        }
    }
}

fn against(amount: f64, currency: String, needed: f64, ours: &str) -> Budget {
    let remaining = hundredths(amount - needed);
    let verdict = match () {
        () if currency != ours => "the estimate is in another currency than the budget",
        () if remaining >= 0.0 => "the budget covers costs and contingency",
        () => "the budget falls short of costs and contingency",
    };
    Budget {
        amount,
        currency,
        remaining,
        verdict,
    }
}

/// Sums in binary fractions drift; money doesn't.
fn hundredths(amount: f64) -> f64 {
    let rounded = (amount * 100.0).round() / 100.0;
    if rounded.is_finite() { rounded } else { 0.0 }
}

#[cfg(test)]
mod tests;
