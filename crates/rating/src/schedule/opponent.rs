//! Finding the subject's opponent among random candidates.

use rand::{Rng, RngExt};

use super::{Scheduler, to_index};

/// A chosen opponent that the subject hasn't met.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) item: u32,
    pub(super) at_random: bool,
}

/// The best candidate so far; one outside the subject's component beats any inside.
#[derive(Debug, Clone, Copy)]
struct Best {
    item: u32,
    bridges: bool,
    gain: f64,
}

type Allowed<'a> = &'a dyn Fn(u32, u32) -> bool;

impl Scheduler {
    /// An opponent that the subject hasn't met, if there is one.
    pub(super) fn new_opponent<R: Rng>(
        &mut self,
        subject: u32,
        allowed: Allowed<'_>,
        rng: &mut R,
    ) -> Option<Found> {
        if rng.random_bool(self.policy.explore_share)
            && let Some(item) = self.random_opponent(subject, allowed, rng)
        {
            return Some(Found {
                item,
                at_random: true,
            });
        }
        let best = if self.needs.len() <= self.policy.candidates as usize + 1 {
            self.best_of(subject, 0..to_index(self.needs.len()), allowed)
        } else {
            let drawn: Vec<u32> = self.candidates(subject, rng).collect();
            self.best_of(subject, drawn, allowed)
        };
        let item = best.or_else(|| self.any_opponent(subject, allowed, rng))?;
        Some(Found {
            item,
            at_random: false,
        })
    }

    /// The second order of the most instructive pair that the subject met in one order.
    pub(super) fn open_second_order(
        &self,
        subject: u32,
        allowed: Allowed<'_>,
    ) -> Option<(u32, u32)> {
        let best = self
            .met
            .singles(subject)
            .filter(|&other| allowed(subject, other))
            .max_by(|&a, &b| {
                self.needs
                    .gain(subject, a)
                    .total_cmp(&self.needs.gain(subject, b))
            })?;
        let subject_stood_first = self.met.orders(subject, best).has_own_first();
        Some(if subject_stood_first {
            (best, subject)
        } else {
            (subject, best)
        })
    }

    fn candidates<'a, R: Rng>(
        &'a self,
        subject: u32,
        rng: &'a mut R,
    ) -> impl Iterator<Item = u32> + 'a {
        let bucket = &self.buckets[&self.bucket_of[subject as usize]];
        let all = to_index(self.needs.len());
        (0..self.policy.candidates).map(move |_| {
            if rng.random_bool(self.policy.bucket_share) {
                bucket[rng.random_range(0..bucket.len())]
            } else {
                rng.random_range(0..all)
            }
        })
    }

    fn best_of(
        &mut self,
        subject: u32,
        candidates: impl IntoIterator<Item = u32>,
        allowed: Allowed<'_>,
    ) -> Option<u32> {
        let mut best: Option<Best> = None;
        for item in candidates {
            if !self.is_new_pair(subject, item, allowed) {
                continue;
            }
            let (bridges, gain) = (self.bridges(subject, item), self.needs.gain(subject, item));
            let better = |best: Best| (bridges, gain) > (best.bridges, best.gain);
            if best.is_none_or(better) {
                best = Some(Best {
                    item,
                    bridges,
                    gain,
                });
            }
        }
        best.map(|best| best.item)
    }

    /// A uniformly random opponent; while comparisons don't connect all items, the first
    /// drawn that connects two components.
    fn random_opponent<R: Rng>(
        &mut self,
        subject: u32,
        allowed: Allowed<'_>,
        rng: &mut R,
    ) -> Option<u32> {
        let mut first_drawn = None;
        for _ in 0..self.policy.candidates {
            let item = rng.random_range(0..to_index(self.needs.len()));
            if !self.is_new_pair(subject, item, allowed) {
                continue;
            }
            if self.met.is_connected() || self.bridges(subject, item) {
                return Some(item);
            }
            first_drawn = first_drawn.or(Some(item));
        }
        first_drawn
    }

    /// Anybody at all, found by looking at everybody from a random start: the last resort
    /// when no candidate would do.
    fn any_opponent<R: Rng>(&self, subject: u32, allowed: Allowed<'_>, rng: &mut R) -> Option<u32> {
        let all = to_index(self.needs.len());
        let start = rng.random_range(0..all);
        (start..all)
            .chain(0..start)
            .find(|&item| self.is_new_pair(subject, item, allowed))
    }

    fn is_new_pair(&self, subject: u32, item: u32, allowed: Allowed<'_>) -> bool {
        item != subject && self.met.orders(subject, item).is_new() && allowed(subject, item)
    }

    fn bridges(&mut self, subject: u32, item: u32) -> bool {
        !self.met.is_connected() && !self.met.joined(subject, item)
    }
}
