//! What a person sees when a request fails: what happened and what to do next.

use askama::Template;

use super::format;
use super::layout::Layout;

#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub layout: Layout,
    pub status: u16,
    /// `Page not found`
    pub title: String,
    pub detail: String,
    pub retry_after_secs: Option<u64>,
    pub request_id: Option<String>,
}

impl ErrorPage {
    pub fn wait(&self) -> Option<String> {
        self.retry_after_secs.map(format::wait)
    }

    /// What the reader can do, by status.
    pub fn advice(&self) -> &'static str {
        match self.status {
            401 => "Log in, then open the page again.",
            403 => "Ask an administrator for the role if you need it.",
            404 => "The address may be mistyped, or the plan is private and not yours.",
            413 => "Send a smaller file: only the plan's own files are needed.",
            429 => "Nothing is lost: wait, then send it again.",
            503 => "The service is starting or overloaded. Try again in a moment.",
            500.. => "It is our mistake and has been recorded. Trying again may help.",
            _ => "Go back, correct what is wrong, and try again.",
        }
    }
}
