//! The card as text, for judges and for shingles.

use std::fmt::Write;

use super::{Card, MAX_CARD_BYTES, SectionKind};

const _: () = assert!(
    worst_case() <= MAX_CARD_BYTES,
    "the budgets exceed the card"
);

/// The most that [`Card::render`] could write, so that its cut never takes anything away.
const fn worst_case() -> usize {
    let mut total = 0;
    let mut at = 0;
    while at < SectionKind::ALL.len() {
        let kind = SectionKind::ALL[at];
        total += heading_bytes(kind) + kind.max_items() * (kind.max_item_bytes() + id_bytes(kind));
        at += 1;
    }
    total
}

/// `## title (18446744073709551615 more not shown)\n\n`.
const fn heading_bytes(kind: SectionKind) -> usize {
    kind.title().len() + 44
}

/// `[W32.32.32.32] ` with its newline; elsewhere `[P10] `.
const fn id_bytes(kind: SectionKind) -> usize {
    match kind {
        SectionKind::Wbs => 16,
        _ => 7,
    }
}

impl Card {
    /// What a judge sees: a heading per section, and one line per item with its id before it.
    /// At most [`MAX_CARD_BYTES`].
    pub fn render(&self) -> String {
        let mut out = String::new();
        for section in &self.sections {
            let title = section.kind.title();
            let more = match section.omitted {
                0 => String::new(),
                omitted => format!(" ({omitted} more not shown)"),
            };
            let _ = writeln!(out, "## {title}{more}");
            if section.items.is_empty() {
                out.push_str("(not stated)\n");
            }
            for item in &section.items {
                let _ = writeln!(out, "[{}] {}", item.id, item.text);
            }
            out.push('\n');
        }
        let end = crate::text::prefix(&out, MAX_CARD_BYTES).trim_end().len();
        out.truncate(end);
        out
    }

    /// The items' texts in lower case, one per line, without ids and headings: what
    /// shingles and n-grams are taken from. Counted facts are left out, as they read alike
    /// in every plan.
    pub fn canonical_text(&self) -> String {
        let mut out = String::new();
        for section in &self.sections {
            if section.kind == SectionKind::Schedule {
                continue;
            }
            for item in &section.items {
                out.push_str(&item.text.to_lowercase());
                out.push('\n');
            }
        }
        out
    }
}
