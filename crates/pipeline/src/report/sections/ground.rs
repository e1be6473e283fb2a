//! What the plan stands on: assumptions, places, currency, precedents, documents, data.

use serde_json::Value;

use super::folds;
use crate::report::document::{Block, RowKind, Table};
use crate::report::material::{Material, field};
use crate::report::wording::line;

const MAX_ROWS: usize = 400;

pub(super) fn assumptions(material: &Material<'_>) -> Vec<Block> {
    let mut blocks = material.prose("distill_assumptions.md");
    let mut table = Table::new(
        "Questions that the plan left open, and what it assumes",
        &[("Question", false), ("Assumed", false)],
    );
    for assumption in material.plan.assumptions.iter().take(MAX_ROWS) {
        let assumed = line(&assumption.assumption, 1_200);
        let cells = vec![
            line(&assumption.question, 500),
            assumed.trim_start_matches("Assumption:").trim().to_owned(),
        ];
        table.push(RowKind::Item, cells);
    }
    if !table.rows.is_empty() {
        blocks.push(Block::Table(table));
    }
    if blocks.is_empty() {
        blocks = material.prose("make_assumptions.md");
    }
    blocks.extend(material.folded("Review of the assumptions", "review_assumptions.md"));
    blocks
}

pub(super) fn places(material: &Material<'_>) -> Vec<Block> {
    let plan = &material.plan;
    let mut blocks = Vec::new();
    let columns = [("Place", false), ("Why there", false)];
    let mut table = Table::new("Places of the project", &columns);
    for place in plan.locations.iter().take(MAX_ROWS) {
        let parts = [&place.specific, &place.detailed, &place.broad];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        let name: Vec<&str> = parts.map(String::as_str).collect();
        let cells = vec![line(&name.join(", "), 300), line(&place.rationale, 800)];
        table.push(RowKind::Item, cells);
    }
    if !table.rows.is_empty() {
        blocks.push(Block::Table(table));
    }
    if let Some(currency) = &plan.currency {
        let mut facts = vec![("Currency".to_owned(), line(&currency.primary, 80))];
        if !currency.others.is_empty() {
            facts.push(("Also".to_owned(), line(&currency.others.join(", "), 200)));
        }
        if !currency.strategy.is_empty() {
            facts.push(("Strategy".to_owned(), line(&currency.strategy, 1_500)));
        }
        blocks.push(Block::Facts(facts));
    }
    blocks
}

pub(super) fn related(material: &Material<'_>) -> Vec<Block> {
    folds::by_heading(material, "related_resources.md")
}

pub(super) fn data(material: &Material<'_>) -> Vec<Block> {
    folds::by_heading(material, "data_collection.md")
}

pub(super) fn documents(material: &Material<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let kinds = [
        (
            "To create",
            "draft_documents_to_create.json",
            "filter_documents_to_create_clean.json",
        ),
        (
            "To find",
            "draft_documents_to_find.json",
            "filter_documents_to_find_clean.json",
        ),
    ];
    for (title, drafted, filtered) in kinds {
        let list = material.json(drafted).or_else(|| material.json(filtered));
        if let Some(table) = list.and_then(|list| document_table(title, &list)) {
            blocks.push(Block::Heading(title.to_owned()));
            blocks.push(Block::Table(table));
        }
    }
    let file = "documents_to_create_and_find.md";
    if blocks.is_empty() {
        return folds::by_heading(material, file);
    }
    blocks.extend(material.folded("Drafts in full", file));
    blocks
}

fn document_table(title: &str, list: &Value) -> Option<Table> {
    let caption = format!("Documents: {}", title.to_lowercase());
    let columns = [
        ("Document", false),
        ("Responsible", false),
        ("What for", false),
    ];
    let mut table = Table::new(&caption, &columns);
    table.not_lean = &["What for"];
    for document in list.as_array()?.iter().take(MAX_ROWS) {
        let cells = vec![
            line(&field::text(document, "document_name"), 200),
            line(&field::text(document, "responsible_role_type"), 160),
            line(&field::text(document, "description"), 500),
        ];
        if !cells[0].is_empty() {
            table.push(RowKind::Item, cells);
        }
    }
    (!table.rows.is_empty()).then_some(table)
}
