//! Signed links: whoever holds one may fetch one download of one plan until it expires.
//!
//! A token is `PLAN.WHAT.EXPIRY.MAC` in hexadecimal digits and a word; the MAC is HMAC-SHA256 over
//! the other three under a key of the server. Invariant: nothing of a token is believed before its
//! MAC was checked, in constant time.

use std::fmt;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use store::PlanId;

/// What can be downloaded of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Download {
    /// The report as one HTML file.
    Report,
    /// The report as Markdown.
    Markdown,
    /// All files of the run.
    Zip,
}

impl Download {
    pub const EVERY: [Self; 3] = [Self::Report, Self::Markdown, Self::Zip];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Markdown => "markdown",
            Self::Zip => "zip",
        }
    }

    /// The artifact behind it; the zip is made of all of them.
    pub fn artifact(self) -> Option<&'static str> {
        match self {
            Self::Report => Some("report.html"),
            Self::Markdown => Some("report.md"),
            Self::Zip => None,
        }
    }
}

impl fmt::Display for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Download {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let what = Self::EVERY.into_iter().find(|what| what.as_str() == text);
        what.ok_or_else(|| format!("{text:?} is none of report, markdown and zip"))
    }
}

/// A link that was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedLink {
    /// To be put behind the service's public address.
    pub path: String,
    pub expires_at: DateTime<Utc>,
}

/// Why a link opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("this link was not made by this server, or was changed on its way")]
    Invalid,
    #[error("this link expired at {0}; ask for a new one")]
    Expired(DateTime<Utc>),
}

/// The key behind links.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(…)")
    }
}

impl LinkKey {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    pub fn sign(&self, plan: PlanId, what: Download, until: DateTime<Utc>) -> SignedLink {
        // Whole seconds, as the token has them.
        let seconds = until.timestamp();
        let claim = format!("{}.{what}.{seconds:x}", plan.0.simple());
        let mac = hex::encode(self.mac(&claim).finalize().into_bytes());
        SignedLink {
            path: format!("/download/{claim}.{mac}"),
            expires_at: DateTime::from_timestamp(seconds, 0).unwrap_or(until),
        }
    }

    pub fn open(&self, token: &str, now: DateTime<Utc>) -> Result<(PlanId, Download), LinkError> {
        let (claim, mac) = token.rsplit_once('.').ok_or(LinkError::Invalid)?;
        let mut given = [0; 32];
        hex::decode_to_slice(mac, &mut given).map_err(|_| LinkError::Invalid)?;
        let checked = self.mac(claim).verify_slice(&given);
        checked.map_err(|_| LinkError::Invalid)?;
        let (plan, what, until) = read(claim).ok_or(LinkError::Invalid)?;
        if until <= now {
            return Err(LinkError::Expired(until));
        }
        Ok((plan, what))
    }

    fn mac(&self, claim: &str) -> Hmac<Sha256> {
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0) else {
            unreachable!("HMAC takes keys of any length")
        };
        mac.update(b"planrank-download/1\n");
        mac.update(claim.as_bytes());
        mac
    }
}

fn read(claim: &str) -> Option<(PlanId, Download, DateTime<Utc>)> {
    let mut parts = claim.split('.');
    let plan = parts.next()?.parse().ok()?;
    let what = parts.next()?.parse().ok()?;
    let seconds = i64::from_str_radix(parts.next()?, 16).ok()?;
    let until = DateTime::from_timestamp(seconds, 0)?;
    parts.next().is_none().then_some((plan, what, until))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    const KEY: LinkKey = LinkKey([7; 32]);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_780_000_000 + seconds)
    }

    fn plan(n: u128) -> PlanId {
        PlanId(uuid::Uuid::from_u128(n))
    }

    fn token(link: &SignedLink) -> &str {
        link.path.strip_prefix("/download/").unwrap()
    }

    #[test]
    fn a_link_opens_its_own_download_until_it_expires() {
        for what in Download::EVERY {
            let link = KEY.sign(plan(5), what, at(60));
            assert_eq!(KEY.open(token(&link), at(0)), Ok((plan(5), what)));
            assert_eq!(KEY.open(token(&link), at(59)), Ok((plan(5), what)));
            let expired = Err(LinkError::Expired(at(60)));
            assert_eq!(KEY.open(token(&link), at(60)), expired);
        }
    }

    #[test]
    fn another_plan_another_download_a_later_end_or_another_server_is_refused() {
        let link = KEY.sign(plan(5), Download::Report, at(60));
        let other = KEY.sign(plan(6), Download::Zip, at(90));
        let mine: Vec<&str> = token(&link).split('.').collect();
        let theirs: Vec<&str> = token(&other).split('.').collect();
        for part in 0..4 {
            let mut forged = mine.clone();
            forged[part] = theirs[part];
            let opened = KEY.open(&forged.join("."), at(0));
            assert_eq!(opened, Err(LinkError::Invalid), "part {part}");
        }
        let elsewhere = LinkKey([8; 32]).open(token(&link), at(0));
        assert_eq!(elsewhere, Err(LinkError::Invalid));
    }

    proptest! {
        #[test]
        fn no_change_of_a_token_opens_anything(place in 0usize..120, byte in 0x20u8..0x7f) {
            let link = KEY.sign(plan(5), Download::Zip, at(60));
            let mut token = token(&link).as_bytes().to_vec();
            let place = place % token.len();
            prop_assume!(!token[place].eq_ignore_ascii_case(&byte));
            token[place] = byte;
            let token = String::from_utf8(token).unwrap();
            prop_assert_eq!(KEY.open(&token, at(0)), Err(LinkError::Invalid));
        }

        #[test]
        fn any_text_is_refused(token in "\\PC{0,200}") {
            prop_assert_eq!(KEY.open(&token, at(0)), Err(LinkError::Invalid));
        }
    }
}
