//! Strategic levers with the choice that the selected scenario takes.

use serde_json::Value;

use super::RunReader;
use super::fields::{list, text, texts};
use crate::model::{Decision, Plan};
use crate::read::limits::{NAME_BYTES, PARAGRAPH_BYTES};

pub(super) fn read(run: &mut RunReader, plan: &mut Plan) {
    let chosen = chosen_settings(run);
    let vital = run.json(&["vital_few_levers_raw.json"]);
    let enriched = run.json(&["enriched_levers_raw.json"]);
    let levers = vital
        .as_ref()
        .map(|(value, source)| (list(value, "levers"), source))
        .filter(|(levers, _)| !levers.is_empty())
        .or_else(|| {
            let (value, source) = enriched.as_ref()?;
            Some((list(value, "characterized_levers"), source))
        });
    let Some((levers, source)) = levers else {
        return run.missing("vital_few_levers_raw.json", "strategic decisions");
    };
    for lever in run.collector.bound(levers, source) {
        let name = text(lever, "name");
        let choice = chosen.get(&name).map(super::fields::as_text);
        let collector = &mut run.collector;
        let mut clean = |raw: &str| collector.clean(raw, PARAGRAPH_BYTES, source);
        plan.decisions.push(Decision {
            question: clean(&text(lever, "description")),
            options: texts(lever, "options")
                .iter()
                .take(20)
                .map(|o| clean(o))
                .collect(),
            chosen: choice.map(|c| clean(&c)).filter(|c| !c.is_empty()),
            title: collector.line(&name, NAME_BYTES, source),
            source: source.clone(),
        });
    }
}

/// The selected scenario's setting of each lever, by the lever's name.
fn chosen_settings(run: &mut RunReader) -> Value {
    let selected = run.json(&["selected_scenario.json"]);
    let candidates = run.json(&["candidate_scenarios.json"]);
    let (Some((selected, _)), Some((candidates, _))) = (selected, candidates) else {
        return Value::Null;
    };
    let choice = selected.get("final_choice").unwrap_or(&Value::Null);
    let name = text(choice, "chosen_scenario_name");
    list(&candidates, "scenarios")
        .iter()
        .find(|scenario| text(scenario, "scenario_name") == name)
        .and_then(|scenario| scenario.get("lever_settings"))
        .cloned()
        .unwrap_or_default()
}
