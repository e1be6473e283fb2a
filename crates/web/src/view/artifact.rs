//! `/plans/{id}/files` and `/plans/{id}/files/{name}`: what a run has written, to read and to edit.

use askama::Template;

use super::format::{Bytes, NanoUsd, counted};
use super::layout::Layout;
use super::markdown::SafeMarkdown;
use super::parts::{FieldError, error_of};
use super::run::RunState;

#[derive(Debug, Template)]
#[template(path = "files.html")]
pub struct Files {
    pub layout: Layout,
    pub plan_id: String,
    pub title: String,
    pub state: RunState,
    pub groups: Vec<FileGroup>,
    pub regenerate: Option<Regenerate>,
    pub complete: bool,
}

/// Files of one phase.
#[derive(Debug, Clone)]
pub struct FileGroup {
    pub name: String,
    pub files: Vec<FileRow>,
}

#[derive(Debug, Clone)]
pub struct FileRow {
    pub name: String,
    /// Title of the stage that wrote it.
    pub stage: String,
    pub size: Bytes,
    pub edited: bool,
    pub stale: bool,
}

/// What an edit has put out of date.
#[derive(Debug, Clone)]
pub struct Regenerate {
    /// Titles of the stages.
    pub stages: Vec<String>,
    pub calls: u64,
    /// What the same stages took before.
    pub cost: NanoUsd,
    /// A run that is under way can't be asked again.
    pub possible: bool,
}

impl Regenerate {
    pub fn stages_text(&self) -> String {
        counted(self.stages.len() as u64, "stage")
    }

    pub fn calls_text(&self) -> String {
        counted(self.calls, "call")
    }
}

#[derive(Debug, Template)]
#[template(path = "artifact.html")]
pub struct ArtifactPage {
    pub layout: Layout,
    pub plan_id: String,
    /// Of the plan.
    pub title: String,
    pub file: FileRow,
    pub sha256: String,
    pub body: Body,
    /// Only the start is shown.
    pub cut: bool,
    pub editing: Option<EditForm>,
    pub can_edit: bool,
    pub can_revert: bool,
    /// Titles of the stages that would be out of date.
    pub affects: Vec<String>,
    pub regenerate: Option<Regenerate>,
}

impl ArtifactPage {
    pub fn short_hash(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }
}

/// How a file is shown.
#[derive(Debug, Clone)]
pub enum Body {
    Markdown(SafeMarkdown),
    Text(String),
    /// An HTML page, which is opened on an address of its own.
    Report,
    /// Bytes that are no text.
    Bytes,
}

#[derive(Debug, Clone)]
pub struct EditForm {
    /// `None` when it is too long for a form: then a file replaces it.
    pub content: Option<String>,
    /// Of the file that is being edited.
    pub sha256: String,
    pub errors: Vec<FieldError>,
    /// Somebody changed the file meanwhile: theirs is at its address, this is yours.
    pub conflict: bool,
}

impl EditForm {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}
