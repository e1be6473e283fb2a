//! A judge that asks a language model.
//!
//! One comparison is one question. The client below repairs answers of the wrong form; this
//! module looks up the quotes, and asks once more when more than half of the dimensions rest
//! on quotes that are not in the cards. What is still unfounded then is void, not guessed.

use std::sync::Arc;

use async_trait::async_trait;
use llm::{Client, LlmError, Reason, ReasonKind, Request, Role, Schema, Turn};
use sha2::{Digest, Sha256};

use super::prompt::{self, Prompt};
use super::verify::{self, Checked};
use super::{
    Contestant, Judge, JudgeError, JudgeFingerprint, JudgeKind, Judged, Outcome, Usage, VoidReason,
    schema,
};

/// Version of what happens around the prompt: reading, verification, the second question.
const VERSION: u32 = 1;

/// Eight dimensions with quotes need some 1,500 tokens; the rest is room to think.
const MAX_OUTPUT_TOKENS: u32 = 6_000;

/// Asks one model (or one profile with fallbacks) through a [`Client`].
pub struct ModelJudge {
    client: Arc<Client>,
    /// Provider and model, and those that step in for it: other fallbacks, another judge.
    name: String,
    model: String,
    secret: [u8; 32],
    prompt_version: String,
}

impl std::fmt::Debug for ModelJudge {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelJudge")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl ModelJudge {
    /// `model` names the client's first model; `secret` is the server's, for the delimiters.
    pub fn new(client: Arc<Client>, model: impl Into<String>, secret: [u8; 32]) -> Self {
        let models: Vec<String> = client
            .models()
            .map(|m| format!("{}/{}", m.provider.name(), m.id))
            .collect();
        Self {
            client,
            name: models.join(", else "),
            model: model.into(),
            secret,
            prompt_version: prompt::prompt_version(),
        }
    }

    fn prompt(&self, first: &Contestant<'_>, second: &Contestant<'_>) -> Prompt {
        let version = format!("{}/{VERSION}/{}", self.name, self.prompt_version);
        prompt::build(first, second, &self.secret, &version)
    }

    /// The inner error: the model answered, and was paid, but there is nothing to use.
    async fn ask(
        &self,
        request: &Request,
        tab: &mut Usage,
    ) -> Result<Result<schema::Answer, VoidReason>, LlmError> {
        let accept = |value: &serde_json::Value| schema::parse(value).map(drop);
        match self.client.structured(request, &accept).await {
            Ok(answer) => {
                tab.add(u64::from(answer.calls), answer.usage, answer.cost_nano_usd);
                tab.model = Some(answer.model);
                // `accept` has read the same value.
                Ok(schema::parse(&answer.value).map_err(|_| VoidReason::Malformed))
            }
            Err(error) => {
                // Asking again would bring the same: a void comparison, not an outage.
                let Some(reason) = error.settled().map(void_reason) else {
                    return Err(error);
                };
                if let LlmError::NoAnswer {
                    usage,
                    cost_nano_usd,
                    calls,
                    ..
                } = error
                {
                    tab.add(u64::from(calls), usage, cost_nano_usd);
                }
                Ok(Err(reason))
            }
        }
    }

    /// Asks, and asks once more when most quotes are made up.
    async fn outcome(
        &self,
        prompt: &Prompt,
        mut request: Request,
        (first, second): (&Contestant<'_>, &Contestant<'_>),
        tab: &mut Usage,
    ) -> Result<Outcome, LlmError> {
        let check =
            |answer: &schema::Answer| verify::check(answer, first.card, second.card, &prompt.key);
        let answer = match self.ask(&request, tab).await? {
            Ok(answer) => answer,
            Err(reason) => return Ok(void(reason)),
        };
        let checked = check(&answer);
        if !checked.mostly_unfounded() {
            return Ok(checked.into_outcome());
        }
        request.history = second_question(&answer, &checked);
        Ok(match self.ask(&request, tab).await? {
            Ok(answer) => check(&answer).asked_again().into_outcome(),
            Err(reason) => void(reason),
        })
    }
}

#[async_trait]
impl Judge for ModelJudge {
    fn fingerprint(&self) -> JudgeFingerprint {
        JudgeFingerprint {
            kind: JudgeKind::Model,
            name: self.name.clone(),
            version: VERSION,
            model: Some(self.model.clone()),
            prompt_version: self.prompt_version.clone(),
        }
    }

    async fn compare(
        &self,
        first: &Contestant<'_>,
        second: &Contestant<'_>,
    ) -> Result<Judged, JudgeError> {
        if first.hash == second.hash {
            return Err(JudgeError::SamePlan);
        }
        let prompt = self.prompt(first, second);
        let request = request(&prompt);
        let request_hash = hash(&request, &self.model);
        let mut usage = Usage::default();
        let outcome = self
            .outcome(&prompt, request, (first, second), &mut usage)
            .await?;
        Ok(Judged {
            outcome,
            usage,
            request_hash,
        })
    }
}

fn void(reason: VoidReason) -> Outcome {
    Outcome::Void {
        reason,
        verdict: None,
    }
}

fn void_reason(reasons: &[Reason]) -> VoidReason {
    let all = |kind: ReasonKind| reasons.iter().all(|reason| reason.kind == kind);
    if all(ReasonKind::Refused) {
        VoidReason::Refused
    } else if all(ReasonKind::Rejected) {
        VoidReason::Rejected
    } else {
        VoidReason::Malformed
    }
}

fn request(prompt: &Prompt) -> Request {
    Request {
        system: prompt.system.clone(),
        user: prompt.user.clone(),
        history: Vec::new(),
        schema: Some(Schema {
            name: "plan_comparison".to_owned(),
            json: schema::answer_schema(),
        }),
        max_output_tokens: MAX_OUTPUT_TOKENS,
        temperature: Some(0.0),
        seed: None,
    }
}

/// The model's answer, and what is wrong with it.
fn second_question(answer: &schema::Answer, checked: &Checked) -> Vec<Turn> {
    let complaint = format!(
        "A program looked for your passages and did not find those of: {}. Answer again, whole, in the \
         same form. Copy each passage letter by letter from the item whose id you give.",
        checked.failing_names().join("; "),
    );
    vec![
        Turn {
            role: Role::Assistant,
            text: schema::to_json(answer),
        },
        Turn {
            role: Role::User,
            text: complaint,
        },
    ]
}

/// SHA-256 (hex) of the question, secret delimiters included, and of who is asked.
fn hash(request: &Request, model: &str) -> String {
    let mut hash = Sha256::new();
    for part in [model, &request.system, &request.user] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(schema::answer_schema().to_string().as_bytes());
    hex::encode(hash.finalize())
}

impl Usage {
    fn add(&mut self, calls: u64, tokens: llm::Usage, cost_nano_usd: i64) {
        self.calls += calls;
        self.input_tokens = self.input_tokens.saturating_add(tokens.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(tokens.output_tokens);
        self.cost_nano_usd = self.cost_nano_usd.saturating_add(cost_nano_usd);
    }
}

#[cfg(test)]
mod tests;
