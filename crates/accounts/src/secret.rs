//! Secrets: strings that can't be printed by accident, and the keyed hashes under which the
//! database knows them.
//!
//! Invariant: a secret is found by its HMAC and never compared byte by byte, so how long a look-up
//! takes says nothing about how much of a guess was right.

use std::fmt;

use environment::Entropy;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use store::Digest;

use crate::AccountsError;

/// Shorter peppers could be guessed from one known key and its hash.
const MIN_PEPPER_BYTES: usize = 32;

/// A secret string. `Debug` shows only that there is one; there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The secret itself, for the one place that hands it on.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

/// What a secret is for; one that was made for something else has another hash.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Key,
    Session,
    Address,
    Signing,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Key => b"api key\0",
            Self::Session => b"session\0",
            Self::Address => b"address\0",
            Self::Signing => b"signing key\0",
        }
    }
}

/// The server's own secrets, without which a copy of the database is of no use. The first signs,
/// all verify: to rotate, put a new one in front, and drop the old one when the keys that matter
/// have been used (each use signs anew).
#[derive(Debug, Clone)]
pub struct Peppers(Vec<Secret>);

impl Peppers {
    /// Fails when there is none, or one has under 32 bytes.
    pub fn new(peppers: Vec<Secret>) -> Result<Self, AccountsError> {
        let short = peppers
            .iter()
            .any(|pepper| pepper.expose().len() < MIN_PEPPER_BYTES);
        if short || peppers.is_empty() {
            let why = format!("give at least one, each of {MIN_PEPPER_BYTES} characters or more");
            return Err(AccountsError::Invalid {
                field: "peppers",
                why,
            });
        }
        Ok(Self(peppers))
    }

    pub(crate) fn sign(&self, purpose: Purpose, secret: &str) -> Digest {
        hash(&self.0[0], purpose, secret)
    }

    /// The hash under each pepper, the newest first.
    pub(crate) fn hashes(&self, purpose: Purpose, secret: &str) -> Vec<Digest> {
        let hash = |pepper| hash(pepper, purpose, secret);
        self.0.iter().map(hash).collect()
    }
}

fn hash(pepper: &Secret, purpose: Purpose, secret: &str) -> Digest {
    mac(
        pepper.expose().as_bytes(),
        &[purpose.label(), secret.as_bytes()],
    )
}

/// HMAC-SHA-256 over the parts in a row.
pub(crate) fn mac(key: &[u8], parts: &[&[u8]]) -> Digest {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    Digest(mac.finalize().into_bytes().into())
}

/// 32 bytes that nobody can guess.
pub(crate) fn random_bytes(entropy: &dyn Entropy) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&entropy.bytes());
    bytes[16..].copy_from_slice(&entropy.bytes());
    bytes
}

/// Ten random bytes for an id.
pub(crate) fn id_bytes(entropy: &dyn Entropy) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&entropy.bytes()[..10]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peppers(all: &[&str]) -> Result<Peppers, AccountsError> {
        Peppers::new(all.iter().map(|pepper| Secret::new(*pepper)).collect())
    }

    const OLD: &str = "an old pepper of over thirty-two characters";
    const NEW: &str = "a new pepper of over thirty-two characters";

    #[test]
    fn no_pepper_and_a_short_pepper_are_refused() {
        assert!(peppers(&[]).is_err());
        assert!(peppers(&[OLD, "short"]).is_err());
    }

    #[test]
    fn the_first_pepper_signs_and_all_verify() {
        let (old, both) = (peppers(&[OLD]).unwrap(), peppers(&[NEW, OLD]).unwrap());
        let before = old.sign(Purpose::Key, "k");
        assert_ne!(both.sign(Purpose::Key, "k"), before);
        assert!(both.hashes(Purpose::Key, "k").contains(&before));
    }

    #[test]
    fn a_secret_made_for_one_purpose_serves_no_other() {
        let peppers = peppers(&[OLD]).unwrap();
        assert_ne!(
            peppers.sign(Purpose::Key, "k"),
            peppers.sign(Purpose::Session, "k")
        );
    }

    #[test]
    fn nothing_secret_is_printed() {
        let shown = format!(
            "{:?} {:?}",
            Secret::new("hunter2"),
            peppers(&[OLD]).unwrap()
        );
        assert!(
            !shown.contains("hunter2") && !shown.contains("pepper of"),
            "{shown}"
        );
    }
}
