//! Who is at the other end of the connection.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};

use crate::App;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of whoever asks: of the connection, or as a trusted proxy says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    pub(super) address: IpAddr,
    /// Somebody on this machine, and no proxy in between that speaks for others.
    pub(super) is_local: bool,
}

impl FromRequestParts<App> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        // Without a connection, as in a test of the router, nobody is at this machine.
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let connected = connection.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let forwarded = forwarded_for(&parts.headers);
        let is_local =
            connected.to_canonical().is_loopback() && !parts.headers.contains_key(FORWARDED_FOR);
        let address = forwarded
            .filter(|_| app.config.trust_proxy)
            .unwrap_or(connected);
        Ok(Self { address, is_local })
    }
}

/// The last entry: those before it may be anybody's invention.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get_all(FORWARDED_FOR).iter().next_back()?;
    let last = value.to_str().ok()?.rsplit(',').next()?.trim();
    let with_port = || last.parse::<SocketAddr>().ok().map(|address| address.ip());
    last.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_entry_is_the_proxys_word() {
        for (values, address) in [
            (&["203.0.113.9"][..], Some("203.0.113.9")),
            (&["127.0.0.1, 203.0.113.9"], Some("203.0.113.9")),
            (&["127.0.0.1", "203.0.113.9"], Some("203.0.113.9")),
            (&["203.0.113.9:4711"], Some("203.0.113.9")),
            (&["::1, 2001:db8::1"], Some("2001:db8::1")),
            (&["203.0.113.9, unknown"], None),
            (&[""], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(FORWARDED_FOR, value.parse().unwrap());
            }
            let expected = address.map(|text| text.parse().unwrap());
            assert_eq!(forwarded_for(&headers), expected, "{values:?}");
        }
    }
}
