//! One bounded HTTP exchange with a model endpoint.
//!
//! Invariants: no redirects (a key must not travel elsewhere), a time limit, a size limit,
//! and errors that hold a clipped body without the key.

use std::sync::{Arc, Once};
use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use serde_json::Value;

use crate::{CallError, LlmError, Secret, json};

const MAX_MESSAGE_CHARS: usize = 300;

/// Limits on one HTTP request.
#[derive(Debug, Clone, Copy)]
pub struct HttpOptions {
    pub connect_timeout: Duration,
    /// From the request's first byte to the answer's last.
    pub timeout: Duration,
    pub max_response_bytes: usize,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_mins(3),
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
        let url = format!("{}{path}", self.base);
        let sent = self.client.post(url).json(body).send().await;
        let response = sent.map_err(|error| self.transport_error(error))?;
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

    fn status_error(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        model: &str,
        body: &str,
    ) -> CallError {
        let provider = self.provider.to_string();
        let message = self.clean(&error_message(body));
        let retry_after = retry_after(headers);
        let code = status.as_u16();
        match code {
            401 | 403 => CallError::Credentials {
                provider,
                status: code,
                message,
            },
            402 => CallError::NoCredit {
                provider,
                status: code,
                message,
            },
            // Sent for an empty account too, which no waiting cures.
            429 if body.contains("insufficient_quota") => CallError::NoCredit {
                provider,
                status: code,
                message,
            },
            429 => CallError::RateLimited {
                provider,
                status: code,
                retry_after,
                message,
            },
            404 => CallError::NotFound {
                provider,
                model: model.to_owned(),
                base_url: self.base.to_string(),
                status: code,
                message,
            },
            408 | 409 | 425 | 500..=599 => CallError::Server {
                provider,
                status: code,
                retry_after,
                message,
            },
            _ => CallError::Rejected {
                provider,
                status: code,
                message,
            },
        }
    }

    /// Some gateways report an upstream failure as status 200 with an `error` object.
    fn error_in_body(&self, value: &Value, model: &str) -> Result<(), CallError> {
        let Some(error) = value.get("error").filter(|error| error.is_object()) else {
            return Ok(());
        };
        let code = error.get("code").and_then(Value::as_u64);
        let status = code
            .and_then(|code| u16::try_from(code).ok())
            .and_then(|code| StatusCode::from_u16(code).ok())
            .filter(|status| status.is_client_error() || status.is_server_error())
            .unwrap_or(StatusCode::BAD_GATEWAY);
        Err(self.status_error(status, &HeaderMap::new(), model, &value.to_string()))
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

/// The provider's own words, if its body has the usual shape.
fn error_message(body: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let from_json = parsed.as_ref().and_then(|value| {
        let error = value.get("error").unwrap_or(value);
        error.get("message").or(Some(error)).and_then(Value::as_str)
    });
    from_json.unwrap_or(body).trim().to_owned()
}

/// `Retry-After` in seconds or as an HTTP date. A date is read against the response's own
/// `Date`, so that a wrong clock on this side does no harm; without one it says nothing.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now: SystemTime = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
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

    const DATE_SENT: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    #[rstest]
    #[case::seconds("7", Some(7))]
    #[case::date("Sun, 06 Nov 1994 08:49:47 GMT", Some(10))]
    #[case::past("Sun, 06 Nov 1994 08:00:00 GMT", Some(0))]
    #[case::nonsense("soon", None)]
    #[case::negative("-3", None)]
    fn retry_after_is_read_in_both_forms(#[case] text: &str, #[case] seconds: Option<u64>) {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        headers.insert(DATE, HeaderValue::from_static(DATE_SENT));
        assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs));
    }

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
