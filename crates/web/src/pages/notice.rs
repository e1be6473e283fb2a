//! What came of the last action, shown once on the page that follows.
//!
//! The cookie holds one of these words and nothing else, so that nobody can put text of theirs
//! into a page.

use axum::http::HeaderValue;
use axum_extra::extract::CookieJar;

use crate::view::layout::{Notice, Tone};

const COOKIE: &str = "planrank_notice";

/// Something that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Submitted,
    KnownPlan,
    Withdrawn,
    Restored,
    Published,
    KeyRevoked,
    SessionEnded,
    SessionsEnded,
    LoggedOut,
    DecisionWithdrawn,
    JobRetried,
    JobDiscarded,
    KindPaused,
    KindResumed,
    RoleChanged,
    AccountDisabled,
    AccountEnabled,
    JudgeReinstated,
    JudgeSuspended,
    RunAsked,
    KnownRun,
    RunStopped,
    RunResumed,
    RunRetried,
    RunRegenerated,
    FileEdited,
    FileReverted,
}

const ALL: [(Done, &str, &str); 27] = [
    (
        Done::Submitted,
        "submitted",
        "Your plan is stored and on its way to a rating.",
    ),
    (
        Done::KnownPlan,
        "known-plan",
        "You submitted this very plan before: here it is. Nothing was charged or changed.",
    ),
    (
        Done::Withdrawn,
        "withdrawn",
        "The plan is withdrawn. Nobody but you sees it; you can restore it.",
    ),
    (Done::Restored, "restored", "The plan takes part again."),
    (Done::Published, "published", "The plan is public now."),
    (Done::KeyRevoked, "key-revoked", "The key no longer works."),
    (
        Done::SessionEnded,
        "session-ended",
        "That session is logged out.",
    ),
    (
        Done::SessionsEnded,
        "sessions-ended",
        "All sessions are logged out, this one too.",
    ),
    (Done::LoggedOut, "logged-out", "You are logged out."),
    (
        Done::DecisionWithdrawn,
        "decision-withdrawn",
        "The decision is withdrawn. Both stay in the history.",
    ),
    (
        Done::JobRetried,
        "job-retried",
        "The job waits for its turn again.",
    ),
    (Done::JobDiscarded, "job-discarded", "The job is given up."),
    (
        Done::KindPaused,
        "kind-paused",
        "Jobs of this kind are held back.",
    ),
    (
        Done::KindResumed,
        "kind-resumed",
        "Jobs of this kind go on.",
    ),
    (Done::RoleChanged, "role-changed", "The role is changed."),
    (
        Done::AccountDisabled,
        "account-disabled",
        "The account is disabled and logged out.",
    ),
    (
        Done::AccountEnabled,
        "account-enabled",
        "The account works again.",
    ),
    (
        Done::JudgeReinstated,
        "judge-reinstated",
        "The judge may judge again.",
    ),
    (
        Done::JudgeSuspended,
        "judge-suspended",
        "The judge is suspended.",
    ),
    (
        Done::RunAsked,
        "run-asked",
        "Your plan is being written. You can close this page and come back.",
    ),
    (
        Done::KnownRun,
        "known-run",
        "You asked for the same a moment ago: here it is. Nothing is written or paid twice.",
    ),
    (
        Done::RunStopped,
        "run-stopped",
        "The plan stops as soon as the calls under way are finished.",
    ),
    (
        Done::RunResumed,
        "run-resumed",
        "The plan goes on where it was.",
    ),
    (Done::RunRetried, "run-retried", "The plan is written anew."),
    (
        Done::RunRegenerated,
        "run-regenerated",
        "What is out of date is being written again.",
    ),
    (Done::FileEdited, "file-edited", "Your edit is saved."),
    (Done::FileReverted, "file-reverted", "The edit is undone."),
];

/// The header that makes the next page show it.
pub(super) fn remember(done: Done) -> HeaderValue {
    let word = ALL
        .iter()
        .find(|(d, ..)| *d == done)
        .map_or("", |(_, w, _)| w);
    let cookie = format!("{COOKIE}={word}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""))
}

/// The header that forgets it.
pub(super) fn forget() -> HeaderValue {
    HeaderValue::from_static("planrank_notice=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
}

/// What a page shows of it.
pub(super) fn read(cookies: &CookieJar) -> Option<Notice> {
    let word = cookies.get(COOKIE)?.value();
    let (.., text) = ALL.iter().find(|(_, known, _)| *known == word)?;
    Some(Notice {
        tone: Tone::Good,
        text: (*text).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, header::COOKIE as HEADER};

    use super::*;

    fn jar(cookie: &str) -> CookieJar {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, cookie.parse().unwrap());
        CookieJar::from_headers(&headers)
    }

    #[test]
    fn every_word_means_one_thing_and_nothing_else_is_shown() {
        let words: std::collections::BTreeSet<_> = ALL.iter().map(|(_, word, _)| word).collect();
        assert_eq!(words.len(), ALL.len());
        let shown = read(&jar("planrank_notice=withdrawn")).unwrap();
        assert!(shown.text.contains("withdrawn"));
        assert!(read(&jar("planrank_notice=<b>you won</b>")).is_none());
    }
}
