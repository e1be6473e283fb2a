//! A report as one HTML file.
//!
//! Invariants: every text goes through the template engine's escaping or through [`prose`]; ids are
//! made of our own words and numbers; no style attributes, no event handlers, no addresses but in
//! links of prose.

use askama::Template;

use super::document::{
    Author, Block, Check, Decision, Fold, Grade, Group, Mark, Matrix, Missing, Node, Report, Risk,
    RowKind, Section, Table,
};
use super::gantt::{Gantt, TaskRow};
use super::sections::schedule_table;
use super::{policy, prose};

type Html = Result<String, askama::Error>;

fn anchor(number: &str) -> String {
    number.replace('.', "-")
}

#[derive(Template)]
#[template(path = "report/page.html")]
struct Page<'a> {
    report: &'a Report,
    groups: Vec<Vec<SectionView<'a>>>,
    offline: bool,
    failed: Vec<&'a Missing>,
    absent: String,
    policy: &'a str,
    css: &'a str,
    js: &'a str,
}

struct SectionView<'a> {
    id: &'a str,
    title: &'a str,
    body: String,
    provenance: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "report/table.html")]
struct TableView<'a> {
    table: &'a Table,
    rows: Vec<RowView<'a>>,
}

struct RowView<'a> {
    id: Option<String>,
    class: &'static str,
    /// A group's name takes the columns that the group leaves empty.
    span: Option<usize>,
    cells: Vec<CellView<'a>>,
}

struct CellView<'a> {
    text: &'a str,
    label: &'static str,
    numeric: bool,
}

#[derive(Template)]
#[template(path = "report/facts.html")]
struct FactsView<'a> {
    facts: &'a [(String, String)],
}

#[derive(Template)]
#[template(path = "report/decisions.html")]
struct DecisionsView<'a> {
    decisions: &'a [Decision],
}

#[derive(Template)]
#[template(path = "report/fold.html")]
struct FoldView<'a> {
    fold: &'a Fold,
    body: String,
}

#[derive(Template)]
#[template(path = "report/tree.html")]
struct TreeView<'a> {
    nodes: &'a [Node],
}

#[derive(Template)]
#[template(path = "report/checks.html")]
struct ChecksView<'a> {
    checks: &'a [Check],
}

#[derive(Template)]
#[template(path = "report/matrix.html")]
struct MatrixView<'a> {
    rows: Vec<MatrixRow>,
    likelihoods: [&'static str; 3],
    risks: &'a [Risk],
}

struct MatrixRow {
    severity: &'static str,
    cells: Vec<MatrixCell>,
}

struct MatrixCell {
    /// 1 to 9: likelihood × severity.
    weight: usize,
    risks: Vec<usize>,
}

#[derive(Template)]
#[template(path = "report/gantt.html")]
struct GanttView<'a> {
    gantt: &'a Gantt,
    table: String,
}

/// The whole file.
pub(super) fn render(report: &Report) -> Html {
    let groups: Result<Vec<_>, _> = report.groups.iter().map(group).collect();
    let (failed, absent): (Vec<&Missing>, Vec<&Missing>) =
        report.missing.iter().partition(|missing| missing.failed);
    let absent: Vec<&str> = absent.iter().map(|missing| missing.title).collect();
    let page = Page {
        report,
        groups: groups?,
        offline: report.author == Author::Rules,
        failed,
        absent: absent.join(", "),
        policy: &policy::IN_FILE,
        css: &policy::STYLE,
        js: policy::SCRIPT,
    };
    page.render()
}

fn group(group: &Group) -> Result<Vec<SectionView<'_>>, askama::Error> {
    let view = |section: &'_ Section| -> Html { blocks(&section.blocks) };
    group
        .sections
        .iter()
        .map(|section| {
            Ok(SectionView {
                id: &section.id,
                title: section.title,
                body: view(section)?,
                provenance: section.provenance.as_deref(),
            })
        })
        .collect()
}

fn blocks(list: &[Block]) -> Html {
    let parts: Result<Vec<String>, _> = list.iter().map(block).collect();
    Ok(parts?.join("\n"))
}

fn block(block: &Block) -> Html {
    match block {
        Block::Prose { markdown, top, .. } => {
            let html = prose::to_html(markdown, *top);
            Ok(format!("<div class=\"prose\">{html}</div>"))
        }
        Block::Heading(words) => Ok(format!("<h3>{}</h3>", prose::escape(words))),
        Block::Verbatim(text) => Ok(format!(
            "<div class=\"prose\"><pre>{}</pre></div>",
            prose::escape(text)
        )),
        Block::Note(text) => Ok(format!(
            "<p class=\"prose\"><bdi>{}</bdi></p>",
            prose::escape(text)
        )),
        Block::Facts(facts) => FactsView { facts }.render(),
        Block::Table(table) => table_html(table, |_| None),
        Block::Decisions(decisions) => DecisionsView { decisions }.render(),
        Block::Gantt(gantt) => gantt_html(gantt),
        Block::Tree(nodes) => tree(nodes),
        Block::Matrix(matrix) => matrix_html(matrix),
        Block::Checks(checks) => ChecksView { checks }.render(),
        Block::Fold(fold) => FoldView {
            fold,
            body: blocks(&fold.blocks)?,
        }
        .render(),
    }
}

fn tree(nodes: &[Node]) -> Html {
    TreeView { nodes }.render()
}

/// `id` says which rows can be linked to.
fn table_html(table: &Table, id: impl Fn(&[String]) -> Option<String>) -> Html {
    let rows = table.rows.iter().map(|row| {
        let is_group = row.kind == RowKind::Group;
        let empty = row.cells[1..].iter().take_while(|cell| cell.is_empty());
        let spanned = if is_group { empty.count() } else { 0 };
        let cells = row.cells.iter().zip(&table.columns).enumerate();
        RowView {
            id: (row.kind == RowKind::Item)
                .then(|| id(&row.cells))
                .flatten(),
            class: match row.kind {
                RowKind::Item => "",
                RowKind::Group => "group",
                RowKind::Total => "total",
            },
            span: (spanned > 0).then_some(spanned + 1),
            cells: cells
                .filter(|(at, _)| *at == 0 || *at > spanned)
                .map(|(_, (text, column))| CellView {
                    text,
                    label: column.title,
                    numeric: column.numeric,
                })
                .collect(),
        }
    });
    let rows = rows.collect();
    TableView { table, rows }.render()
}

fn gantt_html(gantt: &Gantt) -> Html {
    let id = |cells: &[String]| {
        let number = cells.first()?.split(' ').next()?;
        Some(format!("task-{}", anchor(number)))
    };
    GanttView {
        gantt,
        table: table_html(&schedule_table(gantt), id)?,
    }
    .render()
}

fn matrix_html(matrix: &Matrix) -> Html {
    const UP: [Grade; 3] = [Grade::Low, Grade::Medium, Grade::High];
    let cell = |severity: Grade, likelihood: Grade| MatrixCell {
        weight: severity as usize * likelihood as usize,
        risks: matrix
            .risks
            .iter()
            .filter(|risk| risk.severity == severity && risk.likelihood == likelihood)
            .map(|risk| risk.number)
            .collect(),
    };
    let row = |&severity: &Grade| MatrixRow {
        severity: severity.word(),
        cells: UP
            .iter()
            .map(|&likelihood| cell(severity, likelihood))
            .collect(),
    };
    let rows: Vec<MatrixRow> = UP.iter().rev().map(row).collect();
    let is_placed = |row: &MatrixRow| row.cells.iter().any(|cell| !cell.risks.is_empty());
    MatrixView {
        rows: if rows.iter().any(is_placed) {
            rows
        } else {
            Vec::new()
        },
        likelihoods: UP.map(Grade::word),
        risks: &matrix.risks,
    }
    .render()
}

impl Node {
    fn subtree(&self) -> Html {
        if self.children.is_empty() {
            return Ok(String::new());
        }
        tree(&self.children)
    }

    fn has_more(&self) -> bool {
        !self.children.is_empty() || !self.description.is_empty()
    }
}

impl TaskRow {
    fn anchor(&self) -> String {
        anchor(&self.number)
    }
}

impl Grade {
    fn chip(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Low => "good",
            Self::Medium => "warn",
            Self::High => "bad",
        }
    }
}

impl Mark {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Plain => "",
        }
    }
}
