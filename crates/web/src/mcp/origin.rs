//! Which hosts the endpoint answers as, and pages of which origins may use it.
//!
//! Without this check a page of any site could reach a service on one's own machine under a name
//! that resolves to it (DNS rebinding). Programs send no `Origin`, and pass.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use url::Url;

use super::fault::Fault;
use super::refusal::Refusal;
use crate::Config;

pub(crate) fn check(config: &Config, headers: &HeaderMap) -> Result<(), Refusal> {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    if !host.is_some_and(|host| host_is_ours(config, host)) {
        return Err(forbidden(
            "HOST_NOT_ALLOWED",
            "this service doesn't answer under this host: use its public address; its operator can add hosts with \
             --mcp-host",
        ));
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let is_ours = |origin: &str| origin_is_ours(config, origin);
    if !origins.all(|origin| origin.to_str().is_ok_and(is_ours)) {
        return Err(forbidden(
            "ORIGIN_NOT_ALLOWED",
            "pages of this origin may not use this service; its operator can allow them with --mcp-origin",
        ));
    }
    Ok(())
}

fn forbidden(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, Fault::new(code, message))
}

fn host_is_ours(config: &Config, host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host();
    if config.is_loopback() && is_local(name) {
        return true;
    }
    let is_public = config
        .public_url
        .host_str()
        .is_some_and(|public| public.eq_ignore_ascii_case(name));
    is_public
        || config
            .mcp_hosts
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
}

fn origin_is_ours(config: &Config, origin: &str) -> bool {
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
    let is_local = config.is_loopback() && origin.host_str().is_some_and(is_local);
    let said = origin.origin().ascii_serialization();
    is_local || said == config.origin() || config.mcp_origins.contains(&said)
}

fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn passes(config: &Config, host: &'static str, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        check(config, &headers).is_ok()
    }

    #[test]
    fn on_this_machine_only_this_machine_is_answered() {
        let config = Config::new("http://127.0.0.1:8080".parse().unwrap());
        for host in [
            "localhost:8080",
            "127.0.0.1:8080",
            "[::1]:8080",
            "localhost",
        ] {
            assert!(passes(&config, host, None), "{host}");
        }
        assert!(passes(&config, "localhost", Some("http://localhost:6274")));
        for host in [
            "evil.example.com",
            "localhost.evil.com",
            "127.0.0.1.nip.io",
            "a b",
            "",
        ] {
            assert!(!passes(&config, host, None), "{host}");
        }
        for origin in [
            "http://evil.example.com",
            "null",
            "http://localhost.evil.com",
            "file://",
        ] {
            assert!(!passes(&config, "localhost", Some(origin)), "{origin}");
        }
    }

    #[test]
    fn a_public_service_answers_under_its_name_and_those_that_were_added() {
        let mut config = Config::new("https://plans.example.com".parse().unwrap());
        config.mcp_hosts = vec!["internal".to_owned()];
        config.mcp_origins = vec!["https://chat.example.org".to_owned()];
        assert!(passes(
            &config,
            "plans.example.com",
            Some("https://plans.example.com")
        ));
        assert!(passes(
            &config,
            "internal:80",
            Some("https://chat.example.org")
        ));
        assert!(!passes(&config, "localhost", None));
        assert!(!passes(
            &config,
            "plans.example.com",
            Some("http://plans.example.com")
        ));
        assert!(!passes(
            &config,
            "plans.example.com",
            Some("https://chat.example.org:8443")
        ));
    }
}
