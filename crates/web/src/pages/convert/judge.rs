//! Judges: their names wherever they show, and their health.

use std::collections::BTreeMap;

use arena::judge::canary::health::MAX_FLIP_RATE;
use arena::judge::canary::{CanaryKind, Health};
use arena::views;
use store::{Judge, JudgeId, Store, StoreError};

use super::count;
use crate::view::format::NanoUsd;
use crate::view::judges::{CanaryView, FlipRate, JudgeView};
use crate::view::parts::JudgeName;

/// Names of judges by id. There are as many judges as models and prompts were tried: a few.
#[derive(Debug, Default)]
pub(in crate::pages) struct JudgeNames(BTreeMap<JudgeId, JudgeName>);

impl JudgeNames {
    pub(in crate::pages) async fn read(store: &Store) -> Result<Self, StoreError> {
        let judges = store.judges().await?.into_iter();
        let named = judges.map(|judge| (judge.judge_id, name_of(judge)));
        Ok(Self(named.collect()))
    }

    pub(in crate::pages) fn of(&self, id: JudgeId) -> JudgeName {
        self.0.get(&id).cloned().unwrap_or_default()
    }

    /// Where only the name is known.
    pub(in crate::pages) fn named(&self, name: &str) -> JudgeName {
        let known = self.0.values().find(|judge| judge.name == name).cloned();
        known.unwrap_or_else(|| JudgeName {
            name: name.to_owned(),
            ..JudgeName::default()
        })
    }

    pub(in crate::pages) fn all(&self) -> impl Iterator<Item = (JudgeId, &JudgeName)> {
        self.0.iter().map(|(id, name)| (*id, name))
    }
}

fn name_of(judge: Judge) -> JudgeName {
    JudgeName {
        offline: judge.kind == "offline",
        name: judge.name,
        suspended_why: judge.suspended_at.map(|_| {
            judge
                .suspended_why
                .unwrap_or_else(|| "no reason given".to_owned())
        }),
    }
}

pub(in crate::pages) fn judge(judge: views::JudgeView) -> JudgeView {
    let habits = judge.habits.as_ref();
    JudgeView {
        judge: JudgeName {
            name: judge.name,
            offline: judge.kind == "offline",
            suspended_why: judge.suspended_why,
        },
        version: match judge.model {
            Some(model) => format!("{model}, {}", judge.version),
            None => judge.version,
        },
        verdicts: count(judge.verdicts),
        flips: judge.health.as_ref().and_then(flips),
        position_effect: habits.map(|habits| habits.position_effect_logits),
        discrimination: habits.map(|habits| habits.discrimination),
        canaries: judge.health.iter().flat_map(canaries).collect(),
    }
}

fn flips(health: &Health) -> Option<FlipRate> {
    let swaps = &health.swaps;
    (swaps.pairs > 0).then_some(FlipRate {
        flipped: swaps.flips as u64,
        pairs: swaps.pairs as u64,
        limit: MAX_FLIP_RATE,
    })
}

fn canaries(health: &Health) -> impl Iterator<Item = CanaryView> {
    health.canaries.iter().map(|(kind, gains)| {
        let (name, what) = words(*kind);
        CanaryView {
            name: name.to_owned(),
            what: what.to_owned(),
            pairs: gains.count as u64,
            gain: gains.mean,
            as_expected: gains.as_expected,
            se: (gains.count > 1).then(|| gains.sd / (gains.count as f64).sqrt()),
        }
    })
}

fn words(kind: CanaryKind) -> (&'static str, &'static str) {
    match kind {
        CanaryKind::Padded => ("Padded", "the same plan with filler sentences"),
        CanaryKind::Restyled => ("Restyled", "the same plan in bold type and confident words"),
        CanaryKind::KeywordStuffed => ("Keyword-stuffed", "key terms repeated"),
        CanaryKind::FakeCitations => ("Fake citations", "invented authorities added"),
        CanaryKind::KpisSwapped => ("Swapped KPIs", "the same two plans, their KPIs exchanged"),
    }
}

/// Money as text of nano-US-dollars; nothing where it isn't the reader's to see.
pub(in crate::pages) fn nano_usd(text: Option<&str>) -> Option<NanoUsd> {
    text?.parse().ok().map(NanoUsd)
}
