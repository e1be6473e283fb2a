//! Getting a usable answer out of one model: one repair, one longer answer, no more.

use super::{Client, Hindrance, PricedProvider, Tally};
use crate::{Finish, LlmError, ReasonKind, Request, Role, Turn, json};

/// How much of a bad answer goes back to the model.
const MAX_QUOTED_CHARS: usize = 8_000;
const MAX_COMPLAINT_CHARS: usize = 2_000;

/// What has been tried on one model.
#[derive(Debug, Default)]
struct Tried {
    repair: bool,
    longer: bool,
}

impl Client {
    /// The outer error ends the whole request; the inner one is a reason to try the next model.
    pub(super) async fn ask<T>(
        &self,
        model: &PricedProvider,
        request: &Request,
        check: &(dyn Fn(&str) -> Result<T, String> + Sync),
        tally: &mut Tally,
    ) -> Result<Result<T, Hindrance>, LlmError> {
        let spec = &model.spec;
        let most_output = spec.max_output.min(spec.context_window);
        let mut request = request.clone();
        request.max_output_tokens = request.max_output_tokens.clamp(1, most_output);
        let mut tried = Tried::default();
        loop {
            if request.least_input_tokens() > u64::from(spec.context_window) {
                let message = format!(
                    "the prompt is longer than its context window of {} tokens",
                    spec.context_window
                );
                return Ok(Err((ReasonKind::Rejected, message)));
            }
            let completion = match self.answered(model, &request, tally).await? {
                Ok(completion) => completion,
                Err(reason) => return Ok(Err(reason)),
            };
            if completion.finish == Finish::Refusal {
                return Ok(Err((ReasonKind::Refused, "it refused to answer".into())));
            }
            let complaint = match check(&completion.text) {
                // Text that was cut off may still be well-formed; only JSON is known whole.
                Ok(value) if completion.finish != Finish::Length || request.schema.is_some() => {
                    return Ok(Ok(value));
                }
                Ok(_) => "the answer was cut off".to_owned(),
                Err(complaint) => complaint,
            };
            let truncated = completion.finish == Finish::Length;
            if truncated && !tried.longer && request.max_output_tokens < most_output {
                tried.longer = true;
                let doubled = request.max_output_tokens.saturating_mul(2);
                request.max_output_tokens = doubled.min(most_output);
            } else if truncated {
                let limit = request.max_output_tokens;
                let message = format!("its answer was cut off at {limit} tokens");
                return Ok(Err((ReasonKind::Unusable, message)));
            } else if tried.repair {
                let message = json::clip(&complaint, MAX_COMPLAINT_CHARS);
                return Ok(Err((ReasonKind::Unusable, message)));
            } else {
                tried.repair = true;
                request.history.extend(repair(&completion.text, &complaint));
            }
        }
    }
}

/// The bad answer and what is wrong with it, both bounded.
fn repair(answer: &str, complaint: &str) -> [Turn; 2] {
    let quoted = match answer.trim() {
        // Providers refuse empty messages.
        "" => "(empty)".to_owned(),
        text => json::clip(text, MAX_QUOTED_CHARS),
    };
    let complaint = json::clip(complaint, MAX_COMPLAINT_CHARS);
    let ask = format!(
        "That answer can't be used:\n{complaint}\n\nAnswer again, completely, with all of it \
         corrected. Reply with the answer alone, without any text around it."
    );
    [
        Turn {
            role: Role::Assistant,
            text: quoted,
        },
        Turn {
            role: Role::User,
            text: ask,
        },
    ]
}
