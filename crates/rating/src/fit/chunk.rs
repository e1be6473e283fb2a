//! The likelihood of many comparisons at once, in plain loops over arrays that the compiler
//! turns into vector instructions of the baseline machine.

/// Comparisons per chunk: the arrays stay in the first-level cache.
pub(crate) const CHUNK: usize = 256;

type Lanes = [f64; CHUNK];

/// Inputs and outputs of a chunk, an array per quantity. With A = σ(hi − Δ) and
/// B = σ(lo − Δ):
#[derive(Debug)]
pub(crate) struct Chunk {
    /// Δ
    pub(crate) delta: Lanes,
    /// e^−lo and e^−hi
    pub(crate) exp_minus_lo: Lanes,
    pub(crate) exp_minus_hi: Lanes,
    pub(crate) weight: Lanes,
    /// w·(1 − A)
    pub(crate) above_hi: Lanes,
    /// w·B
    pub(crate) below_lo: Lanes,
    /// w·A(1 − A)
    pub(crate) bend_hi: Lanes,
    /// w·B(1 − B)
    pub(crate) bend_lo: Lanes,
}

impl Chunk {
    pub(crate) fn new() -> Self {
        let zero = [0.0; CHUNK];
        Self {
            delta: zero,
            exp_minus_lo: zero,
            exp_minus_hi: zero,
            weight: zero,
            above_hi: zero,
            below_lo: zero,
            bend_hi: zero,
            bend_lo: zero,
        }
    }

    /// Fills the outputs from the inputs.
    pub(crate) fn evaluate(&mut self) {
        for delta in &mut self.delta {
            *delta = exp(*delta);
        }
        for lane in 0..CHUNK {
            let odds = self.delta[lane];
            let up_to_hi = 1.0 / (1.0 + odds * self.exp_minus_hi[lane]);
            let up_to_lo = 1.0 / (1.0 + odds * self.exp_minus_lo[lane]);
            let above_hi = self.weight[lane] * (1.0 - up_to_hi);
            let below_lo = self.weight[lane] * up_to_lo;
            self.above_hi[lane] = above_hi;
            self.below_lo[lane] = below_lo;
            self.bend_hi[lane] = above_hi * up_to_hi;
            self.bend_lo[lane] = below_lo * (1.0 - up_to_lo);
        }
    }
}

/// 1.5·2^52: adding it rounds to an integer, which then sits in the lowest bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// log 2 in two parts; the first has trailing zeros, so that k times it is exact.
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1/k! for k = 12 down to 0: below 2e-16 of e^r for |r| ≤ ½·log 2.
const TAYLOR: [f64; 13] = [
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// e^x without branches, from additions and multiplications only: the same bits on every
/// machine. x is clamped to ±600, where σ is 0 or 1 and no 0·∞ can arise.
#[inline]
pub(crate) fn exp(x: f64) -> f64 {
    let x = if x > 600.0 { 600.0 } else { x };
    let x = if x < -600.0 { -600.0 } else { x };
    let shifted = x * std::f64::consts::LOG2_E + ROUNDER;
    let k = shifted - ROUNDER;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    let mut sum = TAYLOR[0];
    for &coefficient in &TAYLOR[1..] {
        sum = sum * r + coefficient;
    }
    f64::from_bits(sum.to_bits().wrapping_add(shifted.to_bits() << 52))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn exp_is_exact_to_a_few_ulps(x in -600.0f64..600.0) {
            let exact = libm::exp(x);
            prop_assert!((exp(x) - exact).abs() <= 8e-16 * exact, "{} {}", exp(x), exact);
        }
    }

    #[test]
    fn exp_is_clamped_far_out() {
        assert!((exp(1e9) / libm::exp(600.0) - 1.0).abs() < 1e-14);
        assert!((exp(-1e9) / libm::exp(-600.0) - 1.0).abs() < 1e-14);
        assert!((exp(0.0) - 1.0).abs() < f64::EPSILON);
    }
}
