//! Why a plan can't be read at all. Messages tell the user what to do.

use thiserror::Error;

use super::limits::{MAX_ENTRIES, MAX_RATIO};

/// A document that is refused; nothing of it may be stored.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    #[error("the file is empty: hand in the zip of a PlanExe run, or plan JSON")]
    Empty,
    #[error(
        "this is neither a zip nor JSON: hand in the zip of a PlanExe run, or plan JSON (docs/PLAN_JSON.md)"
    )]
    UnknownFormat,
    #[error(
        "the file has {size} bytes, the limit is {limit}: leave out what isn't part of the plan"
    )]
    InputTooLarge { size: u64, limit: u64 },
    #[error("the zip is damaged ({detail}): pack it again")]
    BadZip { detail: String },
    #[error("the zip has more than {MAX_ENTRIES} entries: pack the folder of one run only")]
    TooManyEntries,
    #[error(
        "unpacked, the files would take more than {limit} bytes: pack the folder of one run only"
    )]
    UnpacksTooLarge { limit: u64 },
    #[error(
        "{path:?} unpacks to more than {MAX_RATIO} times its size, as zip bombs do: pack real files"
    )]
    RatioTooHigh { path: String },
    #[error("{path:?} unpacks to more than the size the zip declares for it: pack it again")]
    SizeLie { path: String },
    #[error("{path:?} has more than {limit} bytes: no file of a run is that large")]
    FileTooLarge { path: String, limit: u64 },
    #[error("the files to be read have more than {limit} bytes together: pack one run only")]
    TooMuchToRead { limit: u64 },
    #[error("the path {path:?} {reason}: pack the folder of a run with plain relative paths")]
    BadPath { path: String, reason: &'static str },
    #[error("{path:?} occurs twice: keep one of the two")]
    DuplicatePath { path: String },
    #[error("{path:?} is an archive inside the zip: unpack it, or leave it out")]
    NestedArchive { path: String },
    #[error("{path:?} is encrypted: pack it without a password")]
    Encrypted { path: String },
    #[error("{path:?} uses a compression other than deflate: pack it with plain zip settings")]
    UnsupportedCompression { path: String },
    #[error("{path:?} shares bytes with another entry, as zip bombs do: pack real files")]
    Overlapping { path: String },
    #[error(
        "no file of a PlanExe run is in it (such as plan.txt or wbs_level1.json): hand in a run's folder or its zip"
    )]
    NotARun,
    #[error("it holds more than one run ({first:?} and {second:?}): hand in one at a time")]
    SeveralRuns { first: String, second: String },
    #[error("the prompt has {size} bytes, the limit is {limit}: shorten it")]
    PromptTooLong { size: usize, limit: usize },
    #[error("{place} holds more than {limit} {what}: split the plan")]
    TooMany {
        place: String,
        what: &'static str,
        limit: usize,
    },
    #[error("{name} is not valid JSON: {detail}")]
    BadJson { name: String, detail: String },
    #[error("{name} has more than {limit} JSON values: leave out what isn't part of the plan")]
    JsonTooLarge { name: String, limit: usize },
    #[error("{name} is nested deeper than 128 levels: flatten it")]
    JsonTooDeep { name: String },
    #[error("{pointer}: expected {expected}, found {found}")]
    WrongType {
        pointer: String,
        expected: &'static str,
        found: &'static str,
    },
    #[error("{pointer}: unknown field {field:?}{}", suggestion(*.nearest))]
    UnknownField {
        pointer: String,
        field: String,
        nearest: Option<&'static str>,
    },
    #[error("{pointer}: the field {field:?} is required")]
    MissingField {
        pointer: String,
        field: &'static str,
    },
    #[error("{pointer}: {detail}")]
    BadValue { pointer: String, detail: String },
    #[error("can't read {path:?}: {detail}")]
    Io { path: String, detail: String },
}

fn suggestion(nearest: Option<&'static str>) -> String {
    match nearest {
        Some(name) => format!(", did you mean {name:?}?"),
        None => " (docs/PLAN_JSON.md lists the fields)".to_owned(),
    }
}
