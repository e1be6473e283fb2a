//! Follows one streamed answer: what counts as output, when it has stalled, when it is whole.
//!
//! Invariants: comments, pings and empty pieces are not output; an answer that has ended is
//! used whatever happens after its end; memory is bounded by the limits below.

use std::future::Future;
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use super::Endpoint;
use crate::CallError;
use crate::sse::{Event, EventParser};

/// How long the usage figures, which follow the answer, may take.
const AFTER_THE_END: Duration = Duration::from_secs(5);

/// A stream repeats much around each piece of text: it may be so many times as long as a
/// whole answer may be.
const WRAPPING: usize = 16;

/// What an event brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Nothing,
    Output,
    /// The model has said why it stopped; only usage may follow.
    Finished,
    /// Nothing follows.
    End,
}

/// Puts the events of one wire format together.
pub(crate) trait Gather: Send {
    fn add(&mut self, event: &Value) -> Step;
    /// Bytes of the text so far.
    fn held_bytes(&self) -> usize;
    /// The answer as it would have come in one piece.
    fn into_answer(self) -> Value;
}

/// Bytes in the order of their arrival; `None` at the end.
pub(super) trait Source: Send {
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, CallError>> + Send;
}

/// One stream being read.
pub(super) struct Listener<'a, S, G> {
    endpoint: &'a Endpoint,
    model: &'a str,
    source: S,
    gather: G,
    parser: EventParser,
    received_bytes: usize,
    had_output: bool,
}

impl<'a, S: Source, G: Gather> Listener<'a, S, G> {
    pub(super) fn new(endpoint: &'a Endpoint, model: &'a str, source: S, gather: G) -> Self {
        Self {
            endpoint,
            model,
            source,
            gather,
            parser: EventParser::new(endpoint.max_response_bytes),
            received_bytes: 0,
            had_output: false,
        }
    }

    /// The whole answer, or an error once nothing has come out for `stall`.
    pub(super) async fn answer(mut self, stall: Duration) -> Result<Value, CallError> {
        let mut finished = false;
        loop {
            let patience = if finished {
                AFTER_THE_END.min(stall)
            } else {
                stall
            };
            match timeout(patience, self.hear()).await {
                Ok(Ok(Some(Step::End))) => break,
                Ok(Ok(Some(step))) => finished |= step == Step::Finished,
                _ if finished => break,
                Ok(Ok(None)) => return Err(self.ended_early()),
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(self.endpoint.stalled(stall)),
            }
        }
        Ok(self.gather.into_answer())
    }

    /// The next step that is more than nothing; `None` at the stream's end.
    async fn hear(&mut self) -> Result<Option<Step>, CallError> {
        while let Some(bytes) = self.source.next().await? {
            let step = self.take(&bytes)?;
            self.had_output |= step > Step::Nothing;
            if step > Step::Nothing {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Step, CallError> {
        let most = self.endpoint.max_response_bytes;
        self.received_bytes = self.received_bytes.saturating_add(bytes.len());
        if self.received_bytes > most.saturating_mul(WRAPPING) {
            return Err(self.too_large(most.saturating_mul(WRAPPING)));
        }
        let mut events = Vec::new();
        let parsed = self.parser.push(bytes, &mut events);
        let mut furthest = Step::Nothing;
        for event in &events {
            furthest = furthest.max(self.add(event)?);
        }
        if self.gather.held_bytes() > most {
            return Err(self.too_large(most));
        }
        parsed.map_err(|error| self.endpoint.unreadable(error.to_string()))?;
        Ok(furthest)
    }

    fn add(&mut self, event: &Event) -> Result<Step, CallError> {
        if event.data.trim() == "[DONE]" {
            return Ok(Step::End);
        }
        let value: Value = serde_json::from_str(&event.data).map_err(|error| {
            self.endpoint
                .unreadable(format!("one of its events isn't JSON: {error}"))
        })?;
        self.endpoint
            .error_in_body(&value, self.model)
            .map_err(|error| self.in_midstream(error))?;
        Ok(self.gather.add(&value))
    }

    /// An outage after the first output is a broken answer: what was written may be billed.
    fn in_midstream(&self, error: CallError) -> CallError {
        if !self.had_output || !error.is_transient() {
            return error;
        }
        CallError::Broken {
            provider: self.endpoint.provider.to_string(),
            message: self.endpoint.clean(&error.to_string()),
        }
    }

    fn ended_early(&self) -> CallError {
        CallError::Broken {
            provider: self.endpoint.provider.to_string(),
            message: "its stream ended in the middle".into(),
        }
    }

    fn too_large(&self, most: usize) -> CallError {
        self.endpoint
            .unreadable(format!("it is larger than {most} bytes"))
    }
}

#[cfg(test)]
mod tests;
