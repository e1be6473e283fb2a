//! How much of a plan is asked for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How much of a plan is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// One call and no plan, to see whether the models answer.
    Ping,
    /// The whole graph in little detail.
    Fast,
    /// The whole graph.
    All,
}

impl Mode {
    pub const EVERY: [Self; 3] = [Self::Ping, Self::Fast, Self::All];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::Fast => "fast",
            Self::All => "all",
        }
    }

    /// Whether prompts ask for little detail.
    pub fn is_brief(self) -> bool {
        self != Self::All
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mode = Self::EVERY.into_iter().find(|mode| mode.as_str() == text);
        mode.ok_or_else(|| format!("{text:?} is none of ping, fast and all"))
    }
}
