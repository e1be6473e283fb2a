//! The estimate for people and for spreadsheets.

use super::{Estimate, Sum};
use crate::code::artifact::{Grow as _, csv_record, head, row};
use crate::code::figures::grouped;
use crate::markdown::inline;

pub(super) fn markdown(estimate: &Estimate) -> String {
    let currency = inline(&estimate.currency);
    let money = |amount: f64| format!("{currency} {}", grouped(amount));
    let mut text = format!(
        "# Cost breakdown\n\nAll amounts in {currency}, at the prices of the estimate.\n\n- **Costs of all tasks**: {}\n- **Contingency**: {} ({})\n- **Costs with contingency**: {}\n",
        money(estimate.stated_total),
        money(estimate.contingency.amount),
        estimate.contingency.rule,
        money(estimate.total_with_contingency),
    );
    if let Some(budget) = &estimate.budget {
        let of = inline(&budget.currency);
        text.add(format!(
            "- **Budget in the prompt**: {of} {}; {}",
            grouped(budget.amount),
            budget.verdict
        ));
        if budget.currency == estimate.currency {
            text.add(format!(" (difference: {})", money(budget.remaining)));
        }
        text.push('\n');
    } else {
        text += "- **Budget in the prompt**: none stated\n";
    }
    if !estimate.uncosted_tasks.is_empty() {
        let list = estimate.uncosted_tasks.join(", ");
        text.add(format!(
            "- **Tasks without a cost line**: {}\n",
            inline(&list)
        ));
    }
    text += "\n## By phase\n\n";
    text += &sums("Phase", &estimate.by_phase, estimate.stated_total);
    text += "\n## Lines\n\n";
    text += &lines(estimate);
    text
}

fn sums(what: &str, sums: &[Sum], total: f64) -> String {
    let mut table = head(&[what, ">Amount", ">Share of all tasks (%)"]);
    for sum in sums {
        let name = format!("{} {}", sum.id, sum.name);
        let share = format!("{:.1}", sum.share_of_total_percent);
        table += &row([name.as_str(), &grouped(sum.amount), &share]);
    }
    table + &row(["Total", &grouped(total), ""])
}

fn lines(estimate: &Estimate) -> String {
    let columns = [
        "Task",
        "What",
        ">Quantity",
        "Unit",
        ">Unit cost",
        ">Amount",
        "Basis",
        "Confidence",
    ];
    let mut table = head(&columns);
    for item in &estimate.items {
        let confidence = format!("{:?}", item.confidence).to_lowercase();
        let (quantity, unit_cost) = (grouped(item.quantity), grouped(item.unit_cost));
        let amount = grouped(item.amount);
        table += &row([
            item.task_id.as_str(),
            &item.description,
            &quantity,
            &item.unit,
            &unit_cost,
            &amount,
            &item.basis,
            &confidence,
        ]);
    }
    table
        + &row([
            "Total",
            "",
            "",
            "",
            "",
            &grouped(estimate.stated_total),
            "",
            "",
        ])
}

pub(super) fn csv(estimate: &Estimate) -> String {
    let mut csv = csv_record([
        "id",
        "task_id",
        "description",
        "quantity",
        "unit",
        "unit_cost",
        "amount",
        "currency",
        "year",
        "basis",
        "confidence",
    ]);
    for item in &estimate.items {
        let cells = [
            item.id.clone(),
            item.task_id.clone(),
            item.description.clone(),
            item.quantity.to_string(),
            item.unit.clone(),
            item.unit_cost.to_string(),
            item.amount.to_string(),
            estimate.currency.clone(),
            item.year.to_string(),
            item.basis.clone(),
            format!("{:?}", item.confidence).to_lowercase(),
        ];
        csv += &csv_record(cells.iter().map(String::as_str));
    }
    csv
}
