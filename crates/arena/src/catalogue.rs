//! PlanExe-web's catalogue (`examples.yml`): titles, descriptions and links for run zips.
//!
//! An entry belongs to the zip whose name, without extension, is its `report_link` without
//! `_report.html` (or, once in the published file, without `.html`).
//! Deliberately absent: the catalogue's prompt as a source of a plan; the run's own is right.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A published catalogue has some 30 kB; a hundred times that is a mistake or an attack.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Longer texts than these are cut: a catalogue is read in lists.
const MAX_TITLE_BYTES: usize = 300;
const MAX_TEXT_BYTES: usize = 64 * 1024;

/// One entry of the catalogue, as published but for its text, which is canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueEntry {
    pub title: String,
    #[serde(default)]
    pub prompt: String,
    pub report_link: String,
    #[serde(default)]
    pub thumbnail: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub featured: Option<bool>,
}

impl CatalogueEntry {
    /// A catalogue is as hostile as a plan: its text ends on boards and terminals, too.
    fn canonical(self) -> Self {
        Self {
            title: one_line(&self.title),
            prompt: text(&self.prompt),
            report_link: one_line(&self.report_link),
            thumbnail: self.thumbnail.as_deref().map(one_line),
            description: self.description.as_deref().map(text),
            featured: self.featured,
        }
    }

    /// Name of the run zip that the entry describes, without extension.
    pub fn run_name(&self) -> &str {
        let link = self.report_link.rsplit('/').next().unwrap_or_default();
        let stem = link.strip_suffix(".html").unwrap_or(link);
        stem.strip_suffix("_report").unwrap_or(stem)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error(
        "the catalogue has {0} bytes, more than the {MAX_BYTES} allowed; is it the right file?"
    )]
    TooLarge(usize),
    #[error("the catalogue is not UTF-8 text; save it as UTF-8")]
    NotText,
    #[error("the catalogue is not a list of entries with title and report_link: {0}")]
    Malformed(String),
    #[error("two catalogue entries describe the run {0:?}; remove one")]
    Duplicate(String),
}

/// Entries by the name of the run that they describe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    entries: BTreeMap<String, CatalogueEntry>,
}

impl Catalogue {
    /// Parses `examples.yml`.
    pub fn parse(bytes: &[u8]) -> Result<Self, CatalogueError> {
        if bytes.len() > MAX_BYTES {
            return Err(CatalogueError::TooLarge(bytes.len()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| CatalogueError::NotText)?;
        let list: Vec<CatalogueEntry> = serde_saphyr::from_str(text)
            .map_err(|e| CatalogueError::Malformed(first_line(&e.to_string())))?;
        let mut entries = BTreeMap::new();
        for entry in list {
            let entry = entry.canonical();
            let name = entry.run_name().to_owned();
            if entries.insert(name.clone(), entry).is_some() {
                return Err(CatalogueError::Duplicate(name));
            }
        }
        Ok(Self { entries })
    }

    pub fn entry(&self, run_name: &str) -> Option<&CatalogueEntry> {
        self.entries.get(run_name)
    }

    /// Runs that the catalogue describes, in alphabetical order.
    pub fn run_names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn text(raw: &str) -> String {
    let canonical = plan::text::canonical_only(raw);
    plan::text::prefix(&canonical, MAX_TEXT_BYTES).to_owned()
}

fn one_line(raw: &str) -> String {
    let canonical = plan::text::canonical_only(raw);
    let line = canonical.split_whitespace().collect::<Vec<_>>().join(" ");
    plan::text::prefix(&line, MAX_TITLE_BYTES).to_owned()
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(yaml: &str) -> Vec<String> {
        Catalogue::parse(yaml.as_bytes())
            .unwrap()
            .run_names()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn a_run_is_named_by_its_report_link() {
        let yaml = "- {title: A, report_link: 20250101_canal_report.html}\n\
                    - {title: B, report_link: 20250102_plastics.html}\n";
        assert_eq!(names(yaml), ["20250101_canal", "20250102_plastics"]);
    }

    #[test]
    fn texts_are_canonical_and_bounded() {
        let long = "x".repeat(400);
        let yaml = format!(
            "- title: \"A\\e[31m \\u202E<b>canal</b>\\n{long}\"\n  report_link: a_report.html\n  \
             description: \"one\\e]0;two\\u200B\"\n"
        );
        let catalogue = Catalogue::parse(yaml.as_bytes()).unwrap();
        let entry = catalogue.entry("a").unwrap();
        assert!(
            entry.title.starts_with("A[31m canal xxx"),
            "{:?}",
            entry.title
        );
        assert_eq!(entry.title.len(), MAX_TITLE_BYTES);
        assert_eq!(entry.description.as_deref(), Some("one]0;two"));
    }

    #[test]
    fn what_is_not_a_catalogue_is_refused() {
        for bad in ["title: one mapping", "- {report_link: x}", "- [", "\u{0}"] {
            let error = Catalogue::parse(bad.as_bytes()).unwrap_err();
            assert!(
                matches!(error, CatalogueError::Malformed(_)),
                "{bad:?}: {error}"
            );
        }
        assert!(matches!(
            Catalogue::parse(&[0xff, 0xfe]),
            Err(CatalogueError::NotText)
        ));
    }

    #[test]
    fn two_entries_for_one_run_are_refused() {
        let yaml = "- {title: A, report_link: a_report.html}\n- {title: B, report_link: a.html}\n";
        assert!(
            matches!(Catalogue::parse(yaml.as_bytes()), Err(CatalogueError::Duplicate(name)) if name == "a")
        );
    }

    #[test]
    fn alias_bombs_are_refused() {
        let bomb = (1..60).map(|i| {
            let p = i - 1;
            format!("- &a{i} [*a{p}, *a{p}, *a{p}, *a{p}]\n")
        });
        let yaml: String = std::iter::once("- &a0 {title: x, report_link: y}\n".to_owned())
            .chain(bomb)
            .collect();
        assert!(Catalogue::parse(yaml.as_bytes()).is_err());
    }
}
