//! One bounded GET or POST to a service, for whoever looks at it from outside: `doctor` and
//! `healthcheck`. No redirects, ten seconds, two megabytes.

use std::sync::Once;
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use serde_json::Value;
use url::Url;

const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// Connections for one look at one service.
#[derive(Debug)]
pub(crate) struct Probe(Client);

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Probe {
    pub(crate) fn of(base: &Url) -> anyhow::Result<Self> {
        install_tls_provider();
        let mut builder = Client::builder()
            .user_agent(concat!("planrank/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT);
        if base.scheme() == "http" {
            // Without TLS no certificate store is needed, and a bare machine may have none.
            builder = builder.tls_certs_only([]).no_proxy();
        }
        let client = builder.build().context("no HTTPS client could be set up")?;
        Ok(Self(client))
    }

    pub(crate) async fn get(&self, url: Url) -> anyhow::Result<Reply> {
        send(self.0.get(url)).await
    }

    /// Posts JSON as a page of `origin` would.
    pub(crate) async fn post(&self, url: Url, origin: &str, body: &Value) -> anyhow::Result<Reply> {
        let request = self.0.post(url).json(body);
        let request = request
            .header("origin", origin)
            .header("accept", "application/json, text/event-stream");
        send(request).await
    }
}

async fn send(request: RequestBuilder) -> anyhow::Result<Reply> {
    let sent = request.send().await.map_err(reqwest::Error::without_url);
    let mut response = sent.context("no answer")?;
    let mut reply = Reply {
        status: response.status(),
        headers: response.headers().clone(),
        body: Vec::new(),
    };
    while let Some(chunk) = response.chunk().await? {
        if reply.body.len() + chunk.len() > MAX_BYTES {
            bail!("its answer is larger than {MAX_BYTES} bytes");
        }
        reply.body.extend_from_slice(&chunk);
    }
    Ok(reply)
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that one is installed already, which is just as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
