//! The team, and how the project is governed.

use super::folds;
use crate::report::document::{Block, RowKind, Table};
use crate::report::material::Material;
use crate::report::wording::line;

pub(super) fn team(material: &Material<'_>) -> Vec<Block> {
    let roles = &material.plan.team;
    if roles.is_empty() {
        return folds::by_heading(material, "team.md");
    }
    let columns = [
        ("Role", false),
        ("How many", false),
        ("Contract", false),
        ("What for", false),
        ("Without it", false),
    ];
    let mut table = Table::new("Roles of the team", &columns);
    table.not_lean = &["Without it"];
    for role in roles.iter().take(300) {
        let cells = vec![
            line(&role.name, 160),
            line(&role.count, 160),
            line(&role.contract.replace('_', " "), 80),
            line(&role.explanation, 800),
            line(&role.consequences, 800),
        ];
        table.push(RowKind::Item, cells);
    }
    let mut blocks = vec![Block::Table(table)];
    blocks.extend(material.folded("Team in full", "team.md"));
    blocks
}

pub(super) fn governance(material: &Material<'_>) -> Vec<Block> {
    folds::by_heading(material, "consolidate_governance.md")
}
