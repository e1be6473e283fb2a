//! One bounded HTTP exchange with a login provider: no redirects (a code or a secret must not
//! travel elsewhere), ten seconds, and an answer of half a megabyte at most.

use std::future::Future;
use std::pin::Pin;
use std::sync::Once;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, redirect};
use url::Url;

use super::LoginError;

const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_BYTES: usize = 512 * 1024;

/// Why there is no answer. Never holds an address with its query, nor a body.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("it did not answer within {} seconds", TIMEOUT.as_secs())]
    Timeout,
    #[error("no connection to it")]
    Connect,
    #[error("its answer is larger than {} kB", MAX_BYTES / 1024)]
    TooLarge,
    #[error("the exchange broke off")]
    Broken,
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_connect() {
            Self::Connect
        } else {
            Self::Broken
        }
    }
}

/// A connection pool for one provider.
#[derive(Debug, Clone)]
pub(crate) struct Http(Client);

impl Http {
    pub(crate) fn new(base: &Url) -> Result<Self, LoginError> {
        install_tls_provider();
        let mut builder = Client::builder()
            .user_agent(concat!("planrank/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT);
        if base.scheme() == "http" {
            // Without TLS no certificate store is needed, and a bare machine may have none.
            builder = builder.tls_certs_only([]).no_proxy();
        }
        let client = builder.build().map_err(|_| {
            LoginError::Settings(
                "no HTTPS client could be set up: are the system's CA certificates installed?"
                    .to_owned(),
            )
        })?;
        Ok(Self(client))
    }

    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut response = self.0.execute(request.try_into()?).await?;
        let mut answer = HttpResponse::new(Vec::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        while let Some(chunk) = response.chunk().await? {
            if answer.body().len() + chunk.len() > MAX_BYTES {
                return Err(HttpError::TooLarge);
            }
            answer.body_mut().extend_from_slice(&chunk);
        }
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that one is installed already, which is just as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
