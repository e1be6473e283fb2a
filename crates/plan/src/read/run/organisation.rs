//! Risks, places, money's currency, people, and what the plan takes for granted.

use serde_json::Value;

use super::RunReader;
use super::fields::{list, text};
use super::overview::warn_unusable;
use crate::model::{Assumption, Currency, Location, Plan, Risk, Role};
use crate::read::limits::{self, NAME_BYTES, PARAGRAPH_BYTES};

/// Latest first: each stage repeats the fields of the one before and adds its own.
const TEAM: &[&str] = &[
    "enrich_team_members_environment_info.json",
    "enrich_team_members_background_story.json",
    "enrich_team_members_contract_type.json",
    "find_team_members.json",
];

/// Cleans the fields of one JSON object.
struct Fields<'a> {
    run: &'a mut RunReader,
    value: &'a Value,
    source: &'a str,
}

impl Fields<'_> {
    fn line(&mut self, field: &str) -> String {
        let raw = text(self.value, field);
        self.run.collector.line(&raw, NAME_BYTES, self.source)
    }

    fn paragraph(&mut self, field: &str) -> String {
        let raw = text(self.value, field);
        self.run.collector.clean(&raw, PARAGRAPH_BYTES, self.source)
    }
}

fn each<T>(
    run: &mut RunReader,
    list: &[Value],
    source: &str,
    mut make: impl FnMut(&mut Fields) -> T,
) -> Vec<T> {
    let list = run.collector.bound(list, source);
    list.iter()
        .map(|value| make(&mut Fields { run, value, source }))
        .collect()
}

pub(super) fn read_risks(run: &mut RunReader, plan: &mut Plan) {
    let Some((value, source)) = run.expected_json(&["identify_risks_raw.json"], "risk register")
    else {
        return;
    };
    plan.risks = each(run, list(&value, "risks"), &source, |fields| Risk {
        area: fields.line("risk_area"),
        description: fields.paragraph("risk_description"),
        impact: fields.paragraph("potential_impact"),
        likelihood: fields.line("likelihood").to_lowercase(),
        severity: fields.line("severity").to_lowercase(),
        mitigation: fields.paragraph("action"),
        source: source.clone(),
    });
}

pub(super) fn read_locations(run: &mut RunReader, plan: &mut Plan) {
    let suffixes = &["physical_locations_raw.json"];
    let Some((value, source)) = run.expected_json(suffixes, "locations") else {
        return;
    };
    let places = list(&value, "physical_locations");
    plan.locations = each(run, places, &source, |fields| Location {
        broad: fields.line("physical_location_broad"),
        detailed: fields.line("physical_location_detailed"),
        specific: fields.line("physical_location_specific"),
        rationale: fields.paragraph("rationale_for_suggestion"),
        source: source.clone(),
    });
}

pub(super) fn read_currency(run: &mut RunReader, plan: &mut Plan) {
    let suffixes = &["currency_strategy_raw.json"];
    let Some((value, source)) = run.expected_json(suffixes, "currency") else {
        return;
    };
    let others = each(run, list(&value, "currency_list"), &source, |fields| {
        fields.line("currency")
    });
    let mut fields = Fields {
        run,
        value: &value,
        source: &source,
    };
    let primary = fields.line("primary_currency");
    let strategy = fields.paragraph("currency_strategy");
    if primary.is_empty() {
        return;
    }
    plan.currency = Some(Currency {
        others: others.into_iter().filter(|c| *c != primary).collect(),
        primary,
        strategy,
        source,
    });
}

pub(super) fn read_team(run: &mut RunReader, plan: &mut Plan) {
    let Some((value, source)) = run.expected_json(TEAM, "team") else {
        return;
    };
    let Some(members) = value.as_array() else {
        return warn_unusable(run, &source, "list of team members");
    };
    plan.team = each(run, members, &source, |fields| Role {
        name: fields.line("category"),
        explanation: fields.paragraph("explanation"),
        consequences: fields.paragraph("consequences"),
        count: fields.line("count"),
        contract: fields.line("contract_type"),
        source: source.clone(),
    });
}

pub(super) fn read_assumptions(run: &mut RunReader, plan: &mut Plan) {
    let suffixes = &["make_assumptions.json"];
    let Some((value, source)) = run.expected_json(suffixes, "assumptions") else {
        return;
    };
    let Some(entries) = value.as_array() else {
        return warn_unusable(run, &source, "list of assumptions");
    };
    let assumptions = each(run, entries, &source, |fields| Assumption {
        question: fields.paragraph("question"),
        assumption: fields.paragraph("assumptions"),
        assessment: fields.paragraph("assessments"),
        source: source.clone(),
    });
    plan.assumptions = assumptions;
    plan.assumptions.truncate(limits::MAX_LIST);
}
