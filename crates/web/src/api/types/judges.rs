//! Judges: who they are, how they judge, and whether they may.

use std::collections::BTreeMap;

use arena::judge::canary;
use arena::views;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Wire, mirrored_words, mirrors};

mirrored_words! {
    /// `on_trial` judges, with too few pairs in both orders to tell.
    JudgeStanding of canary::Standing { OnTrial, Good, Suspended, }
}

mirrors! {
    /// Everything known of a judge.
    JudgeView of views::JudgeView {
        judge_id: Uuid,
        name: String,
        /// `offline` (rules, not a language model) or `model`.
        kind: String,
        version: String,
        model: Option<String>,
        fingerprint: String,
        /// Null before its first verdict was rated.
        habits: Option<Habits>,
        /// What canaries and second orders show; null before the first.
        health: Option<JudgeHealth>,
        standing: Option<JudgeStanding>,
        #[schema(minimum = 0, maximum = 1)]
        flip_rate: Option<f64>,
        /// In the public ratings.
        verdicts: i64,
        suspended_at: Option<DateTime<Utc>>,
        suspended_why: Option<String>,
        created_at: DateTime<Utc>,
    }

    /// How a judge differs from the jury, as the last fit found it.
    Habits of views::Habits {
        /// κ: how sharply its levels follow the difference in strength; 1 is the jury's mean.
        discrimination: f64,
        /// β: what being shown first is worth to it, in logits.
        position_effect_logits: f64,
        /// Where one level ends and the next begins.
        #[schema(min_items = 4, max_items = 4)]
        cut_points_logits: Vec<f64>,
        verdicts: usize,
    }

    JudgeHealth of canary::Health {
        swaps: Swaps,
        /// What each sort of doctoring gained with it.
        canaries: BTreeMap<String, Gain>,
    }

    /// Pairs that were judged in both orders.
    Swaps of canary::SwapStatistics {
        pairs: usize,
        contradictions: usize,
        /// Different winners by more than a wobble.
        flips: usize,
        /// The 90 % interval of the flip rate.
        #[schema(min_items = 2, max_items = 2)]
        flip_rate_interval: Vec<f64>,
        /// Levels gained by being shown first.
        mean_position_gain: f64,
    }

    Gain of canary::GainStatistics {
        count: usize,
        mean: f64,
        sd: f64,
        /// Whether it is what an honest judge shows.
        as_expected: bool,
    }
}

impl<const N: usize> Wire<[f64; N]> for Vec<f64> {
    fn wire(from: [f64; N]) -> Self {
        from.to_vec()
    }
}

impl Wire<(f64, f64)> for Vec<f64> {
    fn wire(from: (f64, f64)) -> Self {
        vec![from.0, from.1]
    }
}

impl Wire<BTreeMap<canary::CanaryKind, canary::GainStatistics>> for BTreeMap<String, Gain> {
    fn wire(from: BTreeMap<canary::CanaryKind, canary::GainStatistics>) -> Self {
        let named = from.into_iter().filter_map(|(kind, gain)| {
            let name = serde_json::to_value(kind).ok()?;
            Some((name.as_str()?.to_owned(), Gain::wire(gain)))
        });
        named.collect()
    }
}
