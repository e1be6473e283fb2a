//! Counter-based noise: a function of a seed and of what it belongs to, never of a position
//! in a stream, so that a draw doesn't depend on the order of work.

/// Mixes 64 bits (the finaliser of `SplitMix64`, Steele, Lea & Flood 2014).
#[inline]
pub(crate) fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A key for one pair of items, whichever comes first.
#[inline]
pub(crate) fn pair_key(seed: u64, a: u32, b: u32) -> u64 {
    let pair = (u64::from(a.min(b)) << 32) | u64::from(a.max(b));
    mix(mix(seed.wrapping_add(ODD)) ^ pair.wrapping_mul(ODD))
}

/// A key for one item, apart from those of pairs.
#[inline]
pub(crate) fn item_key(seed: u64, item: u32) -> u64 {
    mix(mix(seed.wrapping_sub(ODD)) ^ u64::from(item).wrapping_mul(ODD))
}

/// A random sign per lane, one bit each.
#[inline]
pub(crate) fn sign<const L: usize>(key: u64) -> [f32; L] {
    const { assert!(L <= 64, "a key has 64 bits") };
    std::array::from_fn(|lane| if (key >> lane) & 1 == 0 { 1.0 } else { -1.0 })
}

/// A standard normal to the accuracy that draws need: the sum of eight bytes, centred and
/// scaled (Irwin-Hall; excess kurtosis −0.15, within ±4.9).
#[inline]
pub(crate) fn normal(key: u64, lane: u64) -> f32 {
    /// √(12 / (8·(256² − 1)))
    const SCALE: f32 = 0.004_784_196;
    const EVEN: u64 = 0x00ff_00ff_00ff_00ff;
    let bits = mix(key.wrapping_add(ODD.wrapping_mul(lane + 1)));
    let sums = (bits & EVEN) + ((bits >> 8) & EVEN);
    let total = sums.wrapping_mul(0x0001_0001_0001_0001) >> 48;
    #[expect(clippy::cast_precision_loss, reason = "at most 2040")]
    let total = total as f32;
    (total - 1020.0) * SCALE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_have_mean_0_variance_1_and_light_tails() {
        let draws: Vec<f64> = (0..200_000)
            .map(|i| f64::from(normal(pair_key(7, i, i + 1), u64::from(i % 5))))
            .collect();
        let moment = |power: i32| draws.iter().map(|x| x.powi(power)).sum::<f64>() / 200_000.0;
        assert!(moment(1).abs() < 0.01);
        assert!((moment(2) - 1.0).abs() < 0.015);
        assert!((moment(4) - 2.85).abs() < 0.1);
    }

    #[test]
    fn signs_balance_in_every_lane() {
        let mut sums = [0.0f32; 32];
        for i in 0..10_000 {
            for (sum, sign) in sums.iter_mut().zip(sign::<32>(item_key(3, i))) {
                *sum += sign;
            }
        }
        assert!(sums.iter().all(|sum| sum.abs() < 450.0));
    }

    #[test]
    fn a_pair_has_one_key_in_both_orders() {
        assert_eq!(pair_key(1, 4, 9), pair_key(1, 9, 4));
        assert_ne!(pair_key(1, 4, 9), pair_key(2, 4, 9));
    }
}
