//! What experts, reviewers and checks say about the plan, and questions that readers have.

use serde_json::Value;

use super::{checks, folds};
use crate::report::document::{Block, Fold, RowKind, Table};
use crate::report::material::{Material, field};
use crate::report::wording::{line, number};

const MAX_ITEMS: usize = 200;

pub(super) fn assessment(material: &Material<'_>) -> Vec<Block> {
    let Some(file) = material.json("pre_project_assessment.json") else {
        return material.prose("pre_project_assessment.md");
    };
    let mut facts = Vec::new();
    let verdict = field::text(&file, "go_no_go_recommendation");
    if !verdict.is_empty() {
        facts.push(("Recommendation".to_owned(), verdict));
    }
    let summary = field::text(&file, "combined_summary");
    let mut blocks = Vec::new();
    if !facts.is_empty() {
        blocks.push(Block::Facts(facts));
    }
    if !summary.is_empty() {
        blocks.push(Block::Note(summary));
    }
    for advice in field::list(&file, "feedback").iter().take(MAX_ITEMS) {
        let title = field::text(advice, "title");
        let markdown = raw_text(advice, "description");
        if !title.is_empty() && !markdown.is_empty() {
            blocks.push(opened_by(title, markdown, "pre_project_assessment.json"));
        }
    }
    blocks
}

/// A text with its line breaks.
fn raw_text(value: &Value, name: &str) -> String {
    let text = value.get(name).and_then(Value::as_str).unwrap_or_default();
    super::super::wording::clean(plan::text::prefix(text, 16 << 10))
}

fn opened_by(summary: String, markdown: String, file: &str) -> Block {
    Block::Fold(Fold {
        summary,
        blocks: vec![Block::Prose {
            markdown,
            top: 3,
            file: file.to_owned(),
        }],
        file: file.to_owned(),
        is_appendix: false,
    })
}

pub(super) fn experts(material: &Material<'_>) -> Vec<Block> {
    folds::by_heading(material, "expert_criticism.md")
}

pub(super) fn plan_review(material: &Material<'_>) -> Vec<Block> {
    folds::by_heading(material, "review_plan.md")
}

pub(super) fn self_audit(material: &Material<'_>) -> Vec<Block> {
    checks::or_prose(material, "self_audit_raw.json", "self_audit.md")
}

pub(super) fn adherence(material: &Material<'_>) -> Vec<Block> {
    checks::or_prose(material, "prompt_adherence_raw.json", "prompt_adherence.md")
}

/// Calculations that came out wrong as a table, the others counted.
pub(super) fn arithmetic(material: &Material<'_>) -> Vec<Block> {
    let file = material
        .json("arithmetic_check.json")
        .unwrap_or(Value::Null);
    let Some(checked) = field::number(&file, "checked") else {
        return material.prose("arithmetic_check.md");
    };
    let wrong = field::number(&file, "wrong").unwrap_or(0.0);
    let files = field::number(&file, "files_checked").unwrap_or(0.0);
    let verdict = if wrong > 0.0 {
        format!("{} came out wrong", number(wrong))
    } else {
        "none came out wrong".to_owned()
    };
    let (checked, files) = (number(checked), number(files));
    let note = format!("Of {checked} calculations written in {files} files, {verdict}.");
    let mut blocks = vec![Block::Note(note)];
    let table = calculations(&file);
    if !table.rows.is_empty() {
        blocks.push(Block::Table(table));
    }
    blocks.extend(material.folded("All calculations", "arithmetic_check.md"));
    blocks
}

fn calculations(file: &Value) -> Table {
    let columns = [
        ("As written", false),
        ("Written", true),
        ("Comes to", true),
        ("Where", false),
    ];
    let mut table = Table::new("Calculations that came out wrong", &columns);
    let all = field::list(file, "calculations").iter();
    let wrong = all.filter(|found| found.get("right") == Some(&Value::Bool(false)));
    for found in wrong.take(MAX_ITEMS) {
        let place = format!(
            "{} {}",
            field::text(found, "file"),
            field::text(found, "place")
        );
        let cells = vec![
            line(&field::text(found, "quote"), 300),
            field::text(found, "written"),
            field::text(found, "computed"),
            line(&place, 200),
        ];
        table.push(RowKind::Item, cells);
    }
    table
}

pub(super) fn questions(material: &Material<'_>) -> Vec<Block> {
    let file = material.json("questions_and_answers_raw.json");
    let pairs = file
        .as_ref()
        .map(|file| field::list(file, "question_answer_pairs"));
    let pair = |pair: &Value| {
        let question = line(&field::text(pair, "question"), 600);
        let answer = raw_text(pair, "answer");
        let said = !question.is_empty() && !answer.is_empty();
        said.then(|| opened_by(question, answer, "questions_and_answers_raw.json"))
    };
    let pairs = pairs.unwrap_or_default().iter().take(MAX_ITEMS);
    let blocks: Vec<Block> = pairs.filter_map(pair).collect();
    if blocks.is_empty() {
        return material.prose("questions_and_answers.md");
    }
    blocks
}
