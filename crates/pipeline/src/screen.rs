//! What a prompt lacks, said before money is spent.

use serde::{Deserialize, Serialize};

/// What to expect of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptVerdict {
    Ready,
    /// It can be planned, and the plan will rest on assumptions.
    Thin,
    /// Nothing can be planned from it.
    Refused,
}

/// One thing that a good prompt says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromptItem {
    pub key: String,
    pub label: String,
    /// 0, ½ or 1.
    pub score: f64,
    /// How to say it, when it isn't said.
    pub advice: Option<String>,
}

/// What a prompt says and lacks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromptReview {
    pub verdict: PromptVerdict,
    pub items: Vec<PromptItem>,
    /// Why it is refused, or what contradicts itself.
    pub problems: Vec<String>,
}
