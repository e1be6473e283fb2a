//! The share of the lower classes: of sixteen claims of a worker, one looks at `Low` first and one
//! at `Normal` first. So a flood of urgent jobs slows the others down but never stops them.
//!
//! The count starts at a number made from the worker's name, so that workers which live for a few
//! claims only keep to that share too, taken together.

use store::JobPriority;

use crate::backoff::mix;

const ROUND: u64 = 16;

#[derive(Debug)]
pub(crate) struct Share {
    claims: u64,
}

impl Share {
    pub(crate) fn of(token: &str) -> Self {
        let claims = token
            .bytes()
            .fold(0, |hash, byte| mix(hash ^ u64::from(byte)));
        Self {
            claims: claims % ROUND,
        }
    }

    /// Which class the next claim looks at first, if not at the highest.
    pub(crate) fn first(&self) -> Option<JobPriority> {
        match self.claims % ROUND {
            7 => Some(JobPriority::Normal),
            15 => Some(JobPriority::Low),
            _ => None,
        }
    }

    /// To be called when a claim was granted.
    pub(crate) fn claimed(&mut self) {
        self.claims = self.claims.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_any_sixteen_claims_one_is_for_low_and_one_for_normal() {
        for name in ["a", "b", "some worker"] {
            let mut share = Share::of(name);
            let firsts: Vec<_> = (0..16)
                .map(|_| {
                    let first = share.first();
                    share.claimed();
                    first
                })
                .collect();
            let count = |class| firsts.iter().filter(|first| **first == class).count();
            assert_eq!(count(Some(JobPriority::Low)), 1, "{name}");
            assert_eq!(count(Some(JobPriority::Normal)), 1, "{name}");
            assert_eq!(count(None), 14, "{name}");
        }
    }

    #[test]
    fn workers_that_die_after_one_claim_keep_to_the_share_too() {
        let low = (0..1_600)
            .filter(|n| Share::of(&format!("boot/{n}")).first() == Some(JobPriority::Low))
            .count();
        assert!((60..140).contains(&low), "{low} of 1600");
    }
}
