//! Overrides as observations of the fit: verdicts of the judge "human reviewers".
//!
//! While no override is in force that judge isn't there, so that withdrawing the last one gives
//! back the bits of before.

use store::{AuditOverride, Contest, Judge, JudgeId, NewJudge, Store, StoreError};

use crate::contest::Field;
use chrono::{DateTime, Utc};
use rating::Comparison;

const FINGERPRINT: &str = "human/reviewers/1";
const KIND: &str = "human";
const NAME: &str = "human reviewers";
const VERSION: &str = "1";

/// The judge that overrides belong to, as the store is told of it.
pub(super) fn new_judge(judge_id: JudgeId, created_at: DateTime<Utc>) -> NewJudge {
    NewJudge {
        judge_id,
        fingerprint: FINGERPRINT.to_owned(),
        kind: KIND.to_owned(),
        name: NAME.to_owned(),
        version: VERSION.to_owned(),
        model: None,
        created_at,
    }
}

/// What people overrode in a contest. Others never audit a private one.
pub(crate) async fn in_force(
    store: &Store,
    contest: Contest,
) -> Result<Vec<AuditOverride>, StoreError> {
    match contest {
        Contest::Public => store.audit_overrides(contest).await,
        Contest::Private(_) => Ok(Vec::new()),
    }
}

/// The judges with or without the people, by fingerprint, and the overrides with node and judge
/// numbers, in the order of these numbers.
pub(crate) fn numbered(
    field: &Field,
    mut judges: Vec<Judge>,
    overrides: &[AuditOverride],
) -> (Vec<Judge>, Vec<Comparison>) {
    let known = judges.iter().position(|j| j.fingerprint == FINGERPRINT);
    let people = known.map(|at| judges.remove(at));
    let mut observed: Vec<Comparison> = overrides
        .iter()
        .filter_map(|o| observation(field, o))
        .collect();
    if observed.is_empty() {
        return (judges, observed);
    }
    let at = judges.partition_point(|j| j.fingerprint.as_str() < FINGERPRINT);
    judges.insert(at, people.unwrap_or_else(not_kept_yet));
    let number = u16::try_from(at).unwrap_or(u16::MAX);
    for observation in &mut observed {
        observation.judge = number;
    }
    observed.sort_by_key(|c| (c.first, c.second, c.level, c.weight.to_bits()));
    (judges, observed)
}

/// As the reviewer saw the pair, so that the fit finds people's own position effect.
fn observation(field: &Field, o: &AuditOverride) -> Option<Comparison> {
    let (first, second) = (field.node_of(o.first_plan)?, field.node_of(o.second_plan)?);
    let level = i8::try_from(o.level).ok()?;
    let (first, second, level) = if o.swapped {
        (second, first, -level)
    } else {
        (first, second, level)
    };
    #[expect(clippy::cast_possible_truncation, reason = "between .5 and 10")]
    let weight = o.weight as f32;
    (first != second).then_some(Comparison {
        first,
        second,
        judge: 0,
        level,
        weight,
    })
}

/// For a preview before the first override was ever written.
fn not_kept_yet() -> Judge {
    let NewJudge {
        judge_id,
        fingerprint,
        kind,
        name,
        version,
        model,
        created_at,
    } = new_judge(
        JudgeId::new(DateTime::UNIX_EPOCH, [0; 10]),
        DateTime::UNIX_EPOCH,
    );
    Judge {
        judge_id,
        fingerprint,
        kind,
        name,
        version,
        model,
        params: "{}".to_owned(),
        canary_stats: None,
        suspended_at: None,
        suspended_why: None,
        created_at,
    }
}
