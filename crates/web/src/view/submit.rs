//! `/submit`: a file or pasted JSON.

use askama::Template;

use super::format::Bytes;
use super::layout::Layout;
use super::parts::{FieldError, error_of};

#[derive(Debug, Template)]
#[template(path = "submit.html")]
pub struct Submit {
    pub layout: Layout,
    /// What was sent, kept when something was wrong with it.
    pub values: SubmitValues,
    pub errors: Vec<FieldError>,
    pub max_bytes: u64,
    pub quotas: Vec<QuotaLine>,
    pub base_url: String,
}

impl Submit {
    pub fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }

    pub fn max_text(&self) -> Bytes {
        Bytes(self.max_bytes)
    }
}

/// A file is never sent back to its form.
#[derive(Debug, Clone, Default)]
pub struct SubmitValues {
    pub json: String,
    pub title: String,
    pub external_id: String,
    pub private: bool,
}

/// How much of a limit is left, as a sentence's parts.
#[derive(Debug, Clone)]
pub struct QuotaLine {
    /// `submissions a minute`
    pub name: String,
    pub left: u64,
    pub limit: u64,
}
