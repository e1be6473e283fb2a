//! Costs against the budget, and benefits.

use serde_json::Value;

use crate::report::document::{Block, RowKind, Table};
use crate::report::material::{Material, field};
use crate::report::wording::{amount, brief_amount, line, number};

const MAX_ITEMS: usize = 3_000;

/// The money of a plan, as far as artifacts state it.
pub(in crate::report) struct Money {
    pub(in crate::report) currency: String,
    pub(in crate::report) total: f64,
    pub(in crate::report) contingency: Option<f64>,
    pub(in crate::report) budget: Option<f64>,
    /// How total and budget compare, in the estimate's own words.
    pub(in crate::report) verdict: String,
    contingency_rule: String,
}

impl Money {
    pub(in crate::report) fn of(material: &Material<'_>) -> Option<Self> {
        let costs = &material.plan.costs;
        let first = costs.items.first()?;
        let file = material.json("cost_breakdown.json").unwrap_or(Value::Null);
        let contingency = file.get("contingency").unwrap_or(&Value::Null);
        let budget = file.get("budget").unwrap_or(&Value::Null);
        let same_currency = field::text(budget, "currency") == first.currency;
        Some(Self {
            currency: line(&first.currency, 12),
            total: costs.items.iter().filter_map(|item| item.amount).sum(),
            contingency: field::number(contingency, "amount").or(costs.funded_contingency),
            budget: field::number(budget, "amount").filter(|sum| same_currency && *sum > 0.0),
            verdict: field::text(budget, "verdict"),
            contingency_rule: field::text(contingency, "rule"),
        })
    }

    /// Costs and contingency.
    pub(in crate::report) fn needed(&self) -> f64 {
        self.total + self.contingency.unwrap_or(0.0)
    }

    pub(in crate::report) fn against_budget(&self) -> Option<String> {
        let budget = self.budget?;
        let share = number((self.needed() / budget * 100.0).round());
        let of = brief_amount(budget, &self.currency);
        Some(format!("{share} % of the budget of {of}"))
    }
}

pub(super) fn costs(material: &Material<'_>) -> Vec<Block> {
    let Some(money) = Money::of(material) else {
        return material.prose("cost_breakdown.md");
    };
    let mut blocks = Vec::new();
    if let Some(sentence) = money.against_budget() {
        let verdict = match money.verdict.as_str() {
            "" => String::new(),
            verdict => format!(": {verdict}"),
        };
        blocks.push(Block::Note(format!("{sentence}{verdict}.")));
    } else if !money.verdict.is_empty() {
        blocks.push(Block::Note(format!("{}.", money.verdict)));
    }
    let mut table = Table::new(
        "Cost lines by phase with the total and the contingency",
        &[
            ("Item", false),
            ("Basis", false),
            ("Quantity", true),
            ("Unit cost", true),
            ("Amount", true),
        ],
    );
    table.not_lean = &["Basis"];
    lines_by_phase(material, &money, &mut table);
    totals(&money, &mut table);
    blocks.push(Block::Table(table));
    if !money.contingency_rule.is_empty() {
        let rule = format!("Contingency: {}.", money.contingency_rule);
        blocks.push(Block::Note(rule));
    }
    blocks
}

/// Items under the phase of their task, phases in the order of the breakdown.
fn lines_by_phase(material: &Material<'_>, money: &Money, table: &mut Table) {
    let items = material.plan.costs.items.iter().take(MAX_ITEMS);
    let mut groups: Vec<(Option<usize>, Vec<&plan::model::CostItem>)> = Vec::new();
    for item in items {
        let phase = item
            .task_id
            .as_deref()
            .and_then(|id| phase_of(material, id));
        match groups.iter_mut().find(|(known, _)| *known == phase) {
            Some((_, list)) => list.push(item),
            None => groups.push((phase, vec![item])),
        }
    }
    groups.sort_by_key(|(phase, _)| phase.unwrap_or(usize::MAX));
    for (phase, items) in groups {
        let name = phase.map_or("Without a task", |at| &material.plan.wbs[at].name);
        let sum = items.iter().filter_map(|item| item.amount).sum();
        let mut cells = vec![String::new(); 5];
        cells[0] = line(name, 200);
        cells[4] = amount(sum, &money.currency);
        table.push(RowKind::Group, cells);
        for item in items {
            table.push(RowKind::Item, cost_line(material, item));
        }
    }
}

fn cost_line(material: &Material<'_>, item: &plan::model::CostItem) -> Vec<String> {
    let task = item.task_id.as_deref();
    let task = task.and_then(|id| material.plan.wbs.iter().find(|node| node.id == id));
    let description = line(&item.description, 300);
    let what = match task {
        Some(task) if description.is_empty() => line(&task.name, 300),
        Some(task) => format!("{description} ({})", line(&task.name, 160)),
        None => description,
    };
    let quantity = item.quantity.map(number).unwrap_or_default();
    vec![
        what,
        line(&item.basis, 400),
        line(&format!("{quantity} {}", item.unit), 80),
        item.unit_cost
            .map(|cost| amount(cost, &item.currency))
            .unwrap_or_default(),
        item.amount
            .map(|sum| amount(sum, &item.currency))
            .unwrap_or_default(),
    ]
}

fn totals(money: &Money, table: &mut Table) {
    let mut push = |name: &str, sum: f64| {
        let mut cells = vec![String::new(); 5];
        name.clone_into(&mut cells[0]);
        cells[4] = amount(sum, &money.currency);
        table.push(RowKind::Total, cells);
    };
    push("Total", money.total);
    if let Some(contingency) = money.contingency {
        push("Contingency", contingency);
        push("Total with contingency", money.needed());
    }
    if let Some(budget) = money.budget {
        push("Budget", budget);
        let left = budget - money.needed();
        push(
            if left < 0.0 {
                "Short of the need"
            } else {
                "Left"
            },
            left,
        );
    }
}

/// Index of the node under the root that the task belongs to.
fn phase_of(material: &Material<'_>, id: &str) -> Option<usize> {
    let nodes = &material.plan.wbs;
    let mut at = nodes.iter().position(|node| node.id == id)?;
    while let Some(parent) = nodes[at].parent {
        if nodes.get(parent)?.parent.is_none() {
            return Some(at);
        }
        at = parent;
    }
    None
}

pub(super) fn benefits(material: &Material<'_>) -> Vec<Block> {
    let benefits = &material.plan.benefits;
    if benefits.is_empty() {
        return material.prose("benefit_estimate.md");
    }
    let columns = [
        ("Benefit", false),
        ("Evidence", false),
        ("Quantity a year", true),
        ("Value of one", true),
        ("Amount a year", true),
        ("Years", true),
    ];
    let mut table = Table::new("Benefits a year and what they rest on", &columns);
    for benefit in benefits.iter().take(MAX_ITEMS) {
        let quantity = benefit.quantity.map(number).unwrap_or_default();
        let money = |sum: Option<f64>| sum.map(|sum| amount(sum, &benefit.currency));
        let from = benefit
            .start_year
            .map(|year| format!(" from year {}", number(year + 1.0)));
        let years = benefit.years.map(number).unwrap_or_default();
        let cells = vec![
            line(&benefit.description, 400),
            line(&benefit.evidence, 400),
            line(&format!("{quantity} {}", benefit.unit), 80),
            money(benefit.unit_value).unwrap_or_default(),
            money(benefit.amount).unwrap_or_default(),
            format!("{years}{}", from.unwrap_or_default()),
        ];
        table.push(RowKind::Item, cells);
    }
    let total: f64 = benefits.iter().filter_map(|benefit| benefit.amount).sum();
    let mut cells = vec![String::new(); columns.len()];
    "Total a year, once all have begun".clone_into(&mut cells[0]);
    cells[4] = amount(total, &benefits[0].currency);
    table.push(RowKind::Total, cells);
    vec![Block::Table(table)]
}
