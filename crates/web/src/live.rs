//! How runs go, as server-sent events: for pages and for programs.
//!
//! A stream begins with how the run is. `status` follows each change, `beat` comes when nothing
//! has changed for a while, `end` is the last word on a run that goes on no more. Then the stream
//! ends; it also ends after some minutes, and clients open it again.
//!
//! Invariants: an account has a bounded number of streams, and so has the process; a stream is
//! one future that its response owns, so that nothing is left when the client goes.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Extension, FromRequestParts};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use axum::http::request::Parts;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use pipeline::service::{RunStatus, Viewer};
use serde::Serialize;
use store::{AccountId, PlanId};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{App, Problem};

/// Streams of this process.
const MAX_STREAMS: usize = 1_024;
/// Of one account, or of everybody without one.
const MAX_OF_ONE: usize = 12;
/// Of one stream: what changes faster is told together.
const BETWEEN: Duration = Duration::from_millis(500);
const BEAT: Duration = Duration::from_secs(15);
/// Proxies and browsers lose long connections without a word; a new one costs little.
const LIFE: Duration = Duration::from_mins(10);
/// Clients wait so long before they connect again.
const RECONNECT: Duration = Duration::from_secs(3);
/// Proxies that gather answers would hold events back.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

/// How a run is, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RunEvent {
    plan_id: Uuid,
    /// `pending`, `processing`, `completed`, `failed`, `stopped`, `stalled`.
    state: &'static str,
    /// Grows with each change.
    revision: i64,
    /// 0 to 1 of the work that is expected.
    fraction: f64,
    stages_done: u32,
    stages_total: u32,
    calls_done: u32,
    calls_expected: u32,
    /// Titles of the stages under way.
    current: Vec<String>,
    eta_secs: Option<u32>,
    #[schema(example = "312400000")]
    spent_nano_usd: String,
}

impl RunEvent {
    fn of(status: &RunStatus) -> Self {
        let progress = &status.progress;
        Self {
            plan_id: status.plan_id.0,
            state: status.state.as_str(),
            revision: status.revision,
            fraction: progress.fraction,
            stages_done: progress.stages_done,
            stages_total: progress.stages_total,
            calls_done: progress.calls_done,
            calls_expected: progress.calls_expected,
            current: progress.current.clone(),
            eta_secs: status.eta_secs,
            spent_nano_usd: status.cost.spent_nano_usd.to_string(),
        }
    }
}

/// Whether this process is about to end: streams end then at once, not when they are cut off.
#[derive(Debug, Clone, Default)]
pub(crate) struct Closing(pub(crate) CancellationToken);

impl<S: Send + Sync> FromRequestParts<S> for Closing {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let known = Extension::<Self>::from_request_parts(parts, state).await;
        Ok(known.map_or_else(|_| Self::default(), |Extension(closing)| closing))
    }
}

/// The streams of this process; clones share the count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    of: HashMap<Option<AccountId>, usize>,
}

/// One stream's place, given back when it is dropped.
#[derive(Debug)]
struct Place {
    streams: Streams,
    account: Option<AccountId>,
}

impl Streams {
    fn enter(&self, account: Option<AccountId>) -> Result<Place, Problem> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.all >= MAX_STREAMS {
            let detail = "too many streams are open; ask for the status now and then instead";
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return Err(Problem::new(status, "busy", detail).retry_after(30));
        }
        let own = counts.of.entry(account).or_default();
        if *own >= MAX_OF_ONE {
            let detail = format!(
                "you have {MAX_OF_ONE} streams open already; close one, or ask for the status now and then"
            );
            return Err(Problem::too_many(detail, 30));
        }
        *own += 1;
        counts.all += 1;
        metrics::gauge!("planrank_event_streams").set(counts.all as f64);
        Ok(Place {
            streams: self.clone(),
            account,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let counts = &self.streams.0;
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        metrics::gauge!("planrank_event_streams").set(counts.all as f64);
        let left = counts.of.get_mut(&self.account).map(|own| {
            *own -= 1;
            *own
        });
        if left == Some(0) {
            counts.of.remove(&self.account);
        }
    }
}

/// Follows a run.
struct Follower {
    app: App,
    viewer: Viewer,
    plan: PlanId,
    /// Of what was told last.
    revision: i64,
    /// When the next event may come.
    rested: Instant,
    until: Instant,
    closing: CancellationToken,
    _place: Place,
}

/// The answer that tells how a run goes.
pub(crate) async fn follow(
    app: &App,
    viewer: Viewer,
    plan: PlanId,
    Closing(closing): Closing,
) -> Result<Response, Problem> {
    let place = app.streams().enter(viewer.account)?;
    let status = app.pipeline.status(viewer, plan).await?;
    let follower = Follower {
        app: app.clone(),
        viewer,
        plan,
        revision: status.revision,
        rested: Instant::now() + BETWEEN,
        until: Instant::now() + LIFE,
        closing,
        _place: place,
    };
    let (first, rest) = told(&status, follower);
    let first = stream::once(ready(Ok::<_, Infallible>(first.retry(RECONNECT))));
    let events = first.chain(stream::unfold(rest, |follower| async {
        let (event, rest) = follower?.wait().await?;
        Some((Ok(event), rest))
    }));
    let head = [(CACHE_CONTROL, "no-store"), UNBUFFERED];
    Ok((head, Sse::new(events)).into_response())
}

impl Follower {
    async fn wait(mut self) -> Option<(Event, Option<Self>)> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        let (known, runs) = (Some(self.revision), &self.app.pipeline);
        let waiting = async {
            tokio::time::sleep_until(self.rested).await;
            runs.wait(self.viewer, self.plan, known, BEAT.min(left))
                .await
        };
        let status = tokio::select! {
            status = waiting => status,
            () = self.closing.cancelled() => return None,
        };
        self.rested = Instant::now() + BETWEEN;
        match status {
            Ok(status) if status.revision == self.revision && !status.state.is_final() => {
                Some((Event::default().event("beat").data("{}"), Some(self)))
            }
            Ok(status) => {
                self.revision = status.revision;
                Some(told(&status, self))
            }
            Err(error) => {
                tracing::debug!(%error, "a stream of events ended early");
                None
            }
        }
    }
}

/// An event, and who follows on unless the run goes on no more.
fn told(status: &RunStatus, follower: Follower) -> (Event, Option<Follower>) {
    let is_over = status.state.is_final();
    let name = if is_over { "end" } else { "status" };
    // Numbers and strings always have a JSON form.
    let data = serde_json::to_string(&RunEvent::of(status)).unwrap_or_default();
    let event = Event::default()
        .event(name)
        .id(status.revision.to_string())
        .data(data);
    (event, Some(follower).filter(|_| !is_over))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    #[test]
    fn one_account_has_a_bounded_number_of_streams_and_takes_no_place_of_others() {
        let streams = Streams::default();
        let mut places: Vec<Place> = (0..MAX_OF_ONE)
            .map(|_| streams.enter(Some(account(1))).unwrap())
            .collect();
        let refused = streams.enter(Some(account(1))).unwrap_err();
        assert_eq!((refused.status, refused.retry_after_secs), (429, Some(30)));
        streams.enter(Some(account(2))).unwrap();
        places.pop();
        streams.enter(Some(account(1))).unwrap();
    }

    #[test]
    fn the_process_has_a_bounded_number_of_streams_and_forgets_who_left() {
        let streams = Streams::default();
        let places: Vec<Place> = (0..MAX_STREAMS)
            .map(|n| streams.enter(Some(account(n as u128))).unwrap())
            .collect();
        assert_eq!(streams.enter(Some(account(0))).unwrap_err().status, 503);
        drop(places);
        let counts = streams.0.lock().unwrap();
        assert_eq!((counts.all, counts.of.len()), (0, 0));
    }
}
