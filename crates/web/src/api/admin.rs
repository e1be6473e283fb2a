//! What operators see and do.

pub(super) mod accounts;
pub(super) mod jobs;
pub(super) mod judges;
pub(super) mod plans;
pub(super) mod queue;

use serde::Deserialize;
use utoipa::ToSchema;

use crate::Problem;

const MAX_REASON_CHARS: usize = 500;

/// Why an operator does something.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "it repeats text that speaks to the judge"
    )]
    reason: String,
}

impl Reason {
    fn text(&self) -> Result<&str, Problem> {
        let reason = self.reason.trim();
        if reason.is_empty() || self.reason.chars().count() > MAX_REASON_CHARS {
            let detail = "say why in 1 to 500 characters";
            return Err(Problem::invalid("/reason", detail));
        }
        Ok(reason)
    }
}
