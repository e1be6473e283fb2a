//! How often a contest is fitted and published.
//!
//! In a small contest after every round. In a large one a fit takes long and a round changes
//! little, so one fit serves a *window* of several rounds. A window begins at a round whose number
//! is a multiple of its length, and its rounds are planned from the verdicts of the rounds before
//! it: that is a function of what is stored, so a run that is killed inside of a window plans the
//! rest of it as an undisturbed one does, whatever was published in between.

use std::num::NonZeroU32;

use rating::Fit;
use store::Fence;

use super::{RankError, Run};
use crate::contest::Position;
use crate::publish;

/// Up to twice as many plans, every round is published; from there on a fifth of the plans meet
/// between two publications: some 60 of them in all at 12 comparisons per plan.
const PLANS_PER_ROUND: usize = 5_000;

/// How many rounds one fit serves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cadence(Option<NonZeroU32>);

impl Cadence {
    /// The same number of rounds however many plans there are.
    pub fn every(rounds: NonZeroU32) -> Self {
        Self(Some(rounds))
    }

    /// For a contest of so many plans.
    pub fn rounds(self, plans: usize) -> i64 {
        match self.0 {
            Some(rounds) => i64::from(rounds.get()),
            None => i64::try_from(plans / PLANS_PER_ROUND)
                .unwrap_or(i64::MAX)
                .max(1),
        }
    }

    /// The last round that the present window's fit knows of.
    fn known(self, position: &Position) -> i64 {
        let length = self.rounds(position.field.active().count());
        position.rounds - position.rounds % length
    }
}

/// The fit that the rounds of the present window are planned with.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// Digest of what was fitted.
    of: String,
    fit: Option<Fit>,
}

impl Window {
    /// The fit for the next round; published, if a window ends here.
    pub(super) async fn fit(
        &mut self,
        run: &Run<'_>,
        fence: &Fence,
        position: &Position,
    ) -> Result<Option<&Fit>, RankError> {
        let known = run.cadence.known(position);
        if known == position.rounds {
            self.fit = publish::fit_and_publish(run, fence, position).await?;
            self.of = publish::digest(position);
            return Ok(self.fit.as_ref());
        }
        let before = position.as_of(known);
        let digest = publish::digest(&before);
        if self.of != digest {
            let fitted = (!before.log.is_empty()).then(|| publish::fit(&before));
            self.fit = fitted.transpose()?;
            self.of = digest;
        }
        Ok(self.fit.as_ref())
    }
}

/// Publishes what a window has not published yet, at the end of a run.
pub(super) async fn publish_all(
    run: &Run<'_>,
    fence: &Fence,
    position: &Position,
) -> Result<(), RankError> {
    if run.cadence.known(position) != position.rounds {
        publish::fit_and_publish(run, fence, position).await?;
    }
    Ok(())
}

/// The same while a round is open: its verdicts wait until it is finished.
pub(super) async fn publish_finished(run: &Run<'_>, fence: &Fence) -> Result<(), RankError> {
    let position = Position::load(run.store, run.contest).await?;
    if run.cadence.known(&position) == position.rounds {
        return Ok(());
    }
    publish_all(run, fence, &position.as_of(position.rounds)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_contests_are_published_after_every_round_and_large_ones_in_proportion() {
        let rounds = |plans| Cadence::default().rounds(plans);
        assert_eq!([0, 1, 4_999, 5_000, 9_999].map(rounds), [1; 5]);
        assert_eq!([10_000, 50_000, 1_000_000].map(rounds), [2, 10, 200]);
        let fixed = Cadence::every(NonZeroU32::new(3).unwrap());
        assert_eq!(fixed.rounds(1_000_000), 3);
    }
}
