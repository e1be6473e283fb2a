//! Where the service listens, and where people reach it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{Context, bail};
use url::Url;

use crate::cli::HttpOptions;

const DEFAULT_PORT: u16 = 8080;

/// As given; else every address at the platform's port; else this machine only.
pub(in crate::commands) fn listen(options: &HttpOptions) -> SocketAddr {
    match (options.listen, options.port) {
        (Some(address), _) => address,
        (None, Some(port)) => (Ipv4Addr::UNSPECIFIED, port).into(),
        (None, None) => (Ipv4Addr::LOCALHOST, DEFAULT_PORT).into(),
    }
}

/// As given; else the address that is listened on, if that is this machine's own.
pub(in crate::commands) fn public(
    options: &HttpOptions,
    listening: SocketAddr,
) -> anyhow::Result<Url> {
    if let Some(url) = &options.public_url {
        return checked(url.clone());
    }
    if !listening.ip().is_loopback() {
        bail!(
            "this service can be reached from other machines: say with --public-url \
             (PLANRANK_PUBLIC_URL) where, such as https://planrank.example.org"
        );
    }
    let host = match listening.ip() {
        IpAddr::V4(_) => "localhost".to_owned(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    Url::parse(&format!("http://{host}:{}/", listening.port())).context("the address is no URL")
}

fn checked(url: Url) -> anyhow::Result<Url> {
    let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    if !is_web || url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        bail!("--public-url has to be scheme and host only, such as https://planrank.example.org");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(listen: Option<&str>, port: Option<u16>, public_url: Option<&str>) -> HttpOptions {
        HttpOptions {
            listen: listen.map(|l| l.parse().unwrap()),
            port,
            public_url: public_url.map(|u| u.parse().unwrap()),
            metrics_listen: None,
            metrics_token: None,
            trust_proxy: false,
            mcp_hosts: Vec::new(),
            mcp_origins: Vec::new(),
        }
    }

    #[test]
    fn a_platform_port_means_every_address_and_nothing_means_this_machine() {
        for (given, port, expect) in [
            (None, None, "127.0.0.1:8080"),
            (None, Some(3000), "0.0.0.0:3000"),
            (Some("10.0.0.1:9"), Some(3000), "10.0.0.1:9"),
        ] {
            assert_eq!(listen(&options(given, port, None)).to_string(), expect);
        }
    }

    #[test]
    fn only_a_loopback_service_knows_its_address_by_itself() {
        let none = options(None, None, None);
        let local = public(&none, "127.0.0.1:81".parse().unwrap()).unwrap();
        assert_eq!(local.as_str(), "http://localhost:81/");
        assert!(public(&none, "0.0.0.0:81".parse().unwrap()).is_err());
    }

    #[test]
    fn a_public_address_has_no_path() {
        let public = |url| {
            public(
                &options(None, None, Some(url)),
                "127.0.0.1:81".parse().unwrap(),
            )
        };
        assert!(public("https://example.org").is_ok());
        for wrong in [
            "https://example.org/planrank",
            "https://example.org/?a",
            "ftp://example.org",
            "mailto:a@example.org",
        ] {
            assert!(public(wrong).is_err(), "{wrong}");
        }
    }
}
