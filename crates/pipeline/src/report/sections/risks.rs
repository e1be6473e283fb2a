//! The risk register as a matrix, the premortem, strengths and weaknesses, the premise attacked.

use serde_json::Value;

use super::folds;
use crate::report::document::{Block, Fold, Grade, Matrix, Risk, RowKind, Table};
use crate::report::material::{Material, field};
use crate::report::wording::{line, number};

const MAX_RISKS: usize = 400;

pub(super) fn register(material: &Material<'_>) -> Vec<Block> {
    let matrix = matrix(material);
    if matrix.risks.is_empty() {
        return material.prose("identify_risks.md");
    }
    vec![Block::Matrix(matrix)]
}

/// The worst first, numbered in that order.
pub(in crate::report) fn matrix(material: &Material<'_>) -> Matrix {
    let mut risks: Vec<Risk> = material
        .plan
        .risks
        .iter()
        .take(MAX_RISKS)
        .map(risk)
        .collect();
    let weight = |risk: &Risk| (risk.likelihood as usize) * (risk.severity as usize);
    risks.sort_by_key(|risk| std::cmp::Reverse((weight(risk), risk.severity)));
    for (risk, number) in risks.iter_mut().zip(1..) {
        risk.number = number;
    }
    Matrix { risks }
}

fn risk(risk: &plan::model::Risk) -> Risk {
    Risk {
        number: 0,
        area: line(&risk.area, 160),
        description: line(&risk.description, 1_200),
        impact: line(&risk.impact, 1_200),
        mitigation: line(&risk.mitigation, 1_200),
        likelihood: Grade::of(&risk.likelihood),
        severity: Grade::of(&risk.severity),
    }
}

pub(super) fn premortem(material: &Material<'_>) -> Vec<Block> {
    let Some(file) = material.json("premortem_raw.json") else {
        return folds::by_heading(material, "premortem.md");
    };
    let mut blocks = failures(&file);
    if blocks.is_empty() {
        return folds::by_heading(material, "premortem.md");
    }
    if let Some(table) = assumptions(&file) {
        blocks.insert(0, Block::Table(table));
    }
    blocks
}

fn assumptions(file: &Value) -> Option<Table> {
    let columns = [
        ("Assumption to test", false),
        ("Test now", false),
        ("Wrong if", false),
    ];
    let mut table = Table::new("Assumptions whose failure would end the project", &columns);
    for assumption in field::list(file, "assumptions_to_kill").iter().take(100) {
        let id = field::text(assumption, "assumption_id");
        let statement = field::text(assumption, "statement");
        let cells = vec![
            line(&format!("{id} {statement}"), 800),
            field::text(assumption, "test_now"),
            field::text(assumption, "falsifier"),
        ];
        table.push(RowKind::Item, cells);
    }
    (!table.rows.is_empty()).then_some(table)
}

fn failures(file: &Value) -> Vec<Block> {
    let failure = |mode: &Value| {
        let title = field::text(mode, "failure_mode_title");
        if title.is_empty() {
            return None;
        }
        let score = |name: &str| field::number(mode, name).map(number);
        let grade = match (score("likelihood_5"), score("impact_5")) {
            (Some(likelihood), Some(impact)) => {
                format!("likelihood {likelihood} of 5, impact {impact} of 5")
            }
            _ => String::new(),
        };
        let story = field::text(mode, "risk_analysis");
        let facts = [
            ("Kind", field::text(mode, "failure_mode_archetype")),
            ("Weight", grade),
            ("Owner", field::text(mode, "owner")),
            (
                "Early signs",
                field::joined(mode, "early_warning_signs", " · "),
            ),
            ("Tripwires", field::joined(mode, "tripwires", " · ")),
            ("Playbook", field::joined(mode, "playbook", " · ")),
            ("Stop if", field::text(mode, "stop_rule")),
        ];
        let facts = facts.into_iter().filter(|(_, text)| !text.is_empty());
        let facts = facts.map(|(name, text)| (name.to_owned(), text)).collect();
        Some(Block::Fold(Fold {
            summary: title,
            blocks: vec![Block::Note(story), Block::Facts(facts)],
            file: "premortem_raw.json".to_owned(),
            is_appendix: false,
        }))
    };
    let modes = field::list(file, "failure_modes").iter().take(60);
    modes.filter_map(failure).collect()
}

pub(super) fn swot(material: &Material<'_>) -> Vec<Block> {
    folds::by_heading(material, "swot_analysis.md")
}

pub(super) fn premise(material: &Material<'_>) -> Vec<Block> {
    folds::by_heading(material, "premise_attack.md")
}
