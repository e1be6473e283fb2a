//! One bounded HTTP exchange with a model endpoint.
//!
//! Invariants: no redirects (a key must not travel elsewhere), a time limit, a size limit,
//! and errors that hold a clipped body without the key.

mod failure;
mod listen;
mod stream;

use std::sync::{Arc, Once};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, Url, redirect};
use serde_json::Value;

pub(crate) use listen::{Gather, Step};

use crate::{CallError, LlmError, Secret, json};

const MAX_MESSAGE_CHARS: usize = 300;

/// Limits on one HTTP request.
#[derive(Debug, Clone, Copy)]
pub struct HttpOptions {
    pub connect_timeout: Duration,
    /// From the request's first byte to the answer's last.
    pub timeout: Duration,
    /// The same for an answer that is streamed, whose stalls are noticed by themselves.
    pub stream_timeout: Duration,
    /// Of a streamed answer, its text.
    pub max_response_bytes: usize,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_mins(3),
            stream_timeout: Duration::from_mins(15),
            max_response_bytes: 4 * 1024 * 1024,
        }
    }
}

/// How a provider wants to be shown the key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeyHeader {
    Bearer,
    Named(&'static str),
}

/// A model endpoint: base URL, credentials, connection pool.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    client: Client,
    base: Arc<str>,
    provider: Arc<str>,
    key: Option<Secret>,
    max_response_bytes: usize,
    stream_timeout: Duration,
}

impl Endpoint {
    pub(crate) fn new(
        provider: &str,
        base_url: &str,
        key: Option<(KeyHeader, Secret)>,
        fixed_headers: &[(&'static str, &'static str)],
        options: HttpOptions,
    ) -> Result<Self, LlmError> {
        let url = check_base_url(base_url)?;
        let mut headers = HeaderMap::new();
        for (name, value) in fixed_headers {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        if let Some((style, secret)) = &key {
            insert_key(&mut headers, *style, secret)?;
        }
        Ok(Self {
            client: build_client(&url, headers, options)?,
            base: base_url.trim_end_matches('/').into(),
            provider: provider.into(),
            key: key.map(|(_, secret)| secret),
            max_response_bytes: options.max_response_bytes,
            stream_timeout: options.stream_timeout,
        })
    }

    pub(crate) fn provider(&self) -> &str {
        &self.provider
    }

    /// Posts `body` and returns the answer's JSON. `model` only serves error messages.
    pub(crate) async fn post(
        &self,
        path: &str,
        model: &str,
        body: &Value,
    ) -> Result<Value, CallError> {
        let response = self.send(self.request(path, body)).await?;
        self.whole(response, model).await
    }

    /// Whether `path` answers and our credentials are accepted, free of charge.
    pub(crate) async fn reach(&self, path: &str, model: &str) -> Result<(), CallError> {
        let request = self.client.get(format!("{}{path}", self.base));
        let response = self.send(request).await?;
        match response.status().as_u16() {
            200..=299 => Ok(()),
            _ => self.whole(response, model).await.map(drop),
        }
    }

    fn request(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.base)).json(body)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, CallError> {
        let sent = request.send().await;
        sent.map_err(|error| self.transport_error(error))
    }

    /// An answer that comes in one piece.
    async fn whole(&self, response: Response, model: &str) -> Result<Value, CallError> {
        let status = response.status();
        let headers = response.headers().clone();
        let bytes = self.read_bounded(response).await;
        if !status.is_success() {
            // A refused request is refused also when its explanation can't be read.
            let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            return Err(self.status_error(status, &headers, model, &text.unwrap_or_default()));
        }
        let value: Value = serde_json::from_slice(&bytes?)
            .map_err(|error| self.unreadable(format!("it isn't JSON: {error}")))?;
        self.error_in_body(&value, model)?;
        Ok(value)
    }

    pub(crate) fn unreadable(&self, message: impl Into<String>) -> CallError {
        CallError::Unreadable {
            provider: self.provider.to_string(),
            message: self.clean(&message.into()),
        }
    }

    async fn read_bounded(&self, mut response: Response) -> Result<Vec<u8>, CallError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.transport_error(error))?
        {
            if bytes.len() + chunk.len() > self.max_response_bytes {
                let limit = self.max_response_bytes;
                return Err(self.unreadable(format!("it is larger than {limit} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn transport_error(&self, error: reqwest::Error) -> CallError {
        let provider = self.provider.to_string();
        if error.is_connect() {
            return CallError::Connect {
                provider,
                base_url: self.base.to_string(),
                message: self.clean(&root_cause(&error.without_url())),
            };
        }
        if error.is_timeout() {
            return CallError::Timeout { provider };
        }
        CallError::Broken {
            provider,
            message: self.clean(&root_cause(&error.without_url())),
        }
    }

    /// Bounded, on one line, without control characters and without the key.
    fn clean(&self, text: &str) -> String {
        let redacted = match &self.key {
            Some(key) => key.redact(text),
            None => text.to_owned(),
        };
        let clipped = json::clip(&redacted, MAX_MESSAGE_CHARS);
        clipped
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect()
    }
}

fn check_base_url(base_url: &str) -> Result<Url, LlmError> {
    let url = Url::parse(base_url).map_err(|error| {
        LlmError::Config(format!(
            "the base URL isn't a URL ({error}); give one such as http://127.0.0.1:11434/v1"
        ))
    })?;
    let usable = matches!(url.scheme(), "http" | "https") && url.has_host();
    let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if usable && bare {
        return Ok(url);
    }
    Err(LlmError::Config(
        "the base URL must start with http:// or https:// and hold no password and no query; \
         give the key as PLANRANK_LLM_API_KEY"
            .into(),
    ))
}

fn insert_key(headers: &mut HeaderMap, style: KeyHeader, key: &Secret) -> Result<(), LlmError> {
    let (name, text) = match style {
        KeyHeader::Bearer => ("authorization", format!("Bearer {}", key.expose())),
        KeyHeader::Named(name) => (name, key.expose().to_owned()),
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        LlmError::Config(
            "the API key holds characters that no key has (a line break?); check PLANRANK_LLM_API_KEY"
                .into(),
        )
    })?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

fn build_client(url: &Url, headers: HeaderMap, options: HttpOptions) -> Result<Client, LlmError> {
    install_tls_provider();
    let mut builder = Client::builder()
        .default_headers(headers)
        .user_agent(concat!("planrank/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(options.connect_timeout)
        .timeout(options.timeout)
        .pool_idle_timeout(Duration::from_mins(1))
        .tcp_nodelay(true);
    if url.scheme() == "http" {
        // Without TLS no certificate store is needed, and a bare machine may have none.
        builder = builder.tls_certs_only([]);
    }
    if is_loopback(url) {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| {
        LlmError::Config(format!(
            "no HTTPS client could be set up ({}); are the system's CA certificates installed?",
            root_cause(&error)
        ))
    })
}

/// Whether a base URL names this machine, where nobody sends a bill.
pub(crate) fn is_on_this_machine(base_url: &str) -> bool {
    Url::parse(base_url).is_ok_and(|url| is_loopback(&url))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_matches(['[', ']']);
    host == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that one is installed already, which is just as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ftp://x/")]
    #[case("127.0.0.1:80")]
    #[case("https://user:secret@host/v1")]
    #[case("https://host/v1?key=secret")]
    fn base_urls_that_would_leak_or_fail_are_refused(#[case] url: &str) {
        let error = check_base_url(url).unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
