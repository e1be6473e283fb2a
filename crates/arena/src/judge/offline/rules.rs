//! The offline judge's dimensions, each with the grade that it gives a plan.
//! `rules.md` says the same in words; change both, and raise [`super::VERSION`].

use std::collections::BTreeSet;

use plan::card::{CardItem, CardSection, SectionKind};

use super::words::{Vocabulary, has_money, is_concrete};
use crate::judge::Contestant;
use crate::judge::canary::injection::speaks_to_the_judge;

/// Differences of grades from which on the preference is 1, 2, 3, 4.
pub(super) type Steps = [f64; 4];

const SHARE: Steps = [0.10, 0.25, 0.45, 0.70];
const BRIEF: Steps = [0.10, 0.25, 0.40, 0.60];
const LOGIC: Steps = [0.05, 0.12, 0.25, 0.45];
/// Novelty moves one step at most.
const NOVELTY: Steps = [0.20, 2.0, 2.0, 2.0];

/// One dimension.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) steps: Steps,
    pub(super) grade: fn(&Contestant<'_>) -> Grade,
}

/// A plan's grade on one dimension, 0..=1; `None` is unknown.
pub(super) struct Grade {
    pub(super) value: Option<f64>,
    /// What was found, in a few words.
    pub(super) finding: String,
    /// The id of an item that shows it.
    pub(super) item: Option<String>,
}

pub(super) const PLAIN_DEALING: &str = "plain dealing";

pub(super) const RULES: [Rule; 12] = [
    Rule {
        name: "goal and measure of success",
        steps: SHARE,
        grade: goal,
    },
    Rule {
        name: "clarity of the brief",
        steps: BRIEF,
        grade: |c| kpi(c, 1, SectionKind::Prompt),
    },
    Rule {
        name: "work breakdown and logic",
        steps: LOGIC,
        grade: |c| kpi(c, 2, SectionKind::Dependencies),
    },
    Rule {
        name: "schedule",
        steps: SHARE,
        grade: schedule,
    },
    Rule {
        name: "risks and their treatment",
        steps: SHARE,
        grade: risks,
    },
    Rule {
        name: "basis of the costs",
        steps: SHARE,
        grade: costs,
    },
    Rule {
        name: "budget against costs",
        steps: SHARE,
        grade: |c| kpi(c, 3, SectionKind::Money),
    },
    Rule {
        name: "benefits",
        steps: SHARE,
        grade: benefits,
    },
    Rule {
        name: "benefit against cost",
        steps: SHARE,
        grade: |c| kpi(c, 4, SectionKind::Benefits),
    },
    Rule {
        name: "team for this work",
        steps: SHARE,
        grade: team,
    },
    Rule {
        name: "assumptions that can be checked",
        steps: SHARE,
        grade: assumptions,
    },
    Rule {
        name: PLAIN_DEALING,
        steps: SHARE,
        grade: plain_dealing,
    },
];

pub(super) const REMAINING: Rule = Rule {
    name: "remaining: novelty",
    steps: NOVELTY,
    grade: |c| kpi(c, 0, SectionKind::Title),
};

/// A KPI, shown with the item of the card that comes nearest to it.
fn kpi(contestant: &Contestant<'_>, index: usize, shown_by: SectionKind) -> Grade {
    let name = crate::judge::KPI_NAMES[index];
    let value = contestant.kpis[index]
        .filter(|v| v.is_finite())
        .map(|v| v.clamp(0.0, 1.0));
    let finding = value.map_or_else(|| format!("{name} unknown"), |v| format!("{name} {v:.2}"));
    let item = items(contestant, shown_by)
        .first()
        .or_else(|| items(contestant, SectionKind::Title).first());
    Grade {
        value,
        finding,
        item: item.map(|i| i.id.clone()),
    }
}

fn vocabulary(contestant: &Contestant<'_>) -> Vocabulary {
    Vocabulary::of(contestant.card.items().map(|i| i.text.as_str()))
}

fn items<'a>(contestant: &Contestant<'a>, kind: SectionKind) -> &'a [CardItem] {
    contestant
        .card
        .section(kind)
        .map_or(&[], |section: &CardSection| section.items.as_slice())
}

/// Share of the items that pass, with a count in words and an item that shows it.
fn share(list: &[CardItem], what: &str, passes: impl Fn(&CardItem) -> bool) -> Grade {
    let good: Vec<&CardItem> = list.iter().filter(|i| passes(i)).collect();
    Grade {
        value: Some(ratio(good.len(), list.len())),
        finding: format!("{} of {} {what}", good.len(), list.len()),
        item: good.first().copied().or(list.first()).map(|i| i.id.clone()),
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

fn goal(c: &Contestant<'_>) -> Grade {
    let objective = items(c, SectionKind::Objective).first();
    let stated = objective.map_or(0.0, |o| if is_concrete(&o.text) { 1.0 } else { 0.5 });
    let criteria = share(
        items(c, SectionKind::SuccessCriteria),
        "success criteria with a figure",
        |i| is_concrete(&i.text),
    );
    Grade {
        value: criteria.value.map(|v| f64::midpoint(stated, v)),
        item: criteria.item.or(objective.map(|o| o.id.clone())),
        finding: criteria.finding,
    }
}

fn schedule(c: &Contestant<'_>) -> Grade {
    let facts = items(c, SectionKind::Schedule);
    let fact = |words: &str| facts.iter().find(|i| i.text.contains(words));
    let durations = fact("Durations for ");
    let (ranged, tasks) = durations.map_or((0, 0), |f| ranged_of(&f.text));
    let linked = if fact("form a cycle").is_some() {
        0.0
    } else if fact("Critical path").is_some() {
        1.0
    } else {
        0.5
    };
    Grade {
        value: Some(ratio(ranged, tasks).min(1.0) * linked),
        finding: format!("{ranged} of {tasks} durations with a range"),
        item: durations.or(facts.first()).map(|i| i.id.clone()),
    }
}

/// The card's fact "Durations for 32 tasks: 30 with a realistic value, 28 with a range".
fn ranged_of(fact: &str) -> (usize, usize) {
    let numbers: Vec<usize> = fact
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|n| n.parse().ok())
        .collect();
    match numbers[..] {
        [tasks, _, ranged] => (ranged, tasks),
        _ => (0, 0),
    }
}

/// More different risks than this earn nothing.
const ENOUGH_RISKS: usize = 5;

fn risks(c: &Contestant<'_>) -> Grade {
    let list = items(c, SectionKind::Risks);
    let texts: Vec<&str> = list.iter().map(|i| i.text.as_str()).collect();
    let vocabulary = vocabulary(c);
    let treated: Vec<f64> = texts
        .iter()
        .map(|text| treatment(text, &vocabulary))
        .collect();
    let treatment = treated.iter().sum::<f64>() / texts.len().max(1) as f64;
    let enough = ratio(
        vocabulary.count_different(&texts).min(ENOUGH_RISKS),
        ENOUGH_RISKS,
    );
    // Of equals the one shown first.
    let best = list
        .iter()
        .zip(&treated)
        .rev()
        .max_by(|(_, a), (_, b)| a.total_cmp(b));
    Grade {
        value: Some(treatment * enough),
        finding: format!(
            "{} risks, treated to {:.0} %",
            texts.len(),
            100.0 * treatment
        ),
        item: best.map(|(i, _)| i.id.clone()),
    }
}

/// Thirds for a mitigation, for its fit, and for a figure anywhere.
fn treatment(risk: &str, vocabulary: &Vocabulary) -> f64 {
    let (description, mitigation) = risk.split_once("Mitigation:").unwrap_or((risk, ""));
    let stated = !mitigation.trim().is_empty() && !mitigation.contains("none stated");
    let fits = stated
        && !vocabulary
            .content(description)
            .is_disjoint(&vocabulary.content(mitigation));
    let passed = [stated, fits, stated && is_concrete(risk)];
    ratio(passed.iter().filter(|p| **p).count(), passed.len())
}

/// A cost estimate has at least this many lines.
const PRICED_LINES: usize = 3;

fn costs(c: &Contestant<'_>) -> Grade {
    let statements = items(c, SectionKind::Money);
    let is_line = |i: &&CardItem| i.text.contains(" × ") || i.text.contains("; basis: ");
    let lines: Vec<&CardItem> = statements.iter().filter(is_line).collect();
    let with = |mark: &str| {
        ratio(
            lines.iter().filter(|i| i.text.contains(mark)).count(),
            lines.len(),
        )
    };
    let any_amount = statements.iter().any(|i| has_money(&i.text));
    let parts = [
        f64::from(any_amount),
        f64::from(lines.len() >= PRICED_LINES),
        with(" × "),
        with("; basis: "),
    ];
    Grade {
        value: Some(parts.iter().sum::<f64>() / 4.0),
        finding: format!("{} priced lines", lines.len()),
        item: lines
            .first()
            .copied()
            .or(statements.first())
            .map(|i| i.id.clone()),
    }
}

fn benefits(c: &Contestant<'_>) -> Grade {
    let list = items(c, SectionKind::Benefits);
    let multiplied = |i: &CardItem| {
        !i.text
            .split("; evidence:")
            .next()
            .unwrap_or_default()
            .contains("unknown")
    };
    let evidenced = |i: &CardItem| {
        i.text
            .split_once("evidence: ")
            .is_some_and(|(_, e)| !e.starts_with("none"))
    };
    let grade = |i: &CardItem| f64::midpoint(f64::from(multiplied(i)), f64::from(evidenced(i)));
    let sum: f64 = list.iter().map(grade).sum();
    let sourced = list.iter().filter(|i| evidenced(i)).count();
    Grade {
        value: Some(sum / list.len().max(1) as f64),
        finding: format!("{sourced} of {} benefits with evidence", list.len()),
        item: list.first().map(|i| i.id.clone()),
    }
}

const ENOUGH_ROLES: usize = 4;

fn team(c: &Contestant<'_>) -> Grade {
    let vocabulary = vocabulary(c);
    let work: BTreeSet<String> = items(c, SectionKind::Wbs)
        .iter()
        .flat_map(|i| vocabulary.content(&i.text))
        .collect();
    let roles = items(c, SectionKind::Team);
    let texts: Vec<&str> = roles.iter().map(|i| i.text.as_str()).collect();
    let enough = ratio(
        vocabulary.count_different(&texts).min(ENOUGH_ROLES),
        ENOUGH_ROLES,
    );
    let fitting = share(roles, "roles that the work names", |i| {
        !vocabulary.content(&i.text).is_disjoint(&work)
    });
    Grade {
        value: fitting.value.map(|v| v * enough),
        ..fitting
    }
}

fn assumptions(c: &Contestant<'_>) -> Grade {
    share(
        items(c, SectionKind::Assumptions),
        "assumptions with a figure",
        |i| is_concrete(&i.text),
    )
}

fn plain_dealing(c: &Contestant<'_>) -> Grade {
    let suspect = c.card.items().find(|i| speaks_to_the_judge(&i.text));
    Grade {
        value: Some(f64::from(suspect.is_none())),
        finding: if suspect.is_some() {
            "speaks to the judge"
        } else {
            "nothing hidden"
        }
        .to_owned(),
        item: suspect.or(c.card.items().next()).map(|i| i.id.clone()),
    }
}
