//! What an override would do: the contest fitted with and without it, nothing written.

use rating::scale::EloScale;
use serde::Serialize;
use store::{AuditItem, AuditItemId, AuditOverride, PlanId, Standing};

use super::{Audit, AuditError, CONTEST, Reviewer, blind, check_level, overrides, turned};
use crate::contest::Position;
use crate::publish;

/// The two plans of an item before and after an override.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Preview {
    pub left: Place,
    pub right: Place,
    /// What the override would weigh, in verdicts of a judge.
    pub weight: f64,
}

/// Where one plan stands. Ranks are `None` for a plan that is off the board.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Place {
    pub plan_id: PlanId,
    pub elo_before: f64,
    pub elo_after: f64,
    pub rank_before: Option<u32>,
    pub rank_after: Option<u32>,
}

impl Audit {
    /// Shows what overriding an item with `level` (positive for the plan on the left) would do.
    pub async fn preview(
        &self,
        reviewer: Reviewer,
        item: AuditItemId,
        level: i8,
    ) -> Result<Preview, AuditError> {
        check_level(level)?;
        let item = self.given(reviewer, item).await?;
        self.labelled(reviewer, &item).await?;
        self.refuse_large().await?;
        let now = overrides::in_force(&self.store, CONTEST).await?;
        let new = self.imagined(reviewer, &item, level).await?;
        let is_former = |o: &AuditOverride| {
            (o.comparison_id, o.reviewer_id) == (new.comparison_id, new.reviewer_id)
        };
        let mut then: Vec<AuditOverride> = now.iter().filter(|o| !is_former(o)).copied().collect();
        then.push(new);
        let before = self.board(&now).await?;
        let after = self.board(&then).await?;
        let place = |plan: PlanId| {
            let (elo_before, rank_before) = before.place(plan).ok_or(AuditError::NothingRated)?;
            let (elo_after, rank_after) = after.place(plan).ok_or(AuditError::NothingRated)?;
            Ok::<_, AuditError>(Place {
                plan_id: plan,
                elo_before,
                elo_after,
                rank_before,
                rank_after,
            })
        };
        let (left, right) = if item.swapped {
            (new.second_plan, new.first_plan)
        } else {
            (new.first_plan, new.second_plan)
        };
        Ok(Preview {
            left: place(left)?,
            right: place(right)?,
            weight: new.weight,
        })
    }

    async fn refuse_large(&self) -> Result<(), AuditError> {
        let mut plans = 0;
        for standing in [Standing::Established, Standing::Provisional] {
            plans += self.store.count_leaders(CONTEST, standing).await?;
        }
        let (plans, limit) = (
            usize::try_from(plans).unwrap_or(0),
            self.settings.preview_plans,
        );
        if plans > limit {
            return Err(AuditError::TooLarge { plans, limit });
        }
        Ok(())
    }

    async fn imagined(
        &self,
        reviewer: Reviewer,
        item: &AuditItem,
        level: i8,
    ) -> Result<AuditOverride, AuditError> {
        let comparison = blind::comparison(&self.store, item).await?;
        Ok(AuditOverride {
            comparison_id: item.comparison_id,
            reviewer_id: reviewer.account,
            first_plan: comparison.first_plan,
            second_plan: comparison.second_plan,
            level: i64::from(turned(level, item.swapped)),
            swapped: item.swapped,
            weight: self.settings.override_weight,
        })
    }

    async fn board(&self, overrides: &[AuditOverride]) -> Result<Imagined, AuditError> {
        let position = Position::load_with(&self.store, CONTEST, overrides).await?;
        let frozen = self.store.setting(&publish::reference_key(CONTEST)).await?;
        let frozen = frozen.ok_or(AuditError::NothingRated)?;
        let fitted = tokio::task::spawn_blocking(move || Imagined::fit(position, &frozen)).await;
        fitted.map_err(|why| AuditError::Broken(why.to_string()))?
    }
}

/// A fit that nobody publishes.
struct Imagined {
    position: Position,
    theta: Vec<f64>,
    scale: EloScale,
    /// Nodes that hold a place on the board.
    rated: Vec<bool>,
}

impl Imagined {
    fn fit(position: Position, frozen: &str) -> Result<Self, AuditError> {
        let theta = publish::fit(&position)?.theta;
        let scale = EloScale::anchored(&theta, &publish::reference_nodes(&position, frozen));
        let mut rated = vec![false; theta.len()];
        for met in position.log.iter().flat_map(|c| [c.first, c.second]) {
            rated[met as usize] = position.field.nodes[met as usize].active;
        }
        Ok(Self {
            position,
            theta,
            scale,
            rated,
        })
    }

    /// Elo and rank; equal strengths rank by node number, as on the board.
    fn place(&self, plan: PlanId) -> Option<(f64, Option<u32>)> {
        let node = self.position.field.node_of(plan)? as usize;
        let own = self.theta[node];
        let above = |(other, theta): (usize, &f64)| {
            self.rated[other] && (*theta > own || (*theta >= own && other < node))
        };
        let ahead = self.theta.iter().enumerate().filter(|&o| above(o)).count();
        let rank = u32::try_from(ahead + 1).unwrap_or(u32::MAX);
        Some((self.scale.elo(own), self.rated[node].then_some(rank)))
    }
}
