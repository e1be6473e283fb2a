//! What a reader gathers beside the plan itself: warnings, and what canonicalisation removed.

use super::limits;
use crate::model::{Integrity, Text, Warning, WarningKind};
use crate::text;

/// Characters beyond a bound that are still canonicalised, so that a cut never depends on
/// markup or white space which canonicalisation removes.
const SLACK: usize = 4;

#[derive(Default)]
pub(super) struct Collector {
    pub(super) warnings: Vec<Warning>,
    pub(super) integrity: Integrity,
}

impl Collector {
    pub(super) fn warn(&mut self, kind: WarningKind, source: &str, detail: impl Into<String>) {
        if self.warnings.len() >= limits::MAX_WARNINGS {
            return;
        }
        self.warnings.push(Warning {
            kind,
            source: text::prefix(source, limits::NAME_BYTES).to_owned(),
            detail: text::prefix(&detail.into(), limits::NAME_BYTES).to_owned(),
        });
    }

    /// Canonical text of at most `max_bytes`; a cut is a warning.
    pub(super) fn clean(&mut self, raw: &str, max_bytes: usize, source: &str) -> String {
        let head = text::prefix(raw, max_bytes.saturating_mul(SLACK));
        let mut clean = text::canonical(head, &mut self.integrity);
        if head.len() < raw.len() || clean.len() > max_bytes {
            self.warn(
                WarningKind::Truncated,
                source,
                format!("a text of {} bytes was cut to {max_bytes}", raw.len()),
            );
            // A cut can leave half an element or a blank at the end.
            clean = text::canonical_only(text::prefix(&clean, max_bytes));
            clean.truncate(text::prefix(&clean, max_bytes).len());
        }
        clean
    }

    /// One line: a name, a label. Newlines become spaces.
    pub(super) fn line(&mut self, raw: &str, max_bytes: usize, source: &str) -> String {
        let clean = self.clean(raw, max_bytes, source);
        if !clean.contains('\n') {
            return clean;
        }
        clean.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Text with its source, or `None` if nothing is left of it.
    pub(super) fn text(&mut self, raw: &str, max_bytes: usize, source: &str) -> Option<Text> {
        let text = self.clean(raw, max_bytes, source);
        (!text.is_empty()).then(|| Text {
            text,
            source: source.to_owned(),
        })
    }

    /// Cuts a list to [`limits::MAX_LIST`] with a warning.
    pub(super) fn bound<'a, T>(&mut self, list: &'a [T], source: &str) -> &'a [T] {
        if list.len() <= limits::MAX_LIST {
            return list;
        }
        let detail = format!("a list of {} was cut to {}", list.len(), limits::MAX_LIST);
        self.warn(WarningKind::Truncated, source, detail);
        &list[..limits::MAX_LIST]
    }
}
