//! Looks at a judged round before it is closed: pairs whose two orders contradict, judges whose
//! verdict depends on the order, plans whose text made the judge obey.
//!
//! Every step can be repeated: a run killed in the middle of a review does it again.
//! Contradicting verdicts stay in the fit as they are; setting them to equal would bias the
//! judge's position effect and cut points.

use std::collections::{BTreeMap, BTreeSet};

use store::{
    Comparison, ComparisonFilter, ComparisonId, ComparisonKind, ComparisonState, Contest, Fence,
    JudgeId, PlanId, RatedPair,
};

use crate::compare::{Cards, Judges};
use crate::judge::canary::injection::Advice;
use crate::judge::canary::{Health, Reading, SelfCanary, contradicts};
use crate::progress::Event;
use crate::rank::{RankError, Run};
use crate::rounds::{SAMPLED_SECOND_ORDER, variant};
use crate::vectors;

/// The flag on a comparison whose other order names another winner.
pub const CONTRADICTED: &str = "contradicted";

/// Reviews `round`, whose comparisons have all ended.
pub(crate) async fn review(
    run: &Run<'_>,
    fence: &Fence,
    judges: &Judges,
    round: i64,
) -> Result<(), RankError> {
    let pairs = run.store.rated_pairs(run.contest).await?;
    let of_round = ComparisonFilter {
        round: Some(round),
        ..ComparisonFilter::default()
    };
    let newest = run.store.comparisons(run.contest, &of_round).await?;
    let new: BTreeSet<ComparisonId> = newest.iter().map(|c| c.comparison_id).collect();
    quarantine(run, &newest).await?;
    for judge in judges.ids() {
        let both = both_orders(&pairs, judge);
        flag_contradictions(run, fence, &both, &new).await?;
        // What a private contest's plans do to a judge is not everybody's business.
        if run.contest == Contest::Public {
            measure(run, judge, &both).await?;
        }
    }
    Ok(())
}

/// Keeps a judge's health, and suspends it when that is bad.
async fn measure(
    run: &Run<'_>,
    judge: JudgeId,
    both: &[(&RatedPair, &RatedPair)],
) -> Result<(), RankError> {
    let canaries = canaries(run, judge).await?;
    let cards = Cards::load(run.store, &canaries).await?;
    let sampled = sampled_orders(run, judge).await?;
    let levels: Vec<(i8, i8)> = both
        .iter()
        .filter(|(_, second)| sampled.contains(&second.comparison_id))
        .map(|(a, b)| (level(a.level), level(b.level)))
        .collect();
    let health = Health::measure(&levels, &readings(&cards, &canaries)?);
    keep_health(run, judge, &health).await
}

/// Second orders from the random sample. Those that were requested because a verdict surprised
/// flip more often, and would make an honest judge look bad.
async fn sampled_orders(
    run: &Run<'_>,
    judge: JudgeId,
) -> Result<BTreeSet<ComparisonId>, RankError> {
    let filter = ComparisonFilter {
        kind: Some(ComparisonKind::SecondOrder),
        judge_id: Some(judge),
        ..ComparisonFilter::default()
    };
    let second = run.store.comparisons(run.contest, &filter).await?;
    Ok(second
        .into_iter()
        .filter(|c| c.reason == SAMPLED_SECOND_ORDER)
        .map(|c| c.comparison_id)
        .collect())
}

async fn canaries(run: &Run<'_>, judge: JudgeId) -> Result<Vec<Comparison>, RankError> {
    let mut all = Vec::new();
    for kind in [ComparisonKind::Canary, ComparisonKind::SelfCanary] {
        let filter = ComparisonFilter {
            state: Some(ComparisonState::Done),
            kind: Some(kind),
            judge_id: Some(judge),
            round: None,
        };
        all.extend(run.store.comparisons(run.contest, &filter).await?);
    }
    Ok(all)
}

/// A judge's pairs with a verdict in both orders, (first order, second order).
fn both_orders(pairs: &[RatedPair], judge: JudgeId) -> Vec<(&RatedPair, &RatedPair)> {
    let of_judge = || pairs.iter().filter(|p| p.judge_id == judge);
    let by_order: BTreeMap<(PlanId, PlanId), &RatedPair> = of_judge()
        .map(|p| ((p.first_plan, p.second_plan), p))
        .collect();
    of_judge()
        .filter(|p| p.kind == ComparisonKind::Normal)
        .filter_map(|p| Some((p, *by_order.get(&(p.second_plan, p.first_plan))?)))
        .collect()
}

fn level(stored: i64) -> i8 {
    i8::try_from(stored).unwrap_or(0)
}

fn canary_level(canary: &Comparison) -> i8 {
    canary.level.map_or(0, level)
}

/// A pair contradicts from the round on in which its second order was judged.
async fn flag_contradictions(
    run: &Run<'_>,
    fence: &Fence,
    both: &[(&RatedPair, &RatedPair)],
    new: &BTreeSet<ComparisonId>,
) -> Result<(), RankError> {
    let contradicting = both.iter().filter(|(a, b)| {
        contradicts(level(a.level), level(b.level))
            && (new.contains(&a.comparison_id) || new.contains(&b.comparison_id))
    });
    for pair in contradicting.flat_map(|(a, b)| [a, b]) {
        let Some(comparison) = run.store.comparison(pair.comparison_id).await? else {
            continue;
        };
        let mut flags: Vec<String> = comparison
            .flags
            .as_deref()
            .and_then(|f| serde_json::from_str(f).ok())
            .unwrap_or_default();
        if flags.iter().any(|f| f == CONTRADICTED) {
            continue;
        }
        flags.push(CONTRADICTED.to_owned());
        let flags = serde_json::to_string(&flags).unwrap_or_default();
        run.store
            .flag_comparison(fence, comparison.comparison_id, &flags)
            .await?;
    }
    Ok(())
}

fn readings(cards: &Cards, canaries: &[Comparison]) -> Result<Vec<Reading>, RankError> {
    let mut readings = Vec::new();
    for canary in canaries.iter().filter(|c| c.kind == ComparisonKind::Canary) {
        let Some((kind, side)) = variant::parse(&canary.variant) else {
            continue;
        };
        match side {
            variant::ORIGINAL_FIRST => {
                readings.push(Reading::original_first(kind, canary_level(canary)));
            }
            variant::TWIN_FIRST => readings.push(Reading::twin_first(kind, canary_level(canary))),
            variant::OWN_KPIS => {
                let swapped = format!("{}/{}", variant::name(kind), variant::SWAPPED_KPIS);
                let Some(other) = partner(canaries, canary, &swapped) else {
                    continue;
                };
                readings.extend(Reading::kpis_swapped(
                    cards.kpis(canary)?,
                    canary_level(canary),
                    canary_level(other),
                ));
            }
            _ => {}
        }
    }
    Ok(readings)
}

fn partner<'a>(
    canaries: &'a [Comparison],
    of: &Comparison,
    variant: &str,
) -> Option<&'a Comparison> {
    canaries.iter().find(|c| {
        c.first_plan == of.first_plan && c.second_plan == of.second_plan && c.variant == variant
    })
}

/// What a self-canary's two sides say; `None` when one is missing or void.
pub(crate) fn advice(canaries: &[Comparison], raw: &Comparison) -> Option<Advice> {
    let clean = canaries.iter().find(|c| {
        c.judge_id == raw.judge_id
            && c.first_plan == raw.first_plan
            && c.variant == variant::SANITISED_FIRST
    })?;
    let is_raw = raw.variant == variant::RAW_FIRST;
    (is_raw && raw.level.is_some() && clean.level.is_some())
        .then(|| SelfCanary::read(canary_level(raw), canary_level(clean)).advice)
}

/// Takes plans off the board whose suspicious sentences won the judge over in this round. A
/// person's decision to put one back is not undone: the reading is not new any more.
async fn quarantine(run: &Run<'_>, newest: &[Comparison]) -> Result<(), RankError> {
    for raw in newest {
        if advice(newest, raw) != Some(Advice::Quarantine) {
            continue;
        }
        let card = vectors::card(run.store, raw.first_plan)
            .await
            .map_err(|e| RankError::BrokenPlan {
                plan: raw.first_plan,
                why: e.to_string(),
            })?;
        let sentence = SelfCanary::of(&card)
            .and_then(|c| c.findings.into_iter().next())
            .map(|finding| finding.sentence)
            .unwrap_or_default();
        let why = format!("its text instructs the judge, and the judge obeyed: {sentence:?}");
        if run.store.quarantine_plan(raw.first_plan, &why).await? {
            let note = format!("plan {} is quarantined: {why}", raw.first_plan);
            run.observer.on(Event::Note(note));
        }
    }
    Ok(())
}

async fn keep_health(run: &Run<'_>, judge: JudgeId, health: &Health) -> Result<(), RankError> {
    let stats = serde_json::to_string(health).unwrap_or_default();
    run.store.set_judge_canary_stats(judge, &stats).await?;
    if !health.standing().may_judge() {
        let why = format!(
            "its verdict flips with the order of the plans in {:.0} % of {} pairs, more than the 20 % allowed",
            100.0 * health.swaps.flip_rate(),
            health.swaps.pairs
        );
        run.observer
            .on(Event::Note(format!("the judge is suspended: {why}")));
        run.store
            .suspend_judge(judge, &why, run.clock.now())
            .await?;
    }
    Ok(())
}
