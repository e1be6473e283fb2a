//! Levers and scenarios: each is answered for once, and none is made up.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::faults::{Faults, ids, list, shortened, text};

type Inputs = BTreeMap<String, Value>;

/// A decision for every possible lever.
pub(super) fn decides_every_lever(
    answer: &Value,
    _: &[Value],
    inputs: &Inputs,
) -> Result<(), String> {
    let levers = inputs
        .get("potential_levers.json")
        .and_then(Value::as_array);
    covers(
        "a decision",
        list(answer, "decisions"),
        levers.map_or(&[], Vec::as_slice),
    )
}

/// A description for every lever of the call.
pub(super) fn describes_every_lever(
    answer: &Value,
    items: &[Value],
    _: &Inputs,
) -> Result<(), String> {
    covers("a description", list(answer, "levers"), items)
}

/// A weight for every lever.
pub(super) fn weighs_every_lever(
    answer: &Value,
    _: &[Value],
    inputs: &Inputs,
) -> Result<(), String> {
    let kept = inputs
        .get("deduplicated_levers_raw.json")
        .unwrap_or(&Value::Null);
    covers(
        "a weight",
        list(answer, "lever_assessments"),
        list(kept, "deduplicated_levers"),
    )
}

fn covers(what: &str, given: &[Value], levers: &[Value]) -> Result<(), String> {
    let mut faults = Faults::default();
    compare(&mut faults, what, given, levers);
    faults.told()
}

fn compare(faults: &mut Faults, what: &str, given: &[Value], levers: &[Value]) {
    let known = ids(levers, "lever_id");
    let found: BTreeSet<&str> = ids(given, "lever_id").into_iter().collect();
    faults.missing(what, &known, &found);
    faults.strangers("lever_id", &known, &found);
}

/// Scenarios of different names, each with an option of every lever.
pub(super) fn scenarios_set_every_lever(
    answer: &Value,
    _: &[Value],
    inputs: &Inputs,
) -> Result<(), String> {
    let vital = inputs
        .get("vital_few_levers_raw.json")
        .unwrap_or(&Value::Null);
    let levers = list(vital, "levers");
    let mut faults = Faults::default();
    let mut names = BTreeSet::new();
    for scenario in list(answer, "scenarios") {
        let name = text(scenario, "scenario_name");
        if name.trim().is_empty() || !names.insert(name) {
            faults.add(format!(
                "the scenario name {:?} is empty or used twice",
                shortened(name)
            ));
        }
        let settings = list(scenario, "lever_settings");
        compare(
            &mut faults,
            &format!("a setting of {:?}", shortened(name)),
            settings,
            levers,
        );
        for setting in settings {
            check_setting(&mut faults, setting, levers);
        }
    }
    faults.told()
}

fn check_setting(faults: &mut Faults, setting: &Value, levers: &[Value]) {
    let id = text(setting, "lever_id");
    let chosen = text(setting, "setting");
    let Some(lever) = levers.iter().find(|lever| text(lever, "lever_id") == id) else {
        return;
    };
    let is_option = |option: &Value| {
        option
            .as_str()
            .is_some_and(|option| plain(option) == plain(chosen))
    };
    if !list(lever, "options").iter().any(is_option) {
        let chosen = shortened(chosen);
        faults.add(format!(
            "{chosen:?} is no option of {id}: copy one of its options word for word"
        ));
    }
}

fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_end_matches('.').to_lowercase()
}

/// The choice and all assessments are of scenarios that exist.
pub(super) fn selects_known_scenario(
    answer: &Value,
    _: &[Value],
    inputs: &Inputs,
) -> Result<(), String> {
    let candidates = inputs
        .get("candidate_scenarios.json")
        .unwrap_or(&Value::Null);
    let known = ids(list(candidates, "scenarios"), "scenario_name");
    let mut faults = Faults::default();
    let assessed: BTreeSet<&str> = ids(list(answer, "scenario_assessments"), "scenario_name")
        .into_iter()
        .collect();
    faults.missing("an assessment", &known, &assessed);
    faults.strangers("scenario_name", &known, &assessed);
    let choice = answer.get("final_choice").unwrap_or(&Value::Null);
    let chosen = BTreeSet::from([text(choice, "chosen_scenario_name")]);
    faults.strangers("chosen_scenario_name", &known, &chosen);
    faults.told()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn inputs(name: &str, value: Value) -> Inputs {
        BTreeMap::from([(name.to_owned(), value)])
    }

    fn of(ids: &[&str]) -> Value {
        ids.iter()
            .map(|id| json!({"lever_id": id, "options": ["Do one.", "Do all"]}))
            .collect()
    }

    #[test]
    fn every_lever_is_decided_and_no_other() {
        let inputs = inputs("potential_levers.json", of(&["L1", "L2"]));
        for (given, fault) in [
            (of(&["L1", "L2"]), None),
            (of(&["L1"]), Some("missing for: L2")),
            (of(&["L1", "L2", "L3"]), Some("\"L3\"")),
        ] {
            let told = decides_every_lever(&json!({"decisions": given}), &[], &inputs);
            assert_eq!(told.is_ok(), fault.is_none(), "{told:?}");
            assert!(
                told.err()
                    .unwrap_or_default()
                    .contains(fault.unwrap_or_default())
            );
        }
    }

    #[test]
    fn a_call_answers_for_its_own_levers() {
        let items = [json!({"lever_id": "L3"})];
        let told =
            |id: &str| describes_every_lever(&json!({"levers": of(&[id])}), &items, &Inputs::new());
        assert!(told("L3").is_ok());
        assert!(told("L1").is_err());
        let kept = inputs(
            "deduplicated_levers_raw.json",
            json!({"deduplicated_levers": of(&["L3"])}),
        );
        assert!(weighs_every_lever(&json!({"lever_assessments": of(&["L3"])}), &[], &kept).is_ok());
        assert!(weighs_every_lever(&json!({"lever_assessments": []}), &[], &kept).is_err());
    }

    #[test]
    fn scenarios_take_options_of_the_levers_word_for_word() {
        let inputs = inputs("vital_few_levers_raw.json", json!({"levers": of(&["L1"])}));
        let told = |name: &str, id: &str, setting: &str| {
            let scenario = |name: &str| json!({"scenario_name": name, "lever_settings": [{"lever_id": id, "setting": setting}]});
            scenarios_set_every_lever(
                &json!({"scenarios": [scenario("A"), scenario(name)]}),
                &[],
                &inputs,
            )
        };
        assert_eq!(told("B", "L1", "do  one"), Ok(()));
        for (name, id, setting, fault) in [
            ("A", "L1", "Do one.", "used twice"),
            ("B", "L2", "Do one.", "missing for: L1"),
            ("B", "L1", "Do none", "no option of L1"),
        ] {
            let error = told(name, id, setting).unwrap_err();
            assert!(error.contains(fault), "{error}");
        }
    }

    #[test]
    fn only_a_scenario_that_exists_is_chosen() {
        let inputs = inputs(
            "candidate_scenarios.json",
            json!({"scenarios": [{"scenario_name": "A"}, {"scenario_name": "B"}]}),
        );
        let told = |assessed: &[&str], chosen: &str| {
            let assessed: Vec<Value> = assessed
                .iter()
                .map(|name| json!({"scenario_name": name}))
                .collect();
            let answer = json!({"scenario_assessments": assessed, "final_choice": {"chosen_scenario_name": chosen}});
            selects_known_scenario(&answer, &[], &inputs)
        };
        assert_eq!(told(&["A", "B"], "B"), Ok(()));
        assert!(told(&["A"], "B").unwrap_err().contains("missing for: B"));
        assert!(
            told(&["A", "B"], "C")
                .unwrap_err()
                .contains("chosen_scenario_name names \"C\"")
        );
    }
}
