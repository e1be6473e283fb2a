//! Which request suffers which fault.
//!
//! Faults of *content* (what the answer says) depend on seed and request alone; faults of
//! *transport* and of *streams* also on the attempt, and strike a request at most [`MAX_STRIKES`] times. So a
//! client that retries always ends, and ends with the same answers however often it is
//! interrupted.

use std::time::Duration;

use sha2::{Digest, Sha256};

/// A client that asks four times gets through.
const MAX_STRIKES: u64 = 3;

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// The answer comes late.
    Slow,
    /// Status 429 with `Retry-After`.
    RateLimit,
    /// Status 500.
    ServerError,
    /// Status 200 with a body that isn't JSON.
    BrokenBody,
    /// The connection breaks in the middle of the body.
    Reset,
    /// The model's text lacks its last character.
    BrokenJson,
    /// The model's text is wrapped in prose and code fences.
    Fences,
    /// The model's text ends halfway and says so.
    Truncated,
    /// The model's text is JSON of another shape.
    WrongSchema,
    /// The model declines.
    Refusal,
    /// A stream is kept alive, but says nothing.
    StallFirst,
    /// A stream says no more after its first half, but is kept alive.
    StallMidway,
    /// The connection breaks after a stream's first half.
    Cut,
    /// A stream's event in the middle isn't JSON.
    GarbageEvent,
    /// A stream's event in the middle is an error.
    ErrorEvent,
}

impl FaultKind {
    /// What can happen to any request.
    pub const ALL: [Self; 10] = [
        Self::Slow,
        Self::RateLimit,
        Self::ServerError,
        Self::BrokenBody,
        Self::Reset,
        Self::BrokenJson,
        Self::Fences,
        Self::Truncated,
        Self::WrongSchema,
        Self::Refusal,
    ];

    /// What can happen to a stream only; a request for a whole answer doesn't suffer it.
    pub const STREAM: [Self; 5] = [
        Self::StallFirst,
        Self::StallMidway,
        Self::Cut,
        Self::GarbageEvent,
        Self::ErrorEvent,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::RateLimit => "429",
            Self::ServerError => "500",
            Self::BrokenBody => "broken-body",
            Self::Reset => "reset",
            Self::BrokenJson => "broken-json",
            Self::Fences => "fences",
            Self::Truncated => "truncated",
            Self::WrongSchema => "wrong-schema",
            Self::Refusal => "refusal",
            Self::StallFirst => "stall-first",
            Self::StallMidway => "stall",
            Self::Cut => "cut",
            Self::GarbageEvent => "garbage-event",
            Self::ErrorEvent => "error-event",
        }
    }

    /// A comma-separated list of names, or `all`, or `stream` for those of streams.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, String> {
        match text.trim() {
            "all" => return Ok(Self::ALL.to_vec()),
            "stream" => return Ok(Self::STREAM.to_vec()),
            _ => {}
        }
        let kinds = || Self::ALL.into_iter().chain(Self::STREAM);
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        names
            .map(|name| {
                let found = kinds().find(|kind| kind.name() == name);
                found.ok_or_else(|| {
                    let known: Vec<&str> = kinds().map(Self::name).collect();
                    format!(
                        "no fault {name:?}; there are all, stream, {}",
                        known.join(", ")
                    )
                })
            })
            .collect()
    }

    fn is_transport(self) -> bool {
        matches!(
            self,
            Self::Slow | Self::RateLimit | Self::ServerError | Self::BrokenBody | Self::Reset
        )
    }
}

/// Which faults strike, how often, and with what figures.
#[derive(Debug, Clone)]
pub struct Faults {
    pub kinds: Vec<FaultKind>,
    /// Share of requests that suffer a fault, 0 to 1, over all kinds together.
    pub rate: f64,
    pub seed: u64,
    /// How late a slow answer is.
    pub slow: Duration,
    /// The text of `Retry-After`: seconds or an HTTP date.
    pub retry_after: String,
}

impl Default for Faults {
    /// None at all.
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            rate: 0.0,
            seed: 0,
            slow: Duration::from_millis(200),
            retry_after: "1".into(),
        }
    }
}

impl Faults {
    /// These kinds at this rate.
    pub fn new(kinds: &[FaultKind], rate: f64, seed: u64) -> Self {
        Self {
            kinds: kinds.to_vec(),
            rate,
            seed,
            ..Self::default()
        }
    }

    pub(super) fn transport(&self, key: &str, attempt: u64) -> Option<FaultKind> {
        if attempt >= MAX_STRIKES {
            return None;
        }
        self.draw(
            &format!("transport/{key}/{attempt}"),
            FaultKind::is_transport,
        )
    }

    pub(super) fn content(&self, key: &str) -> Option<FaultKind> {
        self.draw(&format!("content/{key}"), |kind| {
            !kind.is_transport() && !FaultKind::STREAM.contains(&kind)
        })
    }

    pub(super) fn stream(&self, key: &str, attempt: u64) -> Option<FaultKind> {
        if attempt >= MAX_STRIKES {
            return None;
        }
        self.draw(&format!("stream/{key}/{attempt}"), |kind| {
            FaultKind::STREAM.contains(&kind)
        })
    }

    /// One kind among those that `wanted` accepts, each with its share of the whole rate.
    fn draw(&self, label: &str, wanted: impl Fn(FaultKind) -> bool) -> Option<FaultKind> {
        let digest = Sha256::digest(format!("{}/{label}", self.seed));
        let bits = digest
            .iter()
            .take(6)
            .fold(0_u64, |bits, &b| bits << 8 | u64::from(b));
        let mut uniform = bits as f64 / (1_u64 << 48) as f64;
        let share = self.rate / self.kinds.len().max(1) as f64;
        for &kind in self.kinds.iter().filter(|&&kind| wanted(kind)) {
            if uniform < share {
                return Some(kind);
            }
            uniform -= share;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strikes(faults: &Faults) -> usize {
        let keys = (0..2_000).map(|i| i.to_string());
        keys.filter(|key| faults.content(key).or(faults.transport(key, 0)).is_some())
            .count()
    }

    #[test]
    fn the_rate_is_kept_over_all_kinds_together() {
        let count = strikes(&Faults::new(&FaultKind::ALL, 0.2, 1));
        assert!((350..=450).contains(&count), "{count} of 2000");
        assert_eq!(strikes(&Faults::default()), 0);
    }

    #[test]
    fn transport_faults_end_and_content_faults_never_change() {
        let faults = Faults::new(&[FaultKind::ServerError], 1.0, 1);
        assert_eq!(
            faults.transport("k", MAX_STRIKES - 1),
            Some(FaultKind::ServerError)
        );
        assert_eq!(faults.transport("k", MAX_STRIKES), None);
        let faults = Faults::new(&[FaultKind::Refusal], 0.5, 1);
        assert_eq!(faults.content("k"), faults.content("k"));
    }

    #[test]
    fn lists_of_names_are_read() {
        use FaultKind::{RateLimit, Refusal};
        assert_eq!(
            FaultKind::parse_list("429, refusal"),
            Ok(vec![RateLimit, Refusal])
        );
        assert_eq!(FaultKind::parse_list("all").unwrap().len(), 10);
        assert_eq!(FaultKind::parse_list("stream").unwrap().len(), 5);
        assert_eq!(FaultKind::parse_list("cut").unwrap(), [FaultKind::Cut]);
        assert!(
            FaultKind::parse_list("fire")
                .unwrap_err()
                .contains("wrong-schema")
        );
    }
}
