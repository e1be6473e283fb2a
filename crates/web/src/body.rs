//! Reading request bodies: bounded in size by their route, in time by the deadline layer, and all
//! that are being read together by a budget of memory.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use futures::{Stream, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tower_http::timeout::TimeoutError;

use crate::Problem;

/// What small JSON bodies may have.
pub(crate) const SMALL: usize = 256 * 1024;
/// Of all uploads that this process reads at the same time.
const MEMORY: usize = 512 * 1024 * 1024;
const KIB: usize = 1024;

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Vec<u8>, Problem> {
    Ok(gather(headers, body, limit, None).await?.bytes)
}

/// The memory that uploads share. Somebody who sends slowly holds no more of it than was sent.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<Semaphore>);

impl Default for Budget {
    fn default() -> Self {
        Self::of(MEMORY)
    }
}

/// A large body with its share of the budget.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) bytes: Vec<u8>,
    /// Given back when this is dropped.
    pub(crate) held: Option<OwnedSemaphorePermit>,
}

impl Budget {
    fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / KIB)))
    }

    /// Reads a body of at most `limit` bytes, as far as the budget allows it.
    pub(crate) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
        limit: usize,
    ) -> Result<Upload, Problem> {
        gather(headers, body, limit, Some(&self.0)).await
    }

    /// The same of one part of a body.
    pub(crate) async fn collect<E: Error + 'static>(
        &self,
        part: impl Stream<Item = Result<Bytes, E>>,
        limit: usize,
    ) -> Result<Upload, Problem> {
        gather_stream(part, limit, Some(&self.0)).await
    }
}

async fn gather(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    budget: Option<&Arc<Semaphore>>,
) -> Result<Upload, Problem> {
    if declared_length(headers).is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    gather_stream(body.into_data_stream(), limit, budget).await
}

async fn gather_stream<E: Error + 'static>(
    stream: impl Stream<Item = Result<Bytes, E>>,
    limit: usize,
    budget: Option<&Arc<Semaphore>>,
) -> Result<Upload, Problem> {
    let mut upload = Upload {
        bytes: Vec::new(),
        held: None,
    };
    let mut stream = pin!(stream);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| broken_off(&error))?;
        if upload.bytes.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        if let Some(budget) = budget {
            upload.pay_for(&chunk, budget)?;
        }
        upload.bytes.extend_from_slice(&chunk);
    }
    Ok(upload)
}

impl Upload {
    fn pay_for(&mut self, chunk: &Bytes, budget: &Arc<Semaphore>) -> Result<(), Problem> {
        let held = self
            .held
            .as_ref()
            .map_or(0, OwnedSemaphorePermit::num_permits);
        let needed = (self.bytes.len() + chunk.len()).div_ceil(KIB);
        let more = u32::try_from(needed.saturating_sub(held)).unwrap_or(u32::MAX);
        let permit = match Arc::clone(budget).try_acquire_many_owned(more) {
            Ok(permit) => permit,
            Err(TryAcquireError::NoPermits | TryAcquireError::Closed) => return Err(busy()),
        };
        match &mut self.held {
            Some(held) => held.merge(permit),
            None => self.held = Some(permit),
        }
        Ok(())
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// The client went away, sent too slowly, or broke the protocol.
fn broken_off(error: &(dyn Error + 'static)) -> Problem {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<TimeoutError>() {
            let detail = "the body did not arrive in time; send it again over a faster connection";
            return Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", detail);
        }
        cause = error.source();
    }
    Problem::bad_request("unreadable_body", "the body could not be read to its end")
}

/// A body over the limit of its route.
pub(crate) fn too_large(limit: usize) -> Problem {
    let size = if limit >= KIB * KIB {
        format!("{} MiB", limit / (KIB * KIB))
    } else {
        format!("{} KiB", limit / KIB)
    };
    let detail = format!("the body is larger than the {size} that this address takes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
}

fn busy() -> Problem {
    let detail = "too many uploads at once; try again in a moment";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(5)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::HeaderValue;
    use futures::stream;
    use tower_http::timeout::DeadlineBody;

    use super::*;

    fn chunks(count: usize, bytes: usize) -> Body {
        let chunk = Bytes::from(vec![b'x'; bytes]);
        let all = (0..count).map(move |_| Ok::<_, std::io::Error>(chunk.clone()));
        Body::from_stream(stream::iter(all))
    }

    #[tokio::test]
    async fn a_body_ends_at_the_limit_whether_its_length_is_told_or_not() {
        let none = HeaderMap::new();
        assert_eq!(
            read(&none, chunks(4, 1024), 4096).await.unwrap().len(),
            4096
        );
        let unknown = read(&none, chunks(5, 1024), 4096).await.unwrap_err();
        assert_eq!((unknown.status, unknown.code), (413, "too_large"));
        let mut told = HeaderMap::new();
        told.insert(header::CONTENT_LENGTH, HeaderValue::from_static("4097"));
        let never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(read(&told, never, 4096).await.unwrap_err().status, 413);
    }

    #[tokio::test]
    async fn uploads_share_memory_and_give_it_back() {
        let (budget, none) = (Budget::of(8 * KIB), HeaderMap::new());
        let first = budget.read(&none, chunks(5, 1000), 1 << 20).await.unwrap();
        assert_eq!(budget.0.available_permits(), 3);
        let second = budget
            .read(&none, chunks(5, 1000), 1 << 20)
            .await
            .unwrap_err();
        assert_eq!((second.status, second.retry_after_secs), (503, Some(5)));
        drop(first);
        assert_eq!(budget.0.available_permits(), 8);
        budget.read(&none, chunks(5, 1000), 1 << 20).await.unwrap();
    }

    #[tokio::test]
    async fn who_sends_too_slowly_is_told_so() {
        let never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let slow = Body::new(DeadlineBody::new(Duration::from_millis(1), never));
        let problem = read(&HeaderMap::new(), slow, 10).await.unwrap_err();
        assert_eq!((problem.status, problem.code), (408, "body_too_slow"));
    }
}
