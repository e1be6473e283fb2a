//! Comparisons worth a look: contradicted, flagged, surprising, at the top, of a suspect plan.
//!
//! Each kind has its turn by the item's random numbers; when it has nothing to offer, the next
//! one has. What is surprising is judged by the published ratings, without a fit.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rating::JudgeParams;
use rating::scale::ELO_PER_LOGIT;
use serde::Deserialize;
use store::{AccountId, AuditReason, AuditTarget, ComparisonId, Store};

use super::{AuditError, CONTEST};
use crate::review::CONTRADICTED;

const KINDS: [AuditReason; 5] = [
    AuditReason::Contradicted,
    AuditReason::Surprising,
    AuditReason::TopOfBoard,
    AuditReason::Flagged,
    AuditReason::SuspectedInjection,
];
/// The newest comparisons that are looked at for each kind.
const POOL: u32 = 500;
/// A level this far from the expected one is surprising.
const SURPRISING_LEVELS: f64 = 2.5;

pub(super) async fn choose(
    store: &Store,
    reviewer: AccountId,
    rng: &mut ChaCha8Rng,
) -> Result<Option<(ComparisonId, AuditReason)>, AuditError> {
    let first = rng.random_range(0..KINDS.len());
    for turn in 0..KINDS.len() {
        let reason = KINDS[(first + turn) % KINDS.len()];
        let mut pool = store.audit_targets(CONTEST, reviewer, reason, POOL).await?;
        pool.retain(|target| fits(target, reason));
        if !pool.is_empty() {
            let chosen = &pool[rng.random_range(0..pool.len())];
            return Ok(Some((chosen.comparison_id, reason)));
        }
    }
    Ok(None)
}

fn fits(target: &AuditTarget, reason: AuditReason) -> bool {
    match reason {
        AuditReason::Contradicted => is_contradicted(target),
        AuditReason::Flagged => !is_contradicted(target),
        AuditReason::Surprising => surprise(target).is_some_and(|s| s >= SURPRISING_LEVELS),
        AuditReason::Random | AuditReason::TopOfBoard | AuditReason::SuspectedInjection => true,
    }
}

fn is_contradicted(target: &AuditTarget) -> bool {
    let flags = target.flags.as_deref();
    let flags: Vec<String> = flags
        .and_then(|f| serde_json::from_str(f).ok())
        .unwrap_or_default();
    flags.iter().any(|flag| flag == CONTRADICTED)
}

/// What publications keep of a judge's habits.
#[derive(Debug, Deserialize)]
struct Habits {
    discrimination: f64,
    position_effect_logits: f64,
    cut_points_logits: [f64; 4],
}

/// How many levels the verdict is away from what the published ratings expect.
fn surprise(target: &AuditTarget) -> Option<f64> {
    let habits: Habits = serde_json::from_str(&target.judge_params).ok()?;
    let judge = JudgeParams {
        kappa: habits.discrimination,
        beta: habits.position_effect_logits,
        cuts: habits.cut_points_logits,
    };
    if !judge.is_valid() {
        return None;
    }
    let first = target.first_elo? / ELO_PER_LOGIT;
    let second = target.second_elo? / ELO_PER_LOGIT;
    let expected = judge.expected_level(judge.delta(first, second));
    Some((target.level as f64 - expected).abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn target(level: i64, elo: (f64, f64), flags: &str) -> AuditTarget {
        AuditTarget {
            comparison_id: ComparisonId(uuid::Uuid::nil()),
            level,
            flags: Some(flags.to_owned()),
            first_elo: Some(elo.0),
            second_elo: Some(elo.1),
            judge_params: r#"{"discrimination": 1.0, "position_effect_logits": 0.0,
                "cut_points_logits": [0.5, 1.5, 2.5, 3.5], "verdicts": 9}"#
                .to_owned(),
        }
    }

    #[rstest]
    #[case::as_expected(3, (1900.0, 1400.0), false)]
    #[case::the_weaker_plan_wins_clearly(-2, (1900.0, 1400.0), true)]
    #[case::overwhelming_among_equals(4, (1500.0, 1500.0), true)]
    #[case::slight_among_equals(1, (1500.0, 1500.0), false)]
    fn far_from_the_expected_level_is_surprising(
        #[case] level: i64,
        #[case] elo: (f64, f64),
        #[case] surprising: bool,
    ) {
        let target = target(level, elo, "[]");
        assert_eq!(fits(&target, AuditReason::Surprising), surprising);
    }

    #[test]
    fn without_ratings_or_habits_nothing_is_surprising() {
        let mut unrated = target(4, (1500.0, 1500.0), "[]");
        unrated.first_elo = None;
        let mut unknown = target(4, (1500.0, 1500.0), "[]");
        unknown.judge_params = "{}".to_owned();
        assert!(!fits(&unrated, AuditReason::Surprising));
        assert!(!fits(&unknown, AuditReason::Surprising));
    }

    #[test]
    fn a_contradiction_is_no_other_flag() {
        let contradicted = target(1, (1500.0, 1500.0), r#"["cut", "contradicted"]"#);
        assert!(fits(&contradicted, AuditReason::Contradicted));
        assert!(!fits(&contradicted, AuditReason::Flagged));
        assert!(fits(
            &target(1, (0.0, 0.0), r#"["cut"]"#),
            AuditReason::Flagged
        ));
    }
}
