//! The card as text, for judges and for shingles.

use std::fmt::Write;

use super::{Card, MAX_CARD_BYTES, SectionKind};

/// `## heading (9999999999 more not shown)\n\n` and `[W99.99.99] ` with its newline.
const HEADING_BYTES: usize = 60;
const ID_BYTES: usize = 12;

const _: () = assert!(
    worst_case() <= MAX_CARD_BYTES,
    "the budgets exceed the card"
);

const fn worst_case() -> usize {
    let mut total = 0;
    let mut at = 0;
    while at < SectionKind::ALL.len() {
        let kind = SectionKind::ALL[at];
        total += HEADING_BYTES + kind.max_items() * (kind.max_item_bytes() + ID_BYTES);
        at += 1;
    }
    total
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
