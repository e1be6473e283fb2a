//! The cost estimate and the benefits of a plan document.

use super::super::{ReadError, limits};
use super::Draft;
use super::cursor::{Cursor, Object};
use super::references::References;
use crate::model::{Benefit, CostItem};
use crate::read::limits::{NAME_BYTES, PARAGRAPH_BYTES};

const COSTS_FIELDS: &[&str] = &[
    "currency",
    "items",
    "total",
    "funded_contingency",
    "contingency_quote",
];
const ITEM_FIELDS: &[&str] = &[
    "id",
    "task",
    "description",
    "quantity",
    "unit",
    "unit_cost",
    "amount",
    "currency",
    "year",
    "basis",
    "share_of_budget",
];
const BENEFIT_FIELDS: &[&str] = &[
    "id",
    "description",
    "quantity",
    "unit",
    "unit_value",
    "amount",
    "currency",
    "start_year",
    "years",
    "evidence",
];

pub(super) fn read(
    draft: &mut Draft,
    root: &Object,
    references: &References,
) -> Result<(), ReadError> {
    let mut currency = draft
        .plan
        .currency
        .as_ref()
        .map_or_else(String::new, |currency| currency.primary.clone());
    if let Some(cursor) = root.get("costs") {
        let costs = cursor.object(COSTS_FIELDS)?;
        currency = line_or(draft, &costs, "currency", &currency)?;
        read_costs(draft, &costs, references, &currency)?;
    }
    let benefits = bounded(root, "benefits")?;
    for (at, cursor) in benefits.iter().enumerate() {
        let benefit = benefit(draft, cursor, at, &currency)?;
        draft.plan.benefits.push(benefit);
    }
    Ok(())
}

fn read_costs(
    draft: &mut Draft,
    costs: &Object,
    references: &References,
    currency: &str,
) -> Result<(), ReadError> {
    let quote = costs.text("contingency_quote")?;
    let quote = draft
        .collector
        .clean(quote, PARAGRAPH_BYTES, &costs.pointer);
    draft.plan.costs.stated_total = costs.amount("total")?;
    draft.plan.costs.funded_contingency = costs.amount("funded_contingency")?;
    draft.plan.costs.contingency_quote = quote;
    draft.plan.costs.source.clone_from(&costs.pointer);
    for (at, cursor) in bounded(costs, "items")?.iter().enumerate() {
        let item = item(draft, cursor, references, at, currency)?;
        draft.plan.costs.items.push(item);
    }
    Ok(())
}

fn item(
    draft: &mut Draft,
    cursor: &Cursor,
    references: &References,
    at: usize,
    currency: &str,
) -> Result<CostItem, ReadError> {
    let object = cursor.object(ITEM_FIELDS)?;
    let task = object.get("task").map(|task| task.text()).transpose()?;
    let task_id =
        task.and_then(|task| references.resolve(&mut draft.collector, task, &cursor.pointer));
    let quantity = object.amount("quantity")?;
    let unit_cost = object.amount("unit_cost")?;
    let product = || Some(quantity? * unit_cost?);
    let is_share = object.get("share_of_budget").map(|flag| flag.boolean());
    object.required("description")?;
    Ok(CostItem {
        id: line_or(draft, &object, "id", &format!("C{}", at + 1))?,
        task_id,
        description: line_or(draft, &object, "description", "")?,
        quantity,
        unit: line_or(draft, &object, "unit", "")?,
        unit_cost,
        amount: object.amount("amount")?.or_else(product),
        currency: line_or(draft, &object, "currency", currency)?,
        share_of_budget: is_share.transpose()?.unwrap_or(false),
        year: object.amount("year")?,
        basis: line_or(draft, &object, "basis", "")?,
        source: cursor.pointer.clone(),
    })
}

fn benefit(
    draft: &mut Draft,
    cursor: &Cursor,
    at: usize,
    currency: &str,
) -> Result<Benefit, ReadError> {
    let object = cursor.object(BENEFIT_FIELDS)?;
    object.required("description")?;
    Ok(Benefit {
        id: line_or(draft, &object, "id", &format!("B{}", at + 1))?,
        description: line_or(draft, &object, "description", "")?,
        quantity: object.amount("quantity")?,
        unit: line_or(draft, &object, "unit", "")?,
        unit_value: object.amount("unit_value")?,
        amount: object.amount("amount")?,
        currency: line_or(draft, &object, "currency", currency)?,
        start_year: object.amount("start_year")?,
        years: object.amount("years")?,
        evidence: line_or(draft, &object, "evidence", "")?,
        source: cursor.pointer.clone(),
    })
}

/// The field's clean text, or `default` if there is none.
fn line_or(
    draft: &mut Draft,
    object: &Object,
    field: &str,
    default: &str,
) -> Result<String, ReadError> {
    let Some(cursor) = object.get(field) else {
        return Ok(default.to_owned());
    };
    let line = draft
        .collector
        .line(cursor.text()?, NAME_BYTES, &cursor.pointer);
    Ok(if line.is_empty() {
        default.to_owned()
    } else {
        line
    })
}

fn bounded<'a>(object: &Object<'a>, field: &str) -> Result<Vec<Cursor<'a>>, ReadError> {
    let list = object.list(field)?;
    if list.len() > limits::MAX_LIST {
        return Err(ReadError::TooMany {
            place: format!("{}/{field}", object.pointer),
            what: "entries",
            limit: limits::MAX_LIST,
        });
    }
    Ok(list)
}
