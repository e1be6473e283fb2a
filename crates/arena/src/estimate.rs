//! What a ranking would cost, before any of it is spent: typical values, no upper bound. The upper
//! bound is the budget that the ranking is given.

use llm::{Client, Usage};
use serde::Serialize;
use store::{Contest, Store};

use crate::contest::Position;
use crate::extract::{Rater, rater_version};
use crate::rank::{RankError, Settings};
use crate::{rounds, vectors};

/// Cards that are measured to know how long they are.
const SAMPLE: usize = 50;
/// Rubric, schema and markers around the cards, in tokens.
const FRAME_TOKENS: u64 = 2_500;
/// A verdict with seven dimensions and their quotes.
const VERDICT_TOKENS: u64 = 1_800;
/// Rubric and schema of a question about one plan.
const READING_FRAME_TOKENS: u64 = 1_000;
/// A rated prompt, or the figures found in a plan.
const READING_TOKENS: u64 = 1_000;
/// One call about the prompt, one about the figures.
const READINGS_PER_PLAN: u64 = 2;
/// English text has some four bytes a token; other languages fewer.
const BYTES_PER_TOKEN: u64 = 3;

/// Calls still to be made, and tokens of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Estimate {
    pub plans: u64,
    pub comparisons: u64,
    /// Per comparison.
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Calls that read one plan for its KPIs, at most.
    pub extraction_calls: u64,
    /// Per such call.
    pub extraction_input_tokens: u64,
    pub extraction_output_tokens: u64,
}

impl Estimate {
    /// At the price of the client's first model, in nano-USD.
    pub fn cost_nano_usd(&self, client: &Client) -> i64 {
        let Some(model) = client.models().next() else {
            return 0;
        };
        let cost = |calls: u64, input_tokens, output_tokens| {
            let each = model.price.cost_nano_usd(Usage {
                input_tokens,
                output_tokens,
                cached_input_tokens: 0,
            });
            each.saturating_mul(i64::try_from(calls).unwrap_or(i64::MAX))
        };
        let comparing = cost(self.comparisons, self.input_tokens, self.output_tokens);
        let reading = cost(
            self.extraction_calls,
            self.extraction_input_tokens,
            self.extraction_output_tokens,
        );
        comparing.saturating_add(reading)
    }
}

/// Counts what a ranking under these settings still has to do; `rater` is the model that would
/// read the plans for their KPIs, if one would.
pub async fn estimate(
    store: &Store,
    contest: Contest,
    settings: Settings,
    rater: Option<&Rater>,
) -> Result<Estimate, RankError> {
    let position = Position::expected(store, contest).await?;
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
        extraction_calls: match rater {
            Some(rater) => READINGS_PER_PLAN * unread(store, rater).await?,
            None => 0,
        },
        extraction_input_tokens: READING_FRAME_TOKENS + mean / BYTES_PER_TOKEN,
        extraction_output_tokens: READING_TOKENS,
    })
}

/// Plans that this model has not read yet. Its answers about the others are in the journal,
/// also when a new snapshot or extractor makes their KPIs be extracted again.
async fn unread(store: &Store, rater: &Rater) -> Result<u64, RankError> {
    let rater = rater_version(rater);
    let mut unread = 0;
    for plan in store.plans_without_kpis("", u32::MAX).await? {
        let current = store.kpis(plan).await?;
        let by_rater = |version: &str| {
            let before = version.strip_suffix(rater.as_str());
            before.is_some_and(|before| before.ends_with(' '))
        };
        unread += u64::from(!current.is_some_and(|kpis| by_rater(&kpis.version)));
    }
    Ok(unread)
}
