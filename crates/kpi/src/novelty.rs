//! Novelty: how far a plan is from everything else in the corpus.
//!
//! The mean cosine distance from the plan's embedding to its 8 nearest *families* (the distance
//! to a family is that to its nearest member), as a percentile of the same measure within a
//! frozen snapshot of the corpus. A copy gets 0. Beyond the snapshot's 99th percentile the value
//! is unknown and flagged, since gibberish is far from everything. The caller says which
//! families count: those of other owners for a user's plan, all others for a system plan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::KpiError;
use crate::kpi::{Flag, Kpi};

/// Version of this extractor.
pub const VERSION: &str = "novelty_score/1";
/// Families that count as the neighbourhood.
const NEIGHBOURS: usize = 8;
/// Plans a snapshot needs before percentiles mean anything.
const MIN_SNAPSHOT: usize = 10;
/// Distances below are rounding of an identical text.
const COPY_DISTANCE: f64 = 1e-4;
/// Distances beyond this percentile can't be told from gibberish.
const FAR_PERCENT: usize = 99;

/// The spread of neighbourhood distances in the corpus at one moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Ascending, each plan measured against all families but its own.
    distances: Vec<f64>,
}

impl Snapshot {
    /// Measures every plan against the families of the others. Vectors that fail to be finite
    /// and of one length are an error: the snapshot would be wrong for everybody.
    pub fn freeze<'a, F>(plans: impl IntoIterator<Item = (F, &'a [f32])>) -> Result<Self, KpiError>
    where
        F: Ord + Clone,
    {
        Self::freeze_sample(plans, usize::MAX)
    }

    /// Measures the first `most` plans against the families of all others. Time grows with
    /// `most` times the number of plans; an order that nobody chooses makes it a fair sample.
    pub fn freeze_sample<'a, F>(
        plans: impl IntoIterator<Item = (F, &'a [f32])>,
        most: usize,
    ) -> Result<Self, KpiError>
    where
        F: Ord + Clone,
    {
        let plans: Vec<(F, &[f32])> = plans.into_iter().collect();
        let expected = plans.first().map_or(0, |(_, vector)| vector.len());
        for (index, (_, vector)) in plans.iter().enumerate() {
            if vector.len() != expected {
                return Err(KpiError::MixedDimensions {
                    index,
                    expected,
                    found: vector.len(),
                });
            }
            if norm(vector).is_none() {
                return Err(KpiError::BadVector { index });
            }
        }
        let mut distances: Vec<f64> = plans
            .iter()
            .take(most)
            .filter_map(|(family, vector)| {
                let others = plans.iter().filter(|(other, _)| other != family);
                neighbourhood(
                    vector,
                    others.map(|(other, vector)| (other.clone(), *vector)),
                )
            })
            .map(|near| near.mean)
            .collect();
        distances.sort_by(f64::total_cmp);
        Ok(Self { distances })
    }

    /// Plans in the snapshot.
    pub fn len(&self) -> usize {
        self.distances.len()
    }

    pub fn is_empty(&self) -> bool {
        self.distances.is_empty()
    }

    /// The 99th percentile by nearest rank: the farthest plan itself in a small corpus.
    fn far(&self) -> Option<f64> {
        let rank = (self.distances.len() * FAR_PERCENT).div_ceil(100);
        self.distances.get(rank.checked_sub(1)?).copied()
    }

    /// Share of the snapshot that is nearer, equals counting half.
    fn percentile(&self, distance: f64) -> f64 {
        let below = self
            .distances
            .partition_point(|known| *known < distance - COPY_DISTANCE / 10.0);
        let up_to = self
            .distances
            .partition_point(|known| *known <= distance + COPY_DISTANCE / 10.0);
        (below + up_to) as f64 / (2 * self.distances.len()).max(1) as f64
    }
}

/// The mean distance to the nearest families, and the distance to the very nearest.
struct Neighbourhood {
    mean: f64,
    nearest: f64,
    families: usize,
}

/// Novelty of one plan. `families` yields every comparable plan's family and embedding, the
/// plan itself and its own versions left out by the caller.
pub fn novelty<'a, F>(
    card: &[f32],
    families: impl IntoIterator<Item = (F, &'a [f32])>,
    snapshot: &Snapshot,
) -> Kpi
where
    F: Ord + Clone,
{
    let Some(near) = neighbourhood(card, families) else {
        let reason =
            "There is no other plan to compare with, or this plan's embedding is unusable.";
        return Kpi::unknown(VERSION, reason, json!({}));
    };
    let percentile = snapshot.percentile(near.mean);
    let far = snapshot.far();
    let detail = json!({
        "mean_distance": near.mean,
        "nearest_distance": near.nearest,
        "families_compared": near.families,
        "snapshot_plans": snapshot.len(),
        "snapshot_p99": far,
    });
    if near.nearest <= COPY_DISTANCE {
        return Kpi::known(VERSION, 0.0, detail).with_flags([Flag::Copy]);
    }
    if snapshot.len() < MIN_SNAPSHOT {
        let reason = format!(
            "The corpus snapshot holds {} plans, and {MIN_SNAPSHOT} are needed.",
            snapshot.len()
        );
        return Kpi::unknown(VERSION, reason, detail);
    }
    if far.is_some_and(|far| near.mean > far + COPY_DISTANCE / 10.0) {
        let reason = "This plan is farther from every other plan than the corpus allows to judge: it may be in a new field, or not be a plan.";
        return Kpi::unknown(VERSION, reason, detail).with_flags([Flag::FarFromEverything]);
    }
    Kpi::known(VERSION, percentile, detail)
}

fn neighbourhood<'a, F>(
    card: &[f32],
    families: impl IntoIterator<Item = (F, &'a [f32])>,
) -> Option<Neighbourhood>
where
    F: Ord,
{
    let own = norm(card)?;
    let mut nearest: BTreeMap<F, f64> = BTreeMap::new();
    for (family, vector) in families {
        if let Some(distance) = cosine_distance(card, own, vector) {
            let known = nearest.entry(family).or_insert(f64::INFINITY);
            *known = known.min(distance);
        }
    }
    let mut distances: Vec<f64> = nearest.into_values().collect();
    distances.sort_by(f64::total_cmp);
    let families = distances.len();
    distances.truncate(NEIGHBOURS);
    let closest = *distances.first()?;
    Some(Neighbourhood {
        mean: distances.iter().sum::<f64>() / distances.len() as f64,
        nearest: closest,
        families,
    })
}

/// Euclidean length; `None` when it is zero or not finite.
fn norm(vector: &[f32]) -> Option<f64> {
    let sum: f64 = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
    Some(sum.sqrt()).filter(|norm| norm.is_finite() && *norm > 0.0)
}

fn cosine_distance(a: &[f32], norm_a: f64, b: &[f32]) -> Option<f64> {
    let norm_b = norm(b).filter(|_| a.len() == b.len())?;
    let dot: f64 = a
        .iter()
        .zip(b)
        .map(|(x, y)| f64::from(*x) * f64::from(*y))
        .sum();
    Some((1.0 - dot / (norm_a * norm_b)).clamp(0.0, 2.0))
}
