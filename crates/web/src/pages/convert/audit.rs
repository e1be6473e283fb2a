//! Human review: cards, the judge's verdict beside the reviewer's, agreement.

use arena::audit::{BlindCard, Place, Preview, Revealed as Told, Statistics};
use arena::judge::{Dimension, Verdict};
use chrono::{DateTime, Utc};
use rating::agreement::Agreement;
use store::{AccountId, AuditAction, AuditCode, AuditEntry};

use super::comparison::{level, quote};
use super::count;
use super::judge::JudgeNames;
use crate::view::audit::{
    AgreementView, AuditRow, CardItemView, CardSectionView, CardView, JudgeAgreement, PreviewRow,
    ReasonChoice, Revealed,
};
use crate::view::format::Moment;
use crate::view::parts::Level;
use crate::view::plan::DimensionView;

/// Why a reviewer decides as they do, as the form says it.
const REASONS: [(AuditCode, &str); 9] = [
    (AuditCode::Agree, "I agree with the judge"),
    (
        AuditCode::JudgeMissedEvidence,
        "It missed evidence that is in a plan",
    ),
    (
        AuditCode::JudgeFabricatedOrMisquoted,
        "It made something up or misquoted",
    ),
    (
        AuditCode::JudgeOverWeightedLengthOrStyle,
        "It was swayed by length or style",
    ),
    (
        AuditCode::PositionOrOrderEffect,
        "It was swayed by the order of the plans",
    ),
    (
        AuditCode::DomainKnowledge,
        "It lacks knowledge of the subject",
    ),
    (
        AuditCode::InjectionOrGaming,
        "A plan speaks to the judge or games it",
    ),
    (
        AuditCode::TieJudgedAsDifference,
        "It saw a difference where there is none",
    ),
    (AuditCode::Other, "Something else, as the note says"),
];

pub(in crate::pages) fn card(card: BlindCard) -> CardView {
    let section = |section: arena::audit::BlindSection| CardSectionView {
        name: section.title.to_owned(),
        items: section
            .lines
            .into_iter()
            .map(|line| CardItemView {
                id: line.id,
                text: line.text,
            })
            .collect(),
        omitted: section.omitted,
    };
    CardView {
        sections: card.sections.into_iter().map(section).collect(),
    }
}

pub(in crate::pages) fn revealed(
    told: &Told,
    preview: Option<Preview>,
    override_weight: f64,
    judges: &JudgeNames,
) -> Revealed {
    // The verdict stands from the point of view of the plan that the judge saw first.
    let dimensions = told.verdict.iter().flat_map(Verdict::all_dimensions);
    Revealed {
        mine: Level(told.label),
        judged: Level(told.judge_level),
        judge: judges.named(&told.judge_name),
        because: told
            .verdict
            .as_ref()
            .map(|v| v.because.clone())
            .unwrap_or_default(),
        a_title: told.left_title.clone(),
        b_title: told.right_title.clone(),
        a_id: told.left_plan.to_string(),
        b_id: told.right_plan.to_string(),
        dimensions: dimensions
            .map(|d| dimension(d, told.judge_saw_left_first))
            .collect(),
        reasons: reasons(),
        override_weight: weight(override_weight),
        preview: preview.map(|p| places(told, p)).unwrap_or_default(),
    }
}

fn dimension(dimension: &Dimension, left_first: bool) -> DimensionView {
    let (first, second) = (
        quote(Some(dimension.first_quote.clone())),
        quote(Some(dimension.second_quote.clone())),
    );
    let (mine, theirs, preference) = if left_first {
        (first, second, dimension.preference)
    } else {
        (second, first, -dimension.preference)
    };
    DimensionView {
        name: dimension.name.clone(),
        level: Level(preference),
        reason: dimension.reason.clone(),
        mine,
        theirs,
        verified: dimension.verified,
    }
}

fn reasons() -> Vec<ReasonChoice> {
    let choice = |(code, label): (AuditCode, &str)| ReasonChoice {
        code: code.as_str().to_owned(),
        label: label.to_owned(),
    };
    REASONS.into_iter().map(choice).collect()
}

fn weight(weight: f64) -> String {
    format!("{weight} verdicts")
}

fn places(told: &Told, preview: Preview) -> Vec<PreviewRow> {
    let row = |title: &str, place: Place| PreviewRow {
        title: title.to_owned(),
        elo_now: place.elo_before,
        elo_then: place.elo_after,
        rank_now: place.rank_before.map(u64::from),
        rank_then: place.rank_after.map(u64::from),
    };
    vec![
        row(&told.left_title, preview.left),
        row(&told.right_title, preview.right),
    ]
}

pub(in crate::pages) fn agreement(statistics: &Statistics) -> AgreementView {
    let overall = &statistics.overall;
    AgreementView {
        labels: overall.n,
        alpha: overall.alpha_levels.as_ref().and_then(|alpha| {
            let (low, high) = alpha.interval?;
            Some((alpha.value, low, high))
        }),
        same_side: same_side(overall),
        base_rate: overall.chance_side,
        between_people: statistics.reviewers.as_ref().map(|alpha| alpha.value),
        overrides: statistics.overrides_in_force as u64,
        more_wanted: overall.more_labels_wanted,
    }
}

fn same_side(agreement: &Agreement) -> Option<f64> {
    agreement.same_side.as_ref().map(|share| share.share)
}

pub(in crate::pages) fn by_judge(
    statistics: Statistics,
    judges: &JudgeNames,
) -> Vec<JudgeAgreement> {
    let one = |judge: arena::audit::JudgeAgreement| JudgeAgreement {
        judge: judges.of(judge.judge_id),
        labels: judge.agreement.n,
        same_side: same_side(&judge.agreement),
        alpha: judge
            .agreement
            .alpha_levels
            .as_ref()
            .map(|alpha| alpha.value),
    };
    statistics.judges.into_iter().map(one).collect()
}

/// One line of the trail; `reader` may withdraw what is theirs, an administrator anything.
pub(in crate::pages) fn row(
    entry: AuditEntry,
    judges: &JudgeNames,
    reader: (AccountId, bool),
    now: DateTime<Utc>,
) -> AuditRow {
    let (account, is_admin) = reader;
    let is_open = entry.in_force && entry.action != AuditAction::Withdraw;
    let may_withdraw = is_open && (is_admin || entry.reviewer_id == account);
    let note = [entry.note, entry.quote.map(|quote| format!("“{quote}”"))];
    AuditRow {
        decision_id: entry.decision_id.to_string(),
        at: Moment::new(entry.created_at, now),
        reviewer: entry.author_name,
        a_id: entry.first_plan.to_string(),
        a_title: entry.first_title,
        b_id: entry.second_plan.to_string(),
        b_title: entry.second_title,
        mine: level(entry.label),
        judged: level(entry.verdict),
        judge: judges.named(&entry.judge_name),
        reason: entry
            .reason
            .map(|code| label(code).to_owned())
            .unwrap_or_default(),
        note: note.into_iter().flatten().collect::<Vec<_>>().join(" "),
        override_weight: entry.weight.map(|weight| weight.to_string()),
        withdrawn: entry.action == AuditAction::Withdraw,
        in_force: entry.in_force,
        may_withdraw,
    }
}

fn label(code: AuditCode) -> &'static str {
    let known = REASONS.iter().find(|(known, _)| *known == code);
    known.map_or("", |(_, label)| label)
}

pub(in crate::pages) fn labels(statistics: &Statistics) -> (u64, u64) {
    (
        count(statistics.counts.labels),
        count(statistics.counts.reviewers),
    )
}
