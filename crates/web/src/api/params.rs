//! Parameters that several lists take.

use std::str::FromStr;

use serde::Deserialize;
use utoipa::IntoParams;

use crate::Problem;

pub(crate) const MAX_ROWS: u16 = 200;
const MAX_CURSOR_CHARS: usize = 512;

/// How many rows a page has: 1 to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "u16")]
pub(crate) struct Limit(pub(crate) u16);

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<u16> for Limit {
    type Error = String;

    fn try_from(rows: u16) -> Result<Self, String> {
        if (1..=MAX_ROWS).contains(&rows) {
            Ok(Self(rows))
        } else {
            Err(format!("limit is 1 to {MAX_ROWS}"))
        }
    }
}

/// Where a page begins, as the page before said it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Cursor(pub(crate) String);

impl TryFrom<String> for Cursor {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_plain = text.bytes().all(|b| b.is_ascii_graphic());
        if !text.is_empty() && text.len() <= MAX_CURSOR_CHARS && is_plain {
            Ok(Self(text))
        } else {
            Err("the cursor was not given by this server".to_owned())
        }
    }
}

impl Cursor {
    /// The id that it is, in lists whose cursors are ids.
    pub(crate) fn id<T: FromStr>(&self) -> Result<T, Problem> {
        self.0.parse().map_err(|_| {
            let detail =
                "the cursor was not given by this server; leave it out to begin at the start";
            Problem::invalid("cursor", detail)
        })
    }
}

/// Which page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// How many rows at most.
    #[param(value_type = u16, minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: Limit,
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 512, min_length = 1)]
    pub(crate) cursor: Option<Cursor>,
}

impl Page {
    /// The cursor of lists whose cursors are ids.
    pub(crate) fn id<T: FromStr>(&self) -> Result<Option<T>, Problem> {
        self.cursor.as_ref().map(Cursor::id).transpose()
    }

    pub(crate) fn cursor(&self) -> Option<&str> {
        self.cursor.as_ref().map(|cursor| cursor.0.as_str())
    }

    pub(crate) fn limit(&self) -> u32 {
        u32::from(self.limit.0)
    }
}
