//! What a ranking would cost, before any of it is spent.

use llm::{Client, Usage};
use serde::Serialize;
use store::{Contest, Store};

use crate::contest::Position;
use crate::rank::{RankError, Settings};
use crate::{rounds, vectors};

/// Cards that are measured to know how long they are.
const SAMPLE: usize = 50;
/// Rubric, schema and markers around the cards, in tokens.
const FRAME_TOKENS: u64 = 2_500;
/// A verdict with seven dimensions and their quotes.
const VERDICT_TOKENS: u64 = 1_800;
/// English text has some four bytes a token; other languages fewer.
const BYTES_PER_TOKEN: u64 = 3;

/// Comparisons still to be made, and tokens of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Estimate {
    pub plans: u64,
    pub comparisons: u64,
    /// Per comparison.
    pub input_tokens: u64,
    pub output_tokens: u64,
}

impl Estimate {
    /// At the price of the client's first model, in nano-USD.
    pub fn cost_nano_usd(&self, client: &Client) -> i64 {
        let usage = Usage {
            input_tokens: self.input_tokens,
            output_tokens: self.output_tokens,
            cached_input_tokens: 0,
        };
        let each = client
            .models()
            .next()
            .map_or(0, |model| model.price.cost_nano_usd(usage));
        each.saturating_mul(i64::try_from(self.comparisons).unwrap_or(i64::MAX))
    }
}

/// Counts what a ranking under these settings still has to do.
pub async fn estimate(
    store: &Store,
    contest: Contest,
    settings: Settings,
) -> Result<Estimate, RankError> {
    let position = Position::load(store, contest).await?;
    let plans = position.field.active().count() as u64;
    let mut bytes = Vec::new();
    for (_, node) in position.field.active().take(SAMPLE) {
        let card = vectors::card(store, node.plan)
            .await
            .map_err(|e| RankError::BrokenPlan {
                plan: node.plan,
                why: e.to_string(),
            })?;
        bytes.push(card.render().len() as u64);
    }
    let mean = bytes.iter().sum::<u64>() / (bytes.len() as u64).max(1);
    Ok(Estimate {
        plans,
        comparisons: rounds::budget(settings, &position).saturating_sub(position.used)
            + (position.planned - position.ended),
        input_tokens: FRAME_TOKENS + 2 * mean / BYTES_PER_TOKEN,
        output_tokens: VERDICT_TOKENS,
    })
}
