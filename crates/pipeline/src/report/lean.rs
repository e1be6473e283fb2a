//! A report as Markdown for agents: the same sections, the prose cut to a budget.
//!
//! Anchors are those that Markdown viewers make of the headings, and the same as in the page. What is
//! cut names the file that holds the whole.

use std::fmt::Write;

use super::document::{
    Author, Block, Check, Column, Decision, Fold, Matrix, Node, Report, RowKind, Section, Table,
};
use super::gantt::Gantt;
use super::prose;
use super::sections::schedule_table;
use super::wording::{counted, line};
use crate::markdown::inline;

/// Longer cells are cut; agents read the artifact for more.
const MAX_CELL: usize = 140;

/// The whole document.
pub(super) fn render(report: &Report) -> String {
    let mut out = String::with_capacity(64 << 10);
    head(&mut out, report);
    contents(&mut out, report);
    for section in report.groups.iter().flat_map(|group| &group.sections) {
        self::section(&mut out, section);
    }
    out
}

// Writing to a `String` can't fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => {{ let _ = writeln!($out, $($arg)*); }};
}

fn head(out: &mut String, report: &Report) {
    put!(out, "# {}\n", inline(&report.title));
    if report.author == Author::Rules {
        put!(
            out,
            "> **Draft by rules, not a language model.** Texts were filled in from fixed templates and the prompt's own words.\n"
        );
    }
    if let Some(objective) = &report.objective {
        put!(out, "{}\n", inline(objective));
    }
    put!(out, "- Starts: {}", report.started);
    for figure in &report.figures {
        let note = match figure.note.as_str() {
            "" => String::new(),
            note => format!(" ({note})"),
        };
        put!(out, "- {}: {}{note}", figure.label, inline(&figure.value));
    }
    for missing in report.missing.iter().filter(|missing| missing.failed) {
        put!(
            out,
            "- **Incomplete**: {} is missing, since {}",
            missing.title,
            inline(&missing.why)
        );
    }
    let absent = report.missing.iter().filter(|missing| !missing.failed);
    let absent: Vec<&str> = absent.map(|missing| missing.title).collect();
    if !absent.is_empty() {
        put!(out, "- Not part of this plan: {}", absent.join(", "));
    }
}

fn contents(out: &mut String, report: &Report) {
    put!(out, "\n## Contents\n");
    for group in &report.groups {
        let link = |section: &Section| format!("[{}](#{})", section.title, section.id);
        let links: Vec<String> = group.sections.iter().map(link).collect();
        put!(out, "- {}: {}", group.title, links.join(", "));
    }
}

fn section(out: &mut String, section: &Section) {
    while out.ends_with("\n\n") {
        out.pop();
    }
    put!(out, "\n## {}\n", section.title);
    let mut budget = section.lean_bytes;
    blocks(out, &section.blocks, &mut budget);
    if let Some(provenance) = &section.provenance {
        put!(out, "*From {}*", inline(provenance));
    }
}

fn blocks(out: &mut String, list: &[Block], budget: &mut usize) {
    let mut left_out: Vec<&str> = Vec::new();
    for block in list {
        match block {
            Block::Prose {
                markdown,
                top,
                file,
            } => {
                prose_within(out, markdown, *top, file, budget, &mut left_out);
            }
            Block::Heading(words) => put!(out, "### {}\n", inline(words)),
            Block::Verbatim(text) => put!(out, "{}\n", prose::as_code(text)),
            Block::Note(text) => put!(out, "{}\n", inline(text)),
            Block::Facts(facts) => self::facts(out, facts),
            Block::Table(table) => self::table(out, table),
            Block::Decisions(decisions) => self::decisions(out, decisions),
            Block::Gantt(gantt) => chart(out, gantt),
            Block::Tree(nodes) => {
                tree(out, nodes, 0);
                let mut tasks = nodes.iter().flat_map(|phase| &phase.children);
                if tasks.any(|task| !task.children.is_empty()) {
                    put!(out, "\nSubtasks are in `wbs_level3.json`.\n");
                }
            }
            Block::Matrix(matrix) => risks(out, matrix),
            Block::Checks(checks) => self::checks(out, checks),
            Block::Fold(fold) => self::fold(out, fold, budget, &mut left_out),
        }
    }
    left_out.dedup();
    for file in left_out {
        put!(out, "Shortened; the whole is in `{file}`.\n");
    }
}

fn prose_within<'a>(
    out: &mut String,
    markdown: &str,
    top: u8,
    file: &'a str,
    budget: &mut usize,
    left_out: &mut Vec<&'a str>,
) {
    if *budget < 200 {
        left_out.push(file);
        return;
    }
    let (text, cut) = prose::to_markdown(markdown, usize::from(top), *budget);
    *budget = budget.saturating_sub(text.len());
    put!(out, "{text}\n");
    if cut {
        left_out.push(file);
    }
}

/// A part that people open; here under a heading as far as the budget goes, then only named.
fn fold<'a>(out: &mut String, fold: &'a Fold, budget: &mut usize, left_out: &mut Vec<&'a str>) {
    let whole: usize = fold.blocks.iter().map(length).sum();
    if whole > *budget {
        if !fold.is_appendix {
            put!(out, "- {}", inline(&line(&fold.summary, MAX_CELL)));
        }
        left_out.push(&fold.file);
        return;
    }
    *budget -= whole;
    put!(out, "### {}\n", inline(&fold.summary));
    let mut all = usize::MAX;
    for block in &fold.blocks {
        match block {
            Block::Prose { markdown, file, .. } => {
                prose_within(out, markdown, 4, file, &mut all, left_out);
            }
            other => blocks(out, std::slice::from_ref(other), &mut all),
        }
    }
}

fn length(block: &Block) -> usize {
    match block {
        Block::Prose { markdown, .. } => markdown.len(),
        Block::Note(text) => text.len(),
        Block::Facts(facts) => facts
            .iter()
            .map(|(name, text)| name.len() + text.len())
            .sum(),
        _ => 0,
    }
}

fn facts(out: &mut String, facts: &[(String, String)]) {
    for (name, text) in facts {
        put!(out, "- **{}**: {}", inline(name), inline(text));
    }
    out.push('\n');
}

fn table(out: &mut String, table: &Table) {
    let is_lean = |column: &&Column| !table.not_lean.contains(&column.title);
    let columns: Vec<&Column> = table.columns.iter().filter(is_lean).collect();
    let titles: Vec<&str> = columns.iter().map(|column| column.title).collect();
    put!(out, "| {} |", titles.join(" | "));
    let rule = |numeric: bool| if numeric { "---:" } else { "---" };
    let rules: Vec<&str> = columns.iter().map(|column| rule(column.numeric)).collect();
    put!(out, "| {} |", rules.join(" | "));
    for row in &table.rows {
        let bold = row.kind != RowKind::Item;
        let cells = row.cells.iter().zip(&table.columns);
        let cells = cells.filter(|(_, column)| is_lean(column));
        let cells: Vec<String> = cells.map(|(text, _)| cell(text, bold)).collect();
        put!(out, "| {} |", cells.join(" | "));
    }
    out.push('\n');
}

fn cell(text: &str, bold: bool) -> String {
    // Within a row, what only means something at a line's start needs no backslash.
    let text = inline(&format!("|{}", line(text, MAX_CELL)));
    let text = text.trim_start_matches("\\|").trim_start();
    if bold && !text.is_empty() {
        return format!("**{text}**");
    }
    text.to_owned()
}

fn decisions(out: &mut String, decisions: &[Decision]) {
    for decision in decisions {
        put!(
            out,
            "- **{}**: {}",
            inline(&decision.title),
            inline(&line(&decision.question, MAX_CELL))
        );
        for option in &decision.options {
            let mark = if option.chosen { "**chosen**: " } else { "" };
            put!(out, "  - {mark}{}", inline(&line(&option.text, MAX_CELL)));
        }
        if let Some(choice) = &decision.other_choice {
            put!(out, "  - **chosen**: {}", inline(&line(choice, MAX_CELL)));
        }
    }
    out.push('\n');
}

fn chart(out: &mut String, gantt: &Gantt) {
    put!(out, "{}\n", inline(&gantt.summary));
    table(out, &schedule_table(gantt));
}

/// Phases and tasks; what is below a task is counted.
fn tree(out: &mut String, nodes: &[Node], depth: usize) {
    for node in nodes {
        let mut facts = node.facts.clone();
        if depth > 0 && !node.children.is_empty() {
            facts.push(counted(node.children.len(), "subtask"));
        }
        let facts = match facts.join("; ") {
            none if none.is_empty() => none,
            some => format!(" ({})", inline(&line(&some, 120))),
        };
        let indent = "  ".repeat(depth);
        put!(
            out,
            "{indent}- {} {}{facts}",
            node.number,
            inline(&line(&node.name, 120))
        );
        if depth == 0 {
            tree(out, &node.children, 1);
        }
    }
}

fn risks(out: &mut String, matrix: &Matrix) {
    let columns = [
        ("Risk", false),
        ("Likelihood", false),
        ("Severity", false),
        ("Mitigation", false),
    ];
    let mut rows = Table::new("Risks", &columns);
    for risk in &matrix.risks {
        let what = format!("{}. {}: {}", risk.number, risk.area, risk.description);
        let grades = [
            risk.likelihood.word().to_owned(),
            risk.severity.word().to_owned(),
        ];
        let [likelihood, severity] = grades;
        rows.push(
            RowKind::Item,
            vec![what, likelihood, severity, risk.mitigation.clone()],
        );
    }
    table(out, &rows);
}

fn checks(out: &mut String, checks: &[Check]) {
    for check in checks {
        let finding = inline(&line(&check.finding, MAX_CELL));
        put!(
            out,
            "- {} **{}** ({}): {finding}",
            check.mark.sign(),
            inline(&check.title),
            check.mark.word()
        );
    }
    out.push('\n');
}
