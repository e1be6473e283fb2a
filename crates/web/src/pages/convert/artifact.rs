//! Files of a run: how they are listed and shown.

use std::collections::BTreeSet;

use pipeline::checkpoints::{ArtifactInfo, StageState};
use pipeline::service::{Artifact, RunState, RunStatus};

use super::capital;
use super::run::money;
use crate::view::artifact::{Body, FileGroup, FileRow, Regenerate};
use crate::view::format::Bytes;
use crate::view::markdown::SafeMarkdown;

/// Of a text in a form: escaped, it has to fit a small page.
pub(in crate::pages) const MAX_FORM_BYTES: usize = 80_000;
/// Of a text that is shown.
const MAX_SHOWN_BYTES: usize = 72_000;

/// Files by phase, in the order in which phases begin.
pub(in crate::pages) fn groups(run: &RunStatus, files: Vec<ArtifactInfo>) -> Vec<FileGroup> {
    let mut groups: Vec<FileGroup> = Vec::new();
    let place = |file: &ArtifactInfo| run.stages.iter().position(|s| s.id == file.stage);
    let mut files: Vec<_> = files.into_iter().map(|file| (place(&file), file)).collect();
    files.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.file.cmp(&other.file)));
    for (place, file) in files {
        let phase = place.map_or("Other", |stage| &run.stages[stage].phase);
        let name = capital(phase);
        let row = row(run, file);
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.files.push(row),
            None => groups.push(FileGroup {
                name,
                files: vec![row],
            }),
        }
    }
    groups
}

pub(in crate::pages) fn row(run: &RunStatus, file: ArtifactInfo) -> FileRow {
    let stage = run.stages.iter().find(|stage| stage.id == file.stage);
    FileRow {
        stage: stage.map_or_else(|| file.stage.clone(), |stage| stage.title.clone()),
        stale: !file.edited && stage.is_some_and(|stage| stage.state == StageState::Stale),
        name: file.file,
        size: Bytes(file.size),
        edited: file.edited,
    }
}

/// What is out of date, and what its stages took before.
pub(in crate::pages) fn regenerate(run: &RunStatus) -> Option<Regenerate> {
    let stale = run.stages.iter().filter(|s| s.state == StageState::Stale);
    let stale: Vec<_> = stale.collect();
    (!stale.is_empty()).then(|| Regenerate {
        calls: stale.iter().map(|stage| u64::from(stage.calls_total)).sum(),
        cost: money(stale.iter().map(|stage| stage.cost_nano_usd).sum()),
        stages: stale.iter().map(|stage| stage.title.clone()).collect(),
        possible: run.state == RunState::Completed,
    })
}

/// Titles of the stages that would be out of date if a file of this stage were changed.
pub(in crate::pages) fn affected(run: &RunStatus, stage: &str) -> Vec<String> {
    let mut reached: BTreeSet<&str> = BTreeSet::from([stage]);
    // Each round reaches one stage further; a graph has no longer way than it has stages.
    for _ in &run.stages {
        let before = reached.len();
        for stage in &run.stages {
            if stage
                .needs
                .iter()
                .any(|need| reached.contains(need.as_str()))
            {
                reached.insert(&stage.id);
            }
        }
        if reached.len() == before {
            break;
        }
    }
    let is_after = |id: &str| id != stage && reached.contains(id);
    let after = run.stages.iter().filter(|stage| is_after(&stage.id));
    after.map(|stage| stage.title.clone()).collect()
}

/// How a file is shown, and whether only its start is.
pub(in crate::pages) fn body(file: &Artifact) -> (Body, bool) {
    let Ok(text) = std::str::from_utf8(&file.bytes) else {
        return (Body::Bytes, false);
    };
    match file.info.file.rsplit_once('.').map(|(_, kind)| kind) {
        Some("html") => return (Body::Report, false),
        Some("md") => {
            let (start, cut) = start_of(text);
            if let Some(html) = SafeMarkdown::render(start) {
                return (Body::Markdown(html), cut);
            }
        }
        Some("json") => {
            let value: Result<serde_json::Value, _> = serde_json::from_str(text);
            let pretty = value.and_then(|value| serde_json::to_string_pretty(&value));
            if let Ok(pretty) = pretty {
                return plain(&pretty);
            }
        }
        _ => {}
    }
    plain(text)
}

fn plain(text: &str) -> (Body, bool) {
    let (start, cut) = start_of(text);
    (Body::Text(start.to_owned()), cut)
}

/// As much as fits a small page once it is escaped.
fn start_of(text: &str) -> (&str, bool) {
    let mut size = 0;
    for (at, char) in text.char_indices() {
        size += escaped_size(char);
        if size > MAX_SHOWN_BYTES {
            return (&text[..at], true);
        }
    }
    (text, false)
}

fn escaped_size(char: char) -> usize {
    if matches!(char, '<' | '>' | '&' | '"' | '\'') {
        6
    } else {
        char.len_utf8()
    }
}

/// The text of a file, if it fits a form.
pub(in crate::pages) fn form_text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let size: usize = text.chars().map(escaped_size).sum();
    (size <= MAX_FORM_BYTES).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> Artifact {
        Artifact {
            info: ArtifactInfo {
                file: name.to_owned(),
                sha256: String::new(),
                size: bytes.len() as u64,
                stage: "setup".to_owned(),
                edited: false,
                updated_at: chrono::DateTime::UNIX_EPOCH,
            },
            content_type: "text/plain",
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn a_file_is_shown_by_its_kind_and_what_is_broken_as_it_is() {
        assert!(matches!(body(&file("a.md", b"# Hi")).0, Body::Markdown(_)));
        assert!(matches!(body(&file("report.html", b"<p>")).0, Body::Report));
        assert!(matches!(body(&file("a.bin", &[0xff, 0xfe])).0, Body::Bytes));
        for (text, shown) in [
            ("{\"a\":[1]}", "{\n  \"a\": [\n    1\n  ]\n}"),
            ("{\"a\":", "{\"a\":"),
        ] {
            let Body::Text(is) = body(&file("a.json", text.as_bytes())).0 else {
                panic!("{text} is text");
            };
            assert_eq!(is, shown);
        }
    }

    #[test]
    fn a_long_file_is_cut_so_that_its_page_stays_small_however_it_is_escaped() {
        for long in [
            "x".repeat(200_000),
            "\"".repeat(200_000),
            "é".repeat(100_000),
        ] {
            let (Body::Text(text), true) = body(&file("a.txt", long.as_bytes())) else {
                panic!("it is cut");
            };
            let size: usize = text.chars().map(escaped_size).sum();
            assert!((MAX_SHOWN_BYTES - 6..=MAX_SHOWN_BYTES).contains(&size));
            assert_eq!(form_text(long.as_bytes()), None);
        }
        assert_eq!(form_text(b"short").as_deref(), Some("short"));
        assert_eq!(form_text(&[0xff]), None);
    }
}
