//! The secrets of one login attempt.

use chrono::{DateTime, TimeDelta, Utc};
use environment::Entropy;
use sha2::{Digest as _, Sha256};
use store::{Digest, NewLoginAttempt};

use crate::secret::{mac, random_bytes};
use crate::{ReturnTo, Secret, key_format};

/// How long a person may take at the provider.
pub(super) const LIFETIME: TimeDelta = TimeDelta::minutes(10);
const DIGITS: usize = 43;

pub(super) struct Attempt {
    pub(super) state: Secret,
    pub(super) binding: Secret,
}

impl Attempt {
    pub(super) fn new(entropy: &dyn Entropy) -> Self {
        let token = || Secret::new(key_format::base62(&random_bytes(entropy), DIGITS));
        Self {
            state: token(),
            binding: token(),
        }
    }

    pub(super) fn row(
        &self,
        provider: &str,
        return_to: &ReturnTo,
        now: DateTime<Utc>,
    ) -> NewLoginAttempt {
        let (state_hash, binding_hash) = hashes(self.state.expose(), self.binding.expose());
        NewLoginAttempt {
            state_hash,
            binding_hash,
            provider: provider.to_owned(),
            return_to: return_to.to_string(),
            expires_at: now + LIFETIME,
        }
    }
}

pub(super) fn hashes(state: &str, binding: &str) -> (Digest, Digest) {
    (hash("login state", state), hash("login binding", binding))
}

/// These secrets have 256 random bits and a short life, and so need no pepper.
fn hash(label: &str, secret: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update(label.as_bytes());
    hash.update([0]);
    hash.update(secret.as_bytes());
    Digest(hash.finalize().into())
}

/// What the id token must hold, so that it is the answer to this attempt.
pub(super) fn nonce(binding: &str) -> String {
    mac(binding.as_bytes(), &[b"nonce"]).to_string()
}

/// The PKCE code verifier: proves that whoever redeems the code also asked for it.
pub(super) fn pkce_verifier(binding: &str) -> String {
    mac(binding.as_bytes(), &[b"pkce"]).to_string()
}
