//! Doing a request once, however often it is sent under its key.

use accounts::{Claim, Repeat};
use axum::http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{AccountId, Digest};

use crate::{App, Problem};

/// An answer, and whether it was given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Once<T> {
    Now(T),
    Before(T),
}

/// Does `work` unless a request of this key has done it; without a key it is always done. What
/// fails may be repeated under its key.
pub(crate) async fn once<T: Serialize + DeserializeOwned, E: From<Problem>>(
    app: &App,
    owner: AccountId,
    key: Option<&str>,
    fingerprint: Digest,
    work: impl Future<Output = Result<T, E>>,
) -> Result<Once<T>, E> {
    let Some(key) = key else {
        return work.await.map(Once::Now);
    };
    let repeat = app.accounts.idempotent(owner, key, fingerprint).await;
    let claim = match repeat.map_err(Problem::from)? {
        Repeat::Fresh(claim) => claim,
        Repeat::Same(answer) => {
            let answer = serde_json::from_str(&answer);
            return answer
                .map(Once::Before)
                .map_err(|error| Problem::internal(&error).into());
        }
        Repeat::InProgress { retry_after_secs } => return Err(in_progress(retry_after_secs).into()),
        Repeat::Conflict => return Err(key_reused().into()),
    };
    let done = work.await;
    settle(app, claim, done.as_ref().ok()).await;
    done.map(Once::Now)
}

/// An answer that can't be kept is an answer: what is done twice finds what was done.
async fn settle<T: Serialize>(app: &App, claim: Claim, answer: Option<&T>) {
    let answer = answer.and_then(|answer| serde_json::to_string(answer).ok());
    let settled = match answer {
        Some(answer) => app.accounts.remember(claim, &answer).await.map(drop),
        None => app.accounts.give_up(claim).await,
    };
    if let Err(error) = settled {
        tracing::warn!(%error, "an idempotency key was not settled");
    }
}

fn in_progress(retry_after_secs: u64) -> Problem {
    let detail = "the first request with this idempotency key is not answered yet; repeat it then";
    Problem::conflict("idempotency_in_progress", detail).retry_after(retry_after_secs)
}

fn key_reused() -> Problem {
    let detail =
        "this idempotency key was used for another request; take a new key for a new request";
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(status, "idempotency_key_reused", detail).field("Idempotency-Key")
}
