//! `plan.txt` and `start_time.json`: what was asked for, and when.

use chrono::NaiveDate;

use super::RunReader;
use super::fields::text;
use crate::model::{Plan, Text, WarningKind};
use crate::read::{ReadError, limits};

const HEADING: &str = "Plan:";
const TRAILER: &str = "Today's date:";

pub(super) fn read(run: &mut RunReader, plan: &mut Plan) -> Result<(), ReadError> {
    let Some((raw, source)) = run.text("plan.txt") else {
        run.missing("plan.txt", "prompt");
        plan.start_date = started(run);
        return Ok(());
    };
    let (prompt, date) = split(&raw);
    check_length(prompt)?;
    plan.prompt = Text {
        text: run
            .collector
            .clean(prompt, limits::MAX_PROMPT_BYTES, &source),
        source: source.clone(),
    };
    plan.start_date = date.and_then(parse_date);
    if date.is_some() && plan.start_date.is_none() {
        let detail = "the date after \"Today's date:\" is not one";
        run.collector.warn(WarningKind::Unparsable, &source, detail);
    }
    let started = started(run);
    plan.start_date = plan.start_date.or(started);
    Ok(())
}

/// Refuses prompts beyond the limit instead of cutting them: a cut changes what was asked for.
pub(in crate::read) fn check_length(prompt: &str) -> Result<(), ReadError> {
    if prompt.len() > limits::MAX_PROMPT_BYTES {
        return Err(ReadError::PromptTooLong {
            size: prompt.len(),
            limit: limits::MAX_PROMPT_BYTES,
        });
    }
    Ok(())
}

/// The prompt without heading and trailer, and the line after "Today's date:". The last
/// trailer counts: a prompt may quote one.
fn split(raw: &str) -> (&str, Option<&str>) {
    let raw = raw.trim();
    let body = raw.strip_prefix(HEADING).unwrap_or(raw);
    let Some((prompt, trailer)) = body.rsplit_once(TRAILER) else {
        return (body.trim(), None);
    };
    let date = trailer.lines().map(str::trim).find(|line| !line.is_empty());
    (prompt.trim(), date)
}

/// `2025-Dec-20`, or ISO 8601.
fn parse_date(text: &str) -> Option<NaiveDate> {
    ["%Y-%b-%d", "%Y-%m-%d"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
}

fn started(run: &mut RunReader) -> Option<NaiveDate> {
    let (value, source) = run.json(&["start_time.json"])?;
    let stamp = ["server_iso_local", "server_iso_utc"]
        .iter()
        .map(|field| text(&value, field))
        .find(|stamp| !stamp.is_empty())?;
    let date = stamp.get(..10).and_then(parse_date);
    if date.is_none() {
        let detail = "the time is not in ISO 8601";
        run.collector.warn(WarningKind::Unparsable, &source, detail);
    }
    date
}
