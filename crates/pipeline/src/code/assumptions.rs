//! What the plan takes for granted, on one page: in full for reading, in short for later prompts.

use serde::Deserialize;

use super::CodeInput;
use super::artifact::{Files, Output, json, text, text_output};
use crate::markdown::inline;

const PARTS: [&str; 8] = [
    "identify_purpose.md",
    "plan_type.md",
    "physical_locations.md",
    "currency_strategy.md",
    "identify_risks.md",
    "make_assumptions.md",
    "distill_assumptions.md",
    "review_assumptions.md",
];

#[derive(Deserialize)]
struct Purpose {
    topic: String,
    #[serde(rename = "purpose")]
    kind: String,
    #[serde(rename = "purpose_detailed")]
    detail: String,
}

#[derive(Deserialize)]
struct Kind {
    plan_type: String,
}

#[derive(Deserialize)]
struct Places {
    physical_locations: Vec<Place>,
    location_summary: String,
}

#[derive(Deserialize)]
struct Place {
    #[serde(rename = "physical_location_broad")]
    broad: String,
    #[serde(rename = "physical_location_detailed")]
    detailed: String,
    #[serde(rename = "physical_location_specific")]
    specific: String,
}

#[derive(Deserialize)]
struct Currency {
    primary_currency: String,
    currency_strategy: String,
}

#[derive(Deserialize)]
struct Risks {
    risks: Vec<Risk>,
    risk_assessment_summary: String,
}

#[derive(Deserialize)]
struct Risk {
    #[serde(rename = "risk_area")]
    area: String,
    #[serde(rename = "risk_description")]
    description: String,
    likelihood: String,
    severity: String,
}

#[derive(Deserialize)]
struct Distilled {
    assumption_list: Vec<String>,
}

#[derive(Deserialize)]
struct Review {
    issues: Vec<Issue>,
    conclusion: String,
}

#[derive(Deserialize)]
struct Issue {
    #[serde(rename = "issue")]
    name: String,
    recommendation: String,
}

/// Joins the pages; the short one is written from the answers, with risks by their first line.
pub(super) fn consolidate(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let parts: Result<Vec<String>, String> =
        PARTS.iter().map(|name| text(input.files, name)).collect();
    let full = parts?
        .iter()
        .map(|part| part.trim())
        .collect::<Vec<_>>()
        .join("\n\n")
        + "\n";
    Ok(vec![
        text_output("consolidate_assumptions_full.md", full),
        text_output("consolidate_assumptions_short.md", short(input.files)?),
    ])
}

fn short(files: &Files) -> Result<String, String> {
    let purpose: Purpose = json(files, "identify_purpose_raw.json")?;
    let kind: Kind = json(files, "plan_type_raw.json")?;
    let places: Places = json(files, "physical_locations_raw.json")?;
    let currency: Currency = json(files, "currency_strategy_raw.json")?;
    let risks: Risks = json(files, "identify_risks_raw.json")?;
    let assumptions: Distilled = json(files, "distill_assumptions_raw.json")?;
    let review: Review = json(files, "review_assumptions_raw.json")?;
    let mut page = Page("# Assumptions and context\n\n".to_owned());
    page.section(
        "Purpose",
        &[],
        [
            format!("{} ({}, {})", purpose.topic, purpose.kind, kind.plan_type),
            purpose.detail,
        ],
    );
    page.section(
        "Places",
        &[&places.location_summary],
        places.physical_locations.iter().map(place),
    );
    page.section(
        "Currency",
        &[],
        [format!(
            "{}: {}",
            currency.primary_currency, currency.currency_strategy
        )],
    );
    page.section("Assumptions", &[], assumptions.assumption_list);
    page.section(
        "Risks",
        &[&risks.risk_assessment_summary],
        risks.risks.iter().map(risk),
    );
    let advice = review
        .issues
        .iter()
        .map(|issue| format!("{}: {}", issue.name, issue.recommendation));
    page.section("Review", &[&review.conclusion], advice);
    Ok(page.0.trim_end().to_owned() + "\n")
}

fn place(place: &Place) -> String {
    let parts = [&place.broad, &place.detailed, &place.specific];
    let mut distinct: Vec<&str> = parts
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    distinct.dedup();
    distinct.join(", ")
}

fn risk(risk: &Risk) -> String {
    format!(
        "{} (likelihood {}, severity {}): {}",
        risk.area, risk.likelihood, risk.severity, risk.description
    )
}

struct Page(String);

impl Page {
    fn section(&mut self, title: &str, intro: &[&str], bullets: impl IntoIterator<Item = String>) {
        self.0.push_str("## ");
        self.0.push_str(title);
        self.0.push_str("\n\n");
        for text in intro {
            self.0.push_str(&inline(text));
            self.0.push_str("\n\n");
        }
        for bullet in bullets {
            self.0.push_str("- ");
            self.0.push_str(&inline(&bullet));
            self.0.push('\n');
        }
        self.0.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{PARTS, consolidate};
    use crate::code::fixture::{error, outputs};

    fn files() -> Vec<(&'static str, Value)> {
        let mut files: Vec<(&str, Value)> = PARTS
            .iter()
            .map(|name| (*name, json!(format!("# {name}\n\ntext\n"))))
            .collect();
        files.extend([
            ("identify_purpose_raw.json", json!({"topic": "Ferry", "purpose": "business", "purpose_detailed": "Islanders reach work."})),
            ("plan_type_raw.json", json!({"plan_type": "physical", "explanation": ""})),
            ("physical_locations_raw.json", json!({"location_summary": "Turku.", "physical_locations": [
                {"physical_location_broad": "Finland", "physical_location_detailed": "Finland", "physical_location_specific": "A pier"},
            ]})),
            ("currency_strategy_raw.json", json!({"primary_currency": "EUR", "currency_strategy": "All in EUR."})),
            ("identify_risks_raw.json", json!({"risk_assessment_summary": "Ice.", "risks": [
                {"risk_area": "Ice", "risk_description": "It <b>freezes</b>.", "likelihood": "high", "severity": "low"},
            ]})),
            ("distill_assumptions_raw.json", json!({"assumption_list": ["Two boats (assumed)."]})),
            ("review_assumptions_raw.json", json!({"issues": [{"issue": "No crew", "recommendation": "Hire"}], "conclusion": "Crew first."})),
        ]);
        files
    }

    #[test]
    fn the_short_page_holds_what_later_parts_need() {
        let made = outputs(consolidate, &files());
        insta::assert_snapshot!(String::from_utf8_lossy(&made[1].1), @r"
        # Assumptions and context

        ## Purpose

        - Ferry (business, physical)
        - Islanders reach work.

        ## Places

        Turku.

        - Finland, A pier

        ## Currency

        - EUR: All in EUR.

        ## Assumptions

        - Two boats (assumed).

        ## Risks

        Ice.

        - Ice (likelihood high, severity low): It \<b>freezes\</b>.

        ## Review

        Crew first.

        - No crew: Hire
        ");
    }

    #[test]
    fn the_full_page_joins_every_part_in_order() {
        let made = outputs(consolidate, &files());
        let text = String::from_utf8_lossy(&made[0].1).into_owned();
        let expected: Vec<String> = PARTS
            .iter()
            .map(|name| format!("# {name}\n\ntext"))
            .collect();
        assert_eq!(text, expected.join("\n\n") + "\n");
    }

    #[test]
    fn a_missing_part_is_named() {
        let files: Vec<_> = files()
            .into_iter()
            .filter(|(name, _)| *name != "identify_risks.md")
            .collect();
        assert!(error(consolidate, &files).starts_with("identify_risks.md is missing"));
    }
}
