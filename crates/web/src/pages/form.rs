//! Forms: fields may come several times; what can't be read is a problem.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use crate::Problem;

/// The fields of a form of at most 2 MiB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum_extra::extract::Form::<T>::from_request(request, state).await {
            Ok(axum_extra::extract::Form(fields)) => Ok(Self(fields)),
            Err(rejection) => {
                tracing::debug!(%rejection, "a form could not be read");
                let detail = "the form could not be read; open the page again and resend it";
                Err(Problem::invalid("form", detail))
            }
        }
    }
}
