//! How long a failed job waits: twice as long after each attempt, up to a limit, and then between
//! a half and the whole of it ("equal jitter"), so that jobs which failed together do not return
//! together. The jitter is a function of the job and the attempt: a replay waits as long.

use std::time::Duration;

use store::JobId;

/// The wait after attempt number `attempt` (1 for the first) failed.
pub(crate) fn delay(base: Duration, max: Duration, job: JobId, attempt: u16) -> Duration {
    let doublings = u32::from(attempt.saturating_sub(1)).min(31);
    let whole = base.saturating_mul(1 << doublings).min(max);
    whole / 2 + (whole / 2).mul_f64(fraction(job, attempt))
}

/// From 0 to 1, evenly spread over jobs and attempts.
fn fraction(job: JobId, attempt: u16) -> f64 {
    let (high, low) = job.0.as_u64_pair();
    let mixed = mix(mix(high ^ low.rotate_left(32)) ^ u64::from(attempt));
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// The finaliser of `SplitMix64` (Steele, Lea and Flood 2014).
pub(crate) fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    const BASE: Duration = Duration::from_secs(4);
    const MAX: Duration = Duration::from_secs(100);

    fn job(n: u64) -> JobId {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&n.to_be_bytes());
        JobId::new(DateTime::UNIX_EPOCH, random)
    }

    proptest! {
        #[test]
        fn waits_double_up_to_the_limit_and_keep_within_half_of_that(n: u64, attempt in 1_u16..) {
            let whole = (4.0 * 2_f64.powi(i32::from(attempt) - 1)).min(100.0);
            let waited = delay(BASE, MAX, job(n), attempt).as_secs_f64();
            prop_assert!((whole / 2.0..=whole).contains(&waited), "{waited} of {whole}");
            prop_assert_eq!(delay(BASE, MAX, job(n), attempt), delay(BASE, MAX, job(n), attempt));
        }
    }

    #[test]
    fn jobs_that_fail_together_return_apart() {
        let mut waits: Vec<u128> = (0..100)
            .map(|n| delay(BASE, MAX, job(n), 1).as_millis())
            .collect();
        waits.sort_unstable();
        waits.dedup();
        assert!(waits.len() > 90, "only {} different waits", waits.len());
        let early = waits.iter().filter(|wait| **wait < 3_000).count();
        assert!((30..70).contains(&early), "{early} in the first half");
    }
}
