//! The simulated truth: plans with strengths and topics, and a judge that sees strengths
//! through noise.
//!
//! Everything follows from the seed. The judge's noise is a function of the seed and
//! the ordered pair, so that two methods, or two forks of one world, hear the same verdict
//! about the same pair.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::schedule::to_index;

/// Dimensions of the topic that stands in for a plan's text.
const TOPIC_DIMS: usize = 16;

/// How true strengths are distributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorldKind {
    /// N(0, 1), in logits.
    Standard,
    /// Student's t with 3 degrees of freedom, scaled to variance 1.
    HeavyTailed,
    /// N(0, 2²): the judge sees most differences clearly.
    Sharp,
}

impl WorldKind {
    /// All of them, in the order in which reports list them.
    pub const ALL: [Self; 3] = [Self::Standard, Self::HeavyTailed, Self::Sharp];

    /// The name on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::HeavyTailed => "heavy-tailed",
            Self::Sharp => "sharp",
        }
    }

    fn strength(self, rng: &mut impl Rng) -> f64 {
        match self {
            Self::Standard => normal(rng),
            Self::Sharp => 2.0 * normal(rng),
            Self::HeavyTailed => {
                let numerator = normal(rng);
                let square_sum: f64 = (0..3).map(|_| normal(rng).powi(2)).sum();
                numerator / square_sum.sqrt()
            }
        }
    }
}

/// A unit vector: what a plan is about, independent of how good it is.
pub(super) type Topic = [f32; TOPIC_DIMS];

/// The truth of one repetition.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) strengths: Vec<f64>,
    pub(super) topics: Vec<Topic>,
    position_effect: f64,
    seed: u64,
}

impl World {
    pub(super) fn new(kind: WorldKind, plans: u32, position_effect: f64, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let strengths = (0..plans).map(|_| kind.strength(&mut rng)).collect();
        let topics = (0..plans)
            .map(|_| unit(std::array::from_fn(|_| normal(&mut rng))))
            .collect();
        Self {
            strengths,
            topics,
            position_effect,
            seed,
        }
    }

    pub(super) fn plans(&self) -> u32 {
        to_index(self.strengths.len())
    }

    /// Adds a plan of the given strength whose nearest neighbour in text is `target`.
    pub(super) fn add_beside(&mut self, target: u32, strength: f64, rng: &mut impl Rng) {
        let topic = self.topics[target as usize];
        let near = topic.map(|x| f64::from(x) + 0.01 * normal(rng));
        self.topics.push(unit(near));
        self.strengths.push(strength);
    }

    /// The judge's level when `first` is shown first: θ₁ − θ₂ + position effect +
    /// logistic noise, rounded to nine levels. The same ordered pair gets the same answer.
    #[expect(clippy::cast_possible_truncation, reason = "clamped to nine levels")]
    pub(super) fn judge(&self, first: u32, second: u32) -> i8 {
        let difference = self.strengths[first as usize] - self.strengths[second as usize];
        let u = self.uniform(first, second);
        let noise = libm::log(u / (1.0 - u));
        (difference + self.position_effect + noise)
            .round()
            .clamp(-4.0, 4.0) as i8
    }

    /// Up to `count` of the plans before `plan`, nearest in text first.
    pub(super) fn nearest_before(&self, plan: u32, count: usize) -> Vec<u32> {
        let own = &self.topics[plan as usize];
        let cosine = |other: u32| -> f32 {
            own.iter()
                .zip(&self.topics[other as usize])
                .map(|(a, b)| a * b)
                .sum()
        };
        let mut found: Vec<(f32, u32)> = (0..plan).map(|other| (cosine(other), other)).collect();
        let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if found.len() > count && count > 0 {
            found.select_nth_unstable_by(count - 1, order);
            found.truncate(count);
        }
        found.sort_by(order);
        found
            .into_iter()
            .take(count)
            .map(|(_, other)| other)
            .collect()
    }

    /// A number in the open interval (0, 1) for each ordered pair, by the finaliser of
    /// `SplitMix64` (Steele, Lea and Flood, 2014).
    fn uniform(&self, first: u32, second: u32) -> f64 {
        let pair = u64::from(first) << 32 | u64::from(second);
        let mixed = mix(mix(self.seed ^ 0x5eed_0f5e_a51d_e000) ^ pair);
        ((mixed >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }
}

fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A standard normal number (Box and Muller, 1958).
fn normal(rng: &mut impl Rng) -> f64 {
    let radius = (-2.0 * libm::log(1.0 - rng.random::<f64>())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * rng.random::<f64>())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a topic needs no more digits"
)]
fn unit(vector: [f64; TOPIC_DIMS]) -> Topic {
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    vector.map(|x| (x / length) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::metrics::average;

    #[test]
    fn strengths_have_the_stated_spread() {
        for (kind, expected) in [(WorldKind::Standard, 1.0), (WorldKind::Sharp, 2.0)] {
            let world = World::new(kind, 20_000, 0.3, 7);
            let mean = average(&world.strengths);
            let squares: Vec<f64> = world.strengths.iter().map(|x| (x - mean).powi(2)).collect();
            assert!((average(&squares).sqrt() - expected).abs() < 0.03 * expected);
        }
    }

    #[test]
    fn the_heavy_tailed_world_has_heavy_tails() {
        let world = World::new(WorldKind::HeavyTailed, 20_000, 0.3, 7);
        let far = world.strengths.iter().filter(|x| x.abs() > 4.0).count();
        // The normal has 1.3 in 20,000 there; t₃ scaled by √3 has P(|t| > 6.93) = .6 %.
        assert!((80..=170).contains(&far), "{far}");
    }

    #[test]
    fn the_judge_leans_to_the_first_by_the_position_effect() {
        let mut world = World::new(WorldKind::Standard, 200, 0.3, 11);
        world.strengths.fill(0.0);
        let levels: Vec<f64> = (0..200)
            .flat_map(|i| (0..200).filter(move |&j| j != i).map(move |j| (i, j)))
            .map(|(i, j)| f64::from(world.judge(i, j)))
            .collect();
        let mean = average(&levels);
        assert!((0.24..0.32).contains(&mean), "{mean}");
        assert_eq!(world.judge(3, 4), world.judge(3, 4));
    }

    #[test]
    fn a_plan_beside_a_target_has_it_as_nearest_neighbour() {
        let mut world = World::new(WorldKind::Standard, 500, 0.3, 5);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        world.add_beside(123, -3.0, &mut rng);
        assert_eq!(world.nearest_before(500, 3)[0], 123);
        assert_eq!(world.nearest_before(2, 10).len(), 2);
        assert!(world.nearest_before(0, 10).is_empty());
    }
}
