//! What a provider's refusal means: status codes, error bodies, `Retry-After`.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::Endpoint;
use crate::CallError;

impl Endpoint {
    pub(super) fn status_error(
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
    pub(super) fn error_in_body(&self, value: &Value, model: &str) -> Result<(), CallError> {
        let Some(error) = value.get("error").filter(|error| error.is_object()) else {
            return Ok(());
        };
        let status = status_of(error).unwrap_or(StatusCode::BAD_GATEWAY);
        Err(self.status_error(status, &HeaderMap::new(), model, &value.to_string()))
    }
}

/// What the status would have been, by the error's number or by Anthropic's name for it.
fn status_of(error: &Value) -> Option<StatusCode> {
    let number = error.get("code").and_then(Value::as_u64);
    let by_number = number.and_then(|code| u16::try_from(code).ok());
    let code = by_number.or_else(|| match error.get("type")?.as_str()? {
        "invalid_request_error" => Some(400),
        "authentication_error" => Some(401),
        "billing_error" => Some(402),
        "permission_error" => Some(403),
        "not_found_error" => Some(404),
        "request_too_large" => Some(413),
        "rate_limit_error" => Some(429),
        "api_error" => Some(500),
        "timeout_error" => Some(504),
        "overloaded_error" => Some(529),
        _ => None,
    })?;
    let status = StatusCode::from_u16(code).ok()?;
    (status.is_client_error() || status.is_server_error()).then_some(status)
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

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
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
}
