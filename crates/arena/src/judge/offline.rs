//! A judge without a language model: documented rules on cards and KPIs.
//!
//! It is labelled [`NAME`] wherever it shows. It can't read what a plan means; it checks
//! what a careful reader would check first, and shows where. The rules are in
//! `offline/rules.md`, whose hash is the judge's prompt version.
//!
//! Invariants: exchanging the plans negates every level; each quote stands in its card; the
//! level is decided by votes and ranks of dimensions, never by a weighted sum.

mod rules;
mod words;

use async_trait::async_trait;
use plan::card::Card;
use sha2::{Digest, Sha256};

use super::prompt::shown;
use super::{
    Contestant, Dimension, Judge, JudgeError, JudgeFingerprint, JudgeKind, Judged, Outcome, Quote,
    Usage, Verdict, level_words,
};
use rules::{Grade, PLAIN_DEALING, REMAINING, RULES, Rule, Steps};

/// What people see wherever this judge is named.
pub const NAME: &str = "offline judge, not a language model";

/// The rules in words.
pub const DESCRIPTION: &str = include_str!("offline/rules.md");

const VERSION: u32 = 1;

/// A plan that speaks to the judge loses by at least this much.
const PLAIN_DEALING_LEVEL: i8 = 3;

const MAX_QUOTE_CHARS: usize = 160;

/// Compares by rules. Free, immediate, deterministic.
#[derive(Debug, Clone, Copy, Default)]
pub struct OfflineJudge;

#[async_trait]
impl Judge for OfflineJudge {
    fn fingerprint(&self) -> JudgeFingerprint {
        JudgeFingerprint {
            kind: JudgeKind::Offline,
            name: NAME.to_owned(),
            version: VERSION,
            model: None,
            prompt_version: hex::encode(Sha256::digest(DESCRIPTION)),
        }
    }

    async fn compare(
        &self,
        first: &Contestant<'_>,
        second: &Contestant<'_>,
    ) -> Result<Judged, JudgeError> {
        if first.hash == second.hash {
            return Err(JudgeError::SamePlan);
        }
        let verdict = judge(first, second);
        let request_hash = request_hash(first, second);
        Ok(Judged {
            outcome: Outcome::Verdict { verdict },
            usage: Usage::default(),
            request_hash,
        })
    }
}

/// The verdict of the rules.
pub fn judge(first: &Contestant<'_>, second: &Contestant<'_>) -> Verdict {
    let dimensions: Vec<Dimension> = RULES
        .iter()
        .map(|rule| dimension(rule, first, second))
        .collect();
    let remaining = dimension(&REMAINING, first, second);
    let preferences: Vec<i8> = dimensions
        .iter()
        .chain([&remaining])
        .map(|d| d.preference)
        .collect();
    let dealing = dimensions
        .iter()
        .find(|d| d.name == PLAIN_DEALING)
        .map_or(0, |d| d.preference);
    let overall = overall(&preferences, dealing);
    let because = because(overall, &dimensions);
    Verdict {
        overall,
        because,
        dimensions,
        remaining,
        flags: Vec::new(),
    }
}

fn dimension(rule: &Rule, first: &Contestant<'_>, second: &Contestant<'_>) -> Dimension {
    let (a, b) = ((rule.grade)(first), (rule.grade)(second));
    let preference = match (a.value, b.value) {
        (Some(x), Some(y)) => step(x - y, rule.steps),
        _ => 0,
    };
    Dimension {
        name: rule.name.to_owned(),
        preference,
        reason: format!("First: {}. Second: {}.", a.finding, b.finding),
        first_quote: quote(&a, first.card),
        second_quote: quote(&b, second.card),
        verified: true,
    }
}

/// A verdict of this judge in words from one plan's side, for who reads that plan's page; `verdict`
/// is turned to that side already.
pub(crate) fn one_sided(mut verdict: Verdict, shown_first: bool) -> Verdict {
    let (own, other) = if shown_first {
        ("first", "second")
    } else {
        ("second", "first")
    };
    for (place, who) in [(own, "This plan is"), (other, "The other plan is")] {
        if let Some(rest) = verdict
            .because
            .strip_prefix(&format!("The {place} plan is"))
        {
            verdict.because = format!("{who}{rest}");
        }
    }
    let remaining = std::iter::once(&mut verdict.remaining);
    for dimension in verdict.dimensions.iter_mut().chain(remaining) {
        if let Some(reason) = one_sided_reason(&dimension.reason, shown_first) {
            dimension.reason = reason;
        }
    }
    verdict
}

fn one_sided_reason(reason: &str, shown_first: bool) -> Option<String> {
    let findings = reason.strip_prefix("First: ")?.strip_suffix('.')?;
    let (first, second) = findings.split_once(". Second: ")?;
    let (own, other) = if shown_first {
        (first, second)
    } else {
        (second, first)
    };
    Some(format!("This plan: {own}. The other: {other}."))
}

/// How many steps the difference passes, with its sign.
fn step(difference: f64, steps: Steps) -> i8 {
    // Shares are ratios of small integers: a hair above or below a step is on it.
    let passed = steps
        .iter()
        .filter(|s| difference.abs() >= **s - 1e-9)
        .fold(0, |n, _| n + 1);
    if difference < 0.0 { -passed } else { passed }
}

/// Votes, then ranks; see `rules.md`. Antisymmetric in the preferences.
fn overall(preferences: &[i8], dealing: i8) -> i8 {
    let by_rules = winner(preferences) * strength(preferences);
    if dealing == 0 {
        return by_rules;
    }
    // Whoever speaks to the judge loses, whatever else the plan says.
    (by_rules * dealing.signum()).max(PLAIN_DEALING_LEVEL) * dealing.signum()
}

/// +1, −1 or 0: more dimensions; else the stronger strongest, second strongest, … dimension.
fn winner(preferences: &[i8]) -> i8 {
    let votes: i32 = preferences.iter().map(|p| i32::from(p.signum())).sum();
    let strongest_first = |side: i8| {
        let mut sizes: Vec<i8> = preferences
            .iter()
            .map(|p| p * side)
            .filter(|p| *p > 0)
            .collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        sizes
    };
    match votes
        .cmp(&0)
        .then_with(|| strongest_first(1).cmp(&strongest_first(-1)))
    {
        std::cmp::Ordering::Greater => 1,
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
    }
}

/// The largest k with at least k dimensions of size k or more on the winner's side, which
/// also outnumber those on the other side; at least 1.
fn strength(preferences: &[i8]) -> i8 {
    let side = winner(preferences);
    let against = preferences.iter().filter(|p| **p * side < 0).count();
    let holds = |k: i8| {
        let in_favour = preferences.iter().filter(|p| **p * side >= k).count();
        in_favour >= usize::from(k.unsigned_abs()) && in_favour > against
    };
    (1..=super::MAX_LEVEL)
        .rev()
        .find(|k| holds(*k))
        .unwrap_or(1)
}

fn because(overall: i8, dimensions: &[Dimension]) -> String {
    let side = overall.signum();
    if side == 0 {
        return "The dimensions balance: as many, and as strong, on either side.".to_owned();
    }
    let mut best: Vec<&Dimension> = dimensions
        .iter()
        .filter(|d| d.preference * side > 0)
        .collect();
    best.sort_by_key(|d| -d.preference.abs());
    let against = dimensions
        .iter()
        .filter(|d| d.preference * side < 0)
        .count();
    let names: Vec<&str> = best.iter().take(3).map(|d| d.name.as_str()).collect();
    let winner = if side > 0 { "first" } else { "second" };
    format!(
        "The {winner} plan is {}: ahead on {} dimensions and behind on {against}, above all on {}.",
        level_words(overall),
        best.len(),
        names.join(", "),
    )
}

fn quote(grade: &Grade, card: &Card) -> Quote {
    let Some(item) = grade.item.as_ref().and_then(|id| card.item(id)) else {
        return Quote::default();
    };
    Quote {
        item: shown(&item.id),
        text: beginning(&shown(&item.text)).to_owned(),
        found: true,
    }
}

/// At most [`MAX_QUOTE_CHARS`], cut between words.
fn beginning(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(MAX_QUOTE_CHARS) else {
        return text;
    };
    text[..end]
        .rsplit_once(' ')
        .map_or(&text[..end], |(words, _)| words)
}

fn request_hash(first: &Contestant<'_>, second: &Contestant<'_>) -> String {
    let mut hash = Sha256::new();
    hash.update(DESCRIPTION);
    for contestant in [first, second] {
        hash.update(contestant.hash.0);
        for kpi in contestant.kpis {
            // NaN marks unknown, and no known value is NaN.
            hash.update(kpi.unwrap_or(f64::NAN).to_be_bytes());
        }
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests;
