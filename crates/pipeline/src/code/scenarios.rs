//! Scenarios: their settings by the levers' names, and the page about the choice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CodeInput;
use super::artifact::{Output, json, json_output, text_output};
use super::levers::Vital;
use crate::markdown::{inline, lines};

#[derive(Deserialize)]
struct Answer {
    analysis_title: String,
    core_tension: String,
    scenarios: Vec<Proposed>,
}

#[derive(Deserialize)]
struct Proposed {
    scenario_name: String,
    strategic_logic: String,
    lever_settings: Vec<Setting>,
}

#[derive(Deserialize)]
struct Setting {
    lever_id: String,
    #[serde(rename = "setting")]
    option: String,
}

/// `candidate_scenarios.json`.
#[derive(Serialize, Deserialize)]
struct Candidates {
    analysis_title: String,
    core_tension: String,
    scenarios: Vec<Scenario>,
}

#[derive(Serialize, Deserialize)]
struct Scenario {
    #[serde(rename = "scenario_name")]
    name: String,
    strategic_logic: String,
    lever_settings: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Selection {
    plan_characteristics: BTreeMap<String, String>,
    scenario_assessments: Vec<Fit>,
    final_choice: Choice,
}

#[derive(Deserialize)]
struct Fit {
    scenario_name: String,
    #[serde(rename = "fit_score")]
    score: u32,
    #[serde(rename = "fit_assessment")]
    assessment: String,
}

#[derive(Deserialize)]
struct Choice {
    chosen_scenario_name: String,
    justification: String,
}

const CHARACTERISTICS: [(&str, &str); 5] = [
    ("ambition_and_scale", "Ambition and scale"),
    ("risk_and_novelty", "Risk and novelty"),
    ("complexity_and_constraints", "Complexity and constraints"),
    ("domain_and_tone", "Field and tone"),
    ("holistic_profile_of_the_plan", "Profile"),
];

/// Settings by lever id become settings by name; those of unknown levers are left out.
pub(super) fn name(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let answer: Answer = json(input.files, "candidate_scenarios_raw.json")?;
    let vital: Vital = json(input.files, "vital_few_levers_raw.json")?;
    let named = |setting: Setting| {
        let lever = vital
            .levers
            .iter()
            .find(|lever| lever.id == setting.lever_id)?;
        Some((lever.name.clone(), setting.option))
    };
    let candidates = Candidates {
        analysis_title: answer.analysis_title,
        core_tension: answer.core_tension,
        scenarios: answer
            .scenarios
            .into_iter()
            .map(|proposed| Scenario {
                name: proposed.scenario_name,
                strategic_logic: proposed.strategic_logic,
                lever_settings: proposed
                    .lever_settings
                    .into_iter()
                    .filter_map(named)
                    .collect(),
            })
            .collect(),
    };
    Ok(vec![json_output("candidate_scenarios.json", &candidates)?])
}

/// The chosen scenario first, then those that were not taken, and why.
pub(super) fn markdown(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let candidates: Candidates = json(input.files, "candidate_scenarios.json")?;
    let selection: Selection = json(input.files, "selected_scenario.json")?;
    let mut page = format!(
        "# Scenarios\n\n{}\n\n## The project's character\n\n",
        lines(&candidates.core_tension)
    );
    for (key, label) in CHARACTERISTICS {
        if let Some(text) = selection.plan_characteristics.get(key) {
            labelled(&mut page, label, text);
        }
    }
    let choice = &selection.final_choice;
    let is_chosen = |scenario: &&Scenario| scenario.name == choice.chosen_scenario_name;
    page.push_str("## The chosen path\n\n");
    for scenario in candidates.scenarios.iter().filter(is_chosen) {
        describe(&mut page, scenario, &selection);
        labelled(&mut page, "Why this path", &choice.justification);
    }
    page.push_str("## Paths not taken\n\n");
    for scenario in candidates
        .scenarios
        .iter()
        .filter(|scenario| !is_chosen(scenario))
    {
        describe(&mut page, scenario, &selection);
    }
    Ok(vec![text_output(
        "scenarios.md",
        page.trim_end().to_owned() + "\n",
    )])
}

fn describe(page: &mut String, scenario: &Scenario, selection: &Selection) {
    page.push_str("### ");
    page.push_str(&inline(&scenario.name));
    page.push_str("\n\n");
    labelled(page, "Logic", &scenario.strategic_logic);
    let mut fits = selection.scenario_assessments.iter();
    if let Some(fit) = fits.find(|fit| fit.scenario_name == scenario.name) {
        labelled(
            page,
            "Fit",
            &format!("{} of 10. {}", fit.score, fit.assessment),
        );
    }
    for (lever, setting) in &scenario.lever_settings {
        page.push_str(&format_setting(lever, setting));
    }
    page.push('\n');
}

fn format_setting(lever: &str, setting: &str) -> String {
    format!("- **{}:** {}\n", inline(lever), inline(setting))
}

fn labelled(page: &mut String, label: &str, text: &str) {
    page.push_str("**");
    page.push_str(label);
    page.push_str(":** ");
    page.push_str(&lines(text));
    page.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{markdown, name};
    use crate::code::fixture::{file, outputs};

    fn scenario(name: &str, setting: &str) -> Value {
        json!({"scenario_name": name, "strategic_logic": "Logic.", "lever_settings": [
            {"lever_id": "L1", "setting": setting}, {"lever_id": "L9", "setting": "nobody's"},
        ]})
    }

    fn candidates() -> Value {
        let lever = json!({"lever_id": "L1", "name": "Scope", "consequences": "", "options": [], "review": ""});
        let made = outputs(
            name,
            &[
                (
                    "candidate_scenarios_raw.json",
                    json!({
                        "analysis_title": "Ways", "core_tension": "Fast or sure.",
                        "scenarios": [scenario("Bold", "All | now"), scenario("Safe", "One site")],
                    }),
                ),
                (
                    "vital_few_levers_raw.json",
                    json!({"response": {"summary": "", "lever_assessments": []}, "levers": [lever]}),
                ),
            ],
        );
        file(&made, "candidate_scenarios.json")
    }

    #[test]
    fn settings_bear_the_names_of_their_levers() {
        assert_eq!(
            candidates()["scenarios"][0]["lever_settings"],
            json!({"Scope": "All | now"})
        );
    }

    #[test]
    fn the_chosen_path_comes_first() {
        let made = outputs(
            markdown,
            &[
                ("candidate_scenarios.json", candidates()),
                (
                    "selected_scenario.json",
                    json!({
                        "plan_characteristics": {"ambition_and_scale": "Small."},
                        "scenario_assessments": [{"scenario_name": "Safe", "fit_score": 8, "fit_assessment": "Fits."}],
                        "final_choice": {"chosen_scenario_name": "Safe", "justification": "Cheap."},
                    }),
                ),
            ],
        );
        insta::assert_snapshot!(String::from_utf8_lossy(&made[0].1), @r"
        # Scenarios

        Fast or sure.

        ## The project's character

        **Ambition and scale:** Small.

        ## The chosen path

        ### Safe

        **Logic:** Logic.

        **Fit:** 8 of 10. Fits.

        - **Scope:** One site

        **Why this path:** Cheap.

        ## Paths not taken

        ### Bold

        **Logic:** Logic.

        - **Scope:** All \| now
        ");
    }
}
