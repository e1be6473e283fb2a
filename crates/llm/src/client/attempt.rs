//! One request to one model: from the journal, or paid for, with retries.

use backon::Retryable;

use super::{Client, Hindrance, PricedProvider};
use crate::budget::Need;
use crate::{CallError, Completion, LlmError, ReasonKind, Request, RequestKey, Usage};

/// What one answer has taken so far, over models, repairs and retries.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) usage: Usage,
    pub(super) cost_nano_usd: i64,
    pub(super) calls: u32,
    pub(super) replayed: u32,
}

/// Why an attempt brought nothing: the budget, or the call itself.
enum Failure {
    Budget(LlmError),
    Call(CallError),
}

impl Client {
    /// The outer error ends the whole request; the inner one is a reason to try the next model.
    pub(super) async fn answered(
        &self,
        model: &PricedProvider,
        request: &Request,
        tally: &mut Tally,
    ) -> Result<Result<Completion, Hindrance>, LlmError> {
        let key = RequestKey::new(model.spec.provider, &model.spec.id, request);
        if let Some(completion) = self.journal.find(&key).await? {
            tally.add(&completion, true);
            return Ok(Ok(completion));
        }
        match self.with_retries(model, request, &key).await {
            Ok(completion) => {
                let kept = self.journal.record(&key, &completion).await?;
                tally.add(&completion, false);
                Ok(Ok(kept))
            }
            Err(Failure::Budget(error)) => Err(error),
            Err(Failure::Call(error)) if error.is_fatal() => Err(error.into()),
            Err(Failure::Call(error @ CallError::Stalled { .. })) => {
                Ok(Err((ReasonKind::Stalled, error.to_string())))
            }
            Err(Failure::Call(error)) if error.is_transient() => {
                Ok(Err((ReasonKind::Outage, error.to_string())))
            }
            Err(Failure::Call(error)) => Ok(Err((ReasonKind::Rejected, error.to_string()))),
        }
    }

    async fn with_retries(
        &self,
        model: &PricedProvider,
        request: &Request,
        key: &RequestKey,
    ) -> Result<Completion, Failure> {
        let attempt = || self.once(model, request);
        attempt
            .retry(self.retry.backoff(key.entropy()))
            .adjust(|failure, planned| match failure {
                Failure::Budget(_) => None,
                Failure::Call(error) => self.retry.pause(error, planned),
            })
            .notify(|failure, pause| {
                if let Failure::Call(error) = failure {
                    tracing::debug!(llm.model = %model.spec.id, %error, ?pause, "model call is retried");
                }
            })
            .await
    }

    async fn once(&self, model: &PricedProvider, request: &Request) -> Result<Completion, Failure> {
        let input = request.worst_case_input_tokens();
        let output = u64::from(request.max_output_tokens);
        let need = Need {
            tokens: input.saturating_add(output),
            nano_usd: model.spec.price.worst_case_nano_usd(input, output),
        };
        let reservation = self.meter.reserve(need).await.map_err(Failure::Budget)?;
        let called = match self.stall_timeout {
            Some(stall) => model.provider.stream(request, stall).await,
            None => model.provider.complete(request).await,
        };
        match called {
            Ok(completion) => {
                reservation.settle(&completion);
                Ok(completion)
            }
            Err(error) => {
                // Left to drop, the reservation counts as unconfirmed spend.
                if !error.may_be_billed() {
                    reservation.release();
                }
                Err(Failure::Call(error))
            }
        }
    }
}
