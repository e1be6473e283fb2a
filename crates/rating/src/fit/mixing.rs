//! Anderson mixing of the alternation (Walker & Ni 2011, depth 1).
//!
//! Judges, prior scale and strengths pull on each other along one slow direction, so each
//! round's move is nearly a fixed multiple of the last. Mixing reads that multiple off two
//! rounds and takes all remaining moves at once. The multiple comes from the few shared
//! parameters; the strengths, which follow them, move by the same.

/// Mixing waits until a round moves less than this: before, steps aren't yet proportional.
const START_BELOW: f64 = 0.1;
/// The largest multiple trusted.
const MAX_FACTOR: f64 = 5.0;

/// The last rounds.
#[derive(Debug, Default)]
pub(crate) struct Mixing {
    last: Option<Round>,
}

#[derive(Debug)]
struct Round {
    /// Shared parameters after mixing: where the next round starts.
    start: Vec<f64>,
    /// Shared parameters and strengths before mixing: where the round ended.
    shared: Vec<f64>,
    theta: Vec<f64>,
    /// How the round moved the shared parameters.
    moved: Option<Vec<f64>>,
}

impl Mixing {
    /// Replaces the end of a round by the mixed point.
    pub(crate) fn mix(&mut self, shared: &mut [f64], theta: &mut [f64]) {
        let Some(last) = &mut self.last else {
            self.last = Some(Round {
                start: shared.to_vec(),
                shared: shared.to_vec(),
                theta: theta.to_vec(),
                moved: None,
            });
            return;
        };
        let moved: Vec<f64> = difference(shared, &last.start);
        let factor = last
            .moved
            .as_ref()
            .map_or(0.0, |before| factor(before, &moved));
        blend(shared, &mut last.shared, factor);
        blend(theta, &mut last.theta, factor);
        last.start.copy_from_slice(shared);
        last.moved = Some(moved);
    }
}

/// value += factor · (value − previous), and previous becomes the old value.
fn blend(values: &mut [f64], previous: &mut [f64], factor: f64) {
    for (value, previous) in values.iter_mut().zip(previous) {
        let end = *value;
        *value += factor * (end - *previous);
        *previous = end;
    }
}

/// What the last move has to be multiplied by to cover all that would follow.
fn factor(before: &[f64], now: &[f64]) -> f64 {
    if largest(before) > START_BELOW || largest(now) > START_BELOW {
        return 0.0;
    }
    let change = difference(now, before);
    let square = dot(&change, &change);
    if square <= 0.0 {
        return 0.0;
    }
    (-dot(now, &change) / square).clamp(-0.5, MAX_FACTOR)
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_contraction_is_summed_up_at_once() {
        let limit = 2.0;
        let rate = 0.8;
        let mut shared = [limit - 0.01];
        let mut theta = [5.0 * (limit - 0.01)];
        let mut mixing = Mixing::default();
        for _ in 0..3 {
            shared[0] = limit + rate * (shared[0] - limit);
            theta[0] = 5.0 * shared[0];
            mixing.mix(&mut shared, &mut theta);
        }
        assert!((shared[0] - limit).abs() < 1e-9, "{}", shared[0]);
        assert!((theta[0] - 5.0 * shared[0]).abs() < 1e-12);
    }
}
