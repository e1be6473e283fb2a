//! Human review of judgements.

use arena::audit;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{mirrored_words, mirrors};

mirrored_words! {
    /// Why an item was chosen; only `random` ones estimate agreement.
    ChosenFor of store::AuditReason {
        Random, Contradicted, Flagged, Surprising, TopOfBoard, SuspectedInjection,
    }
    /// What a reviewer wants to happen with a verdict.
    AuditAction of store::AuditAction { Keep, Override, Withdraw, }
    /// Why a reviewer keeps or overrides a verdict.
    ReasonCode of store::AuditCode {
        Agree, JudgeMissedEvidence, JudgeFabricatedOrMisquoted, JudgeOverWeightedLengthOrStyle,
        PositionOrOrderEffect, DomainKnowledge, InjectionOrGaming, TieJudgedAsDifference, Other,
    }
}

mirrors! {
    /// Two plans without their names, to be judged.
    BlindItem of audit::BlindItem {
        item_id: Uuid,
        left: BlindCard,
        right: BlindCard,
        /// Until then nobody else is given the place.
        claimed_until: DateTime<Utc>,
    }

    /// What the judge saw of a plan.
    BlindCard of audit::BlindCard {
        sections: Vec<BlindSection>,
    }

    BlindSection of audit::BlindSection {
        title: String,
        lines: Vec<BlindLine>,
        /// Items of the plan that no judge sees.
        omitted: usize,
    }

    BlindLine of audit::BlindLine {
        id: String,
        text: String,
    }

    /// The judge's verdict beside the reviewer's. Levels are positive for the plan on the left.
    Revealed of audit::Revealed {
        item_id: Uuid,
        chosen_for: ChosenFor,
        left_plan: Uuid,
        right_plan: Uuid,
        left_title: String,
        right_title: String,
        left: BlindCard,
        right: BlindCard,
        judge_saw_left_first: bool,
        #[schema(minimum = -4, maximum = 4)]
        label: i8,
        #[schema(minimum = -4, maximum = 4)]
        judge_level: i8,
        judge_name: String,
        model: Option<String>,
        /// Reasons and quotes, as the judge gave them.
        #[schema(value_type = Option<Object>)]
        verdict: Option<serde_json::Value>,
        flags: Vec<String>,
        /// What the reviewer decided last.
        decision: Option<AuditDecision>,
    }

    /// A decision. Its level is positive for the plan that the judge saw first.
    AuditDecision of store::AuditDecision {
        decision_id: Uuid,
        item_id: Uuid,
        comparison_id: Uuid,
        action: AuditAction,
        reason: Option<ReasonCode>,
        note: Option<String>,
        quote: Option<String>,
        level: Option<i64>,
        /// In verdicts of a judge.
        weight: Option<f64>,
        supersedes: Option<Uuid>,
        created_at: DateTime<Utc>,
    }

    /// What an override would change.
    Preview of audit::Preview {
        left: PreviewPlace,
        right: PreviewPlace,
        weight: f64,
    }

    PreviewPlace of audit::Place {
        plan_id: Uuid,
        elo_before: f64,
        elo_after: f64,
        rank_before: Option<u32>,
        rank_after: Option<u32>,
    }

    /// How far people agree with the judges, and with each other.
    AuditStatistics of audit::Statistics {
        counts: AuditCounts,
        /// All judges taken together.
        overall: Agreement,
        judges: Vec<JudgeAgreement>,
        double_labelled: u64,
        /// Krippendorff's α among people.
        reviewers: Option<Alpha>,
        reasons: Vec<ReasonCount>,
        overrides_in_force: usize,
        override_weight: f64,
    }

    AuditCounts of store::AuditCounts {
        items: i64,
        random_items: i64,
        labels: i64,
        reviewers: i64,
    }

    ReasonCount of store::AuditReasonCount {
        action: AuditAction,
        reason: ReasonCode,
        decisions: i64,
    }

    JudgeAgreement of audit::JudgeAgreement {
        judge_id: Uuid,
        name: String,
        kind: String,
        version: String,
        agreement: Agreement,
    }

    /// Agreement of two raters, with what chance alone would bring.
    Agreement of rating::agreement::Agreement {
        n: u64,
        exact: Option<AgreementShare>,
        within_one: Option<AgreementShare>,
        same_side: Option<AgreementShare>,
        base_rate_side: Option<f64>,
        base_rate_level: Option<f64>,
        chance_side: Option<f64>,
        chance_level: Option<f64>,
        /// Cohen's κ on sides, unweighted.
        kappa_side: Option<f64>,
        /// Cohen's κ on levels, with quadratic weights.
        kappa_levels: Option<f64>,
        /// Krippendorff's α on levels, ordinal.
        alpha_levels: Option<Alpha>,
        half_width: Option<f64>,
        more_labels_wanted: u64,
    }

    /// A share with its 95 % interval.
    AgreementShare of rating::agreement::interval::Share {
        count: u64,
        share: f64,
        low: f64,
        high: f64,
    }

    Alpha of rating::agreement::alpha::Alpha {
        value: f64,
        /// Null when there are too few.
        #[schema(min_items = 2, max_items = 2)]
        interval: Option<Vec<f64>>,
        units: u64,
    }

    /// One decision of the trail. Levels are positive for `first_plan`.
    AuditEntry of store::AuditEntry {
        decision_id: Uuid,
        item_id: Uuid,
        number: i64,
        chosen_for: ChosenFor,
        comparison_id: Uuid,
        first_plan: Uuid,
        second_plan: Uuid,
        first_title: String,
        second_title: String,
        judge_name: String,
        verdict: i64,
        label: i64,
        level: Option<i64>,
        reviewer_name: String,
        author_name: String,
        action: AuditAction,
        reason: Option<ReasonCode>,
        note: Option<String>,
        quote: Option<String>,
        weight: Option<f64>,
        supersedes: Option<Uuid>,
        /// No newer decision has taken its place.
        in_force: bool,
        created_at: DateTime<Utc>,
    }
}
