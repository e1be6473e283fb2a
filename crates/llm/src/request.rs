//! What is asked of a model, and the key under which its answer is kept.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::ProviderKind;

/// Who said a turn of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    User,
    Assistant,
}

/// One earlier message. The history follows `user` and alternates, starting with the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    pub role: Role,
    pub text: String,
}

/// A named JSON schema that the answer must satisfy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// Letters, digits, `_` and `-` only: providers refuse others.
    pub name: String,
    pub json: Value,
}

/// One question. `user` is the first message; `history` holds the turns after it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub system: String,
    pub user: String,
    pub history: Vec<Turn>,
    pub schema: Option<Schema>,
    /// The most tokens to write; lowered to the model's own limit.
    pub max_output_tokens: u32,
    /// Left out for models that accept no sampling parameters.
    pub temperature: Option<f32>,
    pub seed: Option<u64>,
}

impl Request {
    /// Never less than what a tokenizer counts: each token covers at least one byte, and
    /// the chat template adds a few per message.
    pub(crate) fn worst_case_input_tokens(&self) -> u64 {
        let template = 64 * (self.history.len() as u64 + 3);
        self.input_bytes().saturating_add(template)
    }

    /// Less than any tokenizer counts for real text, to tell early that a prompt can't fit.
    pub(crate) fn least_input_tokens(&self) -> u64 {
        self.input_bytes() / 16
    }

    fn input_bytes(&self) -> u64 {
        let history: usize = self.history.iter().map(|turn| turn.text.len()).sum();
        let schema = self
            .schema
            .as_ref()
            .map_or(0, |schema| schema.json.to_string().len());
        (self.system.len() + self.user.len() + history + schema) as u64
    }
}

/// SHA-256 in hex over provider kind, model and the canonical request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestKey(String);

impl RequestKey {
    /// The key of `request` asked of `model`. Object keys are sorted, so equal requests have
    /// equal keys whatever order a schema was written in.
    pub fn new(kind: ProviderKind, model: &str, request: &Request) -> Self {
        let mut canonical = json!({
            "format": "planrank-request/1",
            "provider": kind.name(),
            "model": model,
            "request": request,
        });
        canonical.sort_all_objects();
        Self(hex::encode(Sha256::digest(canonical.to_string())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight bytes, to vary the jitter of calls made at the same time.
    pub(crate) fn entropy(&self) -> u64 {
        u64::from_str_radix(&self.0[..16], 16).unwrap_or_default()
    }
}

impl std::fmt::Display for RequestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
