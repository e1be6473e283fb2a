//! Choices of offline templates: they vary from prompt to prompt and never from run to run.

use minijinja::value::Value;
use minijinja::{Error, ErrorKind};
use sha2::{Digest, Sha256};

/// SHA-256 of the prompt.
#[derive(Clone, Copy)]
pub(super) struct Seed([u8; 32]);

impl Seed {
    pub(super) fn of(prompt: &str) -> Self {
        Self(Sha256::digest(prompt).into())
    }

    fn draw(self, label: &str) -> u64 {
        let hash = Sha256::new().chain_update(self.0).chain_update(label);
        let bytes: [u8; 32] = hash.finalize().into();
        bytes
            .iter()
            .take(8)
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }

    /// `pick(list, n)`: n elements of the list in its order.
    pub(super) fn pick(self) -> Value {
        Value::from_function(move |list: Value, count: usize| -> Result<Value, Error> {
            let items: Vec<Value> = list.try_iter()?.collect();
            let mut ranked: Vec<(u64, usize)> = items
                .iter()
                .enumerate()
                .map(|(at, item)| (self.draw(&format!("{at} {item}")), at))
                .collect();
            ranked.sort_unstable();
            ranked.truncate(count);
            let mut chosen: Vec<usize> = ranked.into_iter().map(|(_, at)| at).collect();
            chosen.sort_unstable();
            Ok(chosen.into_iter().map(|at| items[at].clone()).collect())
        })
    }

    /// `number(label, low, high)`: a whole number, both ends included.
    pub(super) fn number(self) -> Value {
        Value::from_function(move |label: String, low: i64, high: i64| {
            let width = high.checked_sub(low).and_then(|width| width.checked_add(1));
            let width = width
                .and_then(|width| u64::try_from(width).ok())
                .filter(|w| *w > 0);
            let Some(width) = width else {
                let message = format!("number({label:?}) from {low} to {high}: there is none");
                return Err(Error::new(ErrorKind::InvalidOperation, message));
            };
            let above = i64::try_from(self.draw(&label) % width).unwrap_or_default();
            Ok(low + above)
        })
    }
}
