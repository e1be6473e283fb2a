//! `cost_breakdown.json` and `benefit_estimate.json`, which newer runs write.

use serde_json::Value;

use super::RunReader;
use super::fields::{known, list, text};
use crate::model::{Benefit, CostItem, Plan, WarningKind};
use crate::read::limits::{NAME_BYTES, PARAGRAPH_BYTES};

pub(super) fn read(run: &mut RunReader, plan: &mut Plan) {
    if let Some((value, source)) = run.json(&["cost_breakdown.json"]) {
        read_costs(run, plan, &value, &source);
    }
    if let Some((value, source)) = run.json(&["benefit_estimate.json"]) {
        read_benefits(run, plan, &value, &source);
    }
}

fn read_costs(run: &mut RunReader, plan: &mut Plan, value: &Value, source: &str) {
    let currency = currency(run, plan, value, source);
    plan.costs.stated_total = known(value, "stated_total");
    plan.costs.funded_contingency = known(value, "funded_contingency");
    let quote = text(value, "contingency_quote");
    plan.costs.contingency_quote = run.collector.clean(&quote, PARAGRAPH_BYTES, source);
    source.clone_into(&mut plan.costs.source);
    let items = list(value, "items");
    for (at, item) in run.collector.bound(items, source).iter().enumerate() {
        let task_id = task_reference(run, plan, item, source);
        let quantity = known(item, "quantity");
        let unit_cost = known(item, "unit_cost");
        let amount = known(item, "amount").or_else(|| Some(quantity? * unit_cost?));
        let is_share = item.get("share_of_budget").and_then(Value::as_bool);
        let mut line = |field| run.collector.line(&text(item, field), NAME_BYTES, source);
        let cost = CostItem {
            id: or_number(line("id"), 'C', at),
            task_id,
            quantity,
            unit: line("unit"),
            unit_cost,
            amount,
            currency: currency.clone(),
            share_of_budget: is_share.unwrap_or(false),
            year: known(item, "year"),
            description: line("description"),
            basis: line("basis"),
            source: source.to_owned(),
        };
        plan.costs.items.push(cost);
    }
}

fn read_benefits(run: &mut RunReader, plan: &mut Plan, value: &Value, source: &str) {
    let currency = currency(run, plan, value, source);
    let benefits = list(value, "benefits");
    for (at, item) in run.collector.bound(benefits, source).iter().enumerate() {
        let mut line = |field| run.collector.line(&text(item, field), NAME_BYTES, source);
        plan.benefits.push(Benefit {
            id: or_number(line("id"), 'B', at),
            description: line("description"),
            quantity: known(item, "quantity"),
            unit: line("unit"),
            unit_value: known(item, "unit_value"),
            amount: known(item, "amount"),
            currency: currency.clone(),
            start_year: known(item, "start_year"),
            years: known(item, "years"),
            evidence: line("evidence"),
            source: source.to_owned(),
        });
    }
}

fn currency(run: &mut RunReader, plan: &Plan, value: &Value, source: &str) -> String {
    let stated = text(value, "currency");
    let stated = run.collector.line(&stated, NAME_BYTES, source);
    match &plan.currency {
        Some(currency) if stated.is_empty() => currency.primary.clone(),
        _ => stated,
    }
}

fn task_reference(run: &mut RunReader, plan: &Plan, item: &Value, source: &str) -> Option<String> {
    let id = text(item, "task_id");
    if id.is_empty() {
        return None;
    }
    if plan.wbs.iter().any(|node| node.id == id) {
        return Some(id);
    }
    let detail = format!("a cost names the task {id:?}, which doesn't exist");
    run.collector
        .warn(WarningKind::DanglingReference, source, detail);
    None
}

fn or_number(id: String, letter: char, at: usize) -> String {
    if id.is_empty() {
        return format!("{letter}{}", at + 1);
    }
    id
}
