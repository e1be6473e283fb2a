//! Plan JSON: its shape, its messages, its defaults.

use plan::model::WarningKind;
use plan::{Plan, read_json};
use rstest::rstest;

fn read(fields: &str) -> Plan {
    let json = format!(r#"{{"title": "T", "prompt": "Build it.", {fields}}}"#);
    read_json(json.as_bytes(), "p.json").unwrap_or_else(|error| panic!("{error}"))
}

fn message(json: &str) -> String {
    read_json(json.as_bytes(), "p.json")
        .unwrap_err()
        .to_string()
}

#[test]
fn the_documented_example_is_read_in_full() {
    let document = include_str!("../../../docs/PLAN_JSON.md");
    let (_, rest) = document.split_once("```json").unwrap();
    let (json, _) = rest.split_once("```").unwrap();
    let plan = read_json(json.as_bytes(), "small.json").unwrap();
    let ids: Vec<&str> = plan.wbs.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["0", "1", "survey", "design", "build"]);
    let levels: Vec<u32> = plan.wbs.iter().map(|node| node.level).collect();
    assert_eq!(levels, [1, 2, 3, 3, 2]);
    assert_eq!(plan.wbs[3].parent, Some(1));
    assert_eq!(plan.dependencies.len(), 2);
    assert_eq!(plan.dependencies[1].depends_on, "design");
    assert_eq!(plan.durations[0].days_realistic, Some(5.0));
    assert_eq!(plan.costs.items[0].currency, "DKK");
    assert_eq!(plan.costs.items[0].task_id.as_deref(), Some("build"));
    assert_eq!(plan.start_date.unwrap().to_string(), "2026-09-01");
    assert_eq!(plan.domain.as_deref(), Some("building"));
    assert!(plan.warnings.iter().all(|w| w.kind == WarningKind::Missing));
}

#[test]
fn every_example_plan_is_read_without_a_dangling_reference() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plans");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.display().to_string();
        let plan = read_json(&std::fs::read(&path).unwrap(), &name);
        let plan = plan.unwrap_or_else(|error| panic!("{name}: {error}"));
        let wrong = plan
            .warnings
            .iter()
            .find(|w| w.kind != WarningKind::Missing);
        assert_eq!(wrong, None, "{name}");
    }
}

#[rstest]
#[case::typo(
    r#"{"title": "T", "prompt": "p", "dependancies": []}"#,
    r#"the document: unknown field "dependancies", did you mean "dependencies"?"#
)]
#[case::nested_typo(
    r#"{"title": "T", "prompt": "p", "wbs": [{"name": "a", "childs": []}]}"#,
    r#"/wbs/0: unknown field "childs", did you mean "children"?"#
)]
#[case::far_off(
    r#"{"title": "T", "prompt": "p", "xyzzyquux": 1}"#,
    r#"the document: unknown field "xyzzyquux" (docs/PLAN_JSON.md lists the fields)"#
)]
#[case::wrong_type(
    r#"{"title": "T", "prompt": "p", "wbs": [{"name": "a", "children": [{"name": 7}]}]}"#,
    "/wbs/0/children/0/name: expected a text in quotes, found a number"
)]
#[case::amount_as_text(
    r#"{"title": "T", "prompt": "p", "costs": {"items": [{"description": "d", "amount": "1.9m"}]}}"#,
    "/costs/items/0/amount: expected a number without quotes, found a text"
)]
#[case::missing_title(r#"{"prompt": "p"}"#, r#"the document: the field "title" is required"#)]
#[case::empty_prompt(r#"{"title": "T", "prompt": " "}"#, "/prompt: write at least a word")]
#[case::bad_date(
    r#"{"title": "T", "prompt": "p", "start_date": "soon"}"#,
    r#"/start_date: "soon" is not a date such as 2026-09-01"#
)]
#[case::negative(
    r#"{"title": "T", "prompt": "p", "costs": {"total": -5}}"#,
    "/costs/total: -5 is negative; leave out what is unknown"
)]
#[case::repeated(
    r#"{"title": "T", "title": "U", "prompt": "p"}"#,
    r#"p.json is not valid JSON: the field "title" occurs twice at line 1 column 27"#
)]
#[case::syntax(
    "{\"title\": }",
    "p.json is not valid JSON: expected value at line 1 column 11"
)]
fn mistakes_name_their_place(#[case] json: &str, #[case] expected: &str) {
    assert_eq!(message(json), expected);
}

#[test]
fn null_is_the_same_as_leaving_out() {
    let plan =
        read(r#""objective": null, "wbs": null, "durations": [{"task": "x", "min_days": null}]"#);
    assert!(plan.objective.is_none() && plan.wbs.is_empty());
}

#[test]
fn tasks_are_found_by_id_or_unique_name() {
    let plan = read(
        r#""wbs": [{"id": "a", "name": "Dig"}, {"name": "Pour"}, {"name": "Twin"}, {"name": "Twin"}],
           "dependencies": [{"task": "Pour", "depends_on": ["a", "Twin", "nobody"], "why": "Wet."}],
           "durations": [{"task": "2", "min_days": -1, "realistic_days": 2.5}]"#,
    );
    let edges: Vec<(&str, &str)> = plan
        .dependencies
        .iter()
        .map(|d| (d.dependent.as_str(), d.depends_on.as_str()))
        .collect();
    assert_eq!(edges, [("2", "a")]);
    let dangling = plan
        .warnings
        .iter()
        .filter(|w| w.kind == WarningKind::DanglingReference);
    assert_eq!(dangling.count(), 2);
    let duration = &plan.durations[0];
    assert_eq!(
        (duration.days_min, duration.days_realistic),
        (None, Some(2.5))
    );
}

#[test]
fn repeated_ids_get_new_ones_and_nothing_is_lost() {
    let plan = read(
        r#""wbs": [{"id": "1", "name": "a"}, {"id": "1", "name": "b"}, {"id": "0", "name": "c"}, {"name": "d"}]"#,
    );
    let mut ids: Vec<&str> = plan.wbs.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids.len(), 5);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids, ["0", "0 (2)", "1", "1 (2)", "4"]);
}

#[test]
fn short_forms_mean_what_they_say() {
    let plan = read(
        r#""locations": ["Aalborg"], "assumptions": ["Dry summer"], "success_criteria": ["200 stands"],
           "currency": "DKK", "team": [{"role": "Lead", "count": 2}], "text": "More.",
           "costs": {"items": [{"description": "d", "quantity": 3, "unit_cost": 4}]},
           "benefits": [{"description": "b", "amount": 5, "currency": "EUR"}]"#,
    );
    assert_eq!(plan.locations[0].detailed, "Aalborg");
    assert_eq!(plan.team[0].count, "2");
    assert_eq!(plan.costs.items[0].amount, Some(12.0));
    assert_eq!(plan.costs.items[0].currency, "DKK");
    assert_eq!(plan.benefits[0].currency, "EUR");
    assert_eq!(plan.sections[0].text.text, "More.");
}
