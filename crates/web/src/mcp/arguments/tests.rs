use proptest::prelude::*;

use super::*;

const FIELDS: &[Field] = &[
    Field::required("plan_id", Kind::PlanId, ""),
    Field::optional(
        "limit",
        Kind::Number {
            min: 1,
            max: 50,
            default: 10,
        },
        "rows",
    ),
    Field::optional("start_date", Kind::Date, ""),
    Field::optional("mode", Kind::Word(&["fast", "all"]), ""),
];

fn faults(given: &Value) -> Vec<(String, String)> {
    let fault = Arguments::check(FIELDS, given.as_object().cloned()).unwrap_err();
    assert_eq!(fault.code, "INVALID_ARGUMENT");
    if fault.faults.is_empty() {
        return vec![(
            fault.field.clone().unwrap(),
            fault.expected.clone().unwrap(),
        )];
    }
    let all = fault.faults.iter();
    all.map(|wrong| (wrong.field.clone(), wrong.expected.clone()))
        .collect()
}

#[test]
fn all_faults_are_told_at_once() {
    let told =
        faults(&json!({ "planId": "x", "limit": "5", "start_date": "tomorrow", "mode": "slow" }));
    let fields: Vec<&str> = told.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["plan_id", "limit", "start_date", "mode", "planId"]);
    assert!(told[0].1.starts_with("required"), "{told:?}");
    assert!(told[4].1.ends_with("did you mean plan_id?"), "{told:?}");
}

#[test]
fn a_number_as_text_and_a_number_out_of_bounds_are_refused() {
    let id = EXAMPLE_ID;
    for limit in [json!("5"), json!(0), json!(51), json!(2.5), json!([5])] {
        let told = faults(&json!({ "plan_id": id, "limit": limit }));
        assert_eq!(told[0].0, "limit");
    }
    let fine = json!({ "plan_id": id, "limit": 50, "mode": null });
    let fine = Arguments::check(FIELDS, fine.as_object().cloned()).unwrap();
    assert_eq!((fine.number("limit"), fine.text("mode")), (Some(50), None));
}

#[test]
fn the_schema_says_what_the_check_wants() {
    let schema = Value::Object(input_schema(FIELDS));
    assert_eq!(schema["required"], json!(["plan_id"]));
    assert_eq!(schema["properties"]["limit"]["maximum"], 50);
    assert_eq!(schema["additionalProperties"], false);
}

proptest! {
    /// What passes our check conforms to the schema that we publish, and nothing else.
    #[test]
    fn check_and_schema_agree(limit in any::<i64>(), mode in "fast|all|slow|", extra in any::<bool>()) {
        let mut given = json!({ "plan_id": EXAMPLE_ID, "limit": limit, "mode": mode });
        if extra {
            given["other"] = json!(1);
        }
        let schema = Value::Object(input_schema(FIELDS));
        let conforms = jsonschema::is_valid(&schema, &given);
        let passes = Arguments::check(FIELDS, given.as_object().cloned()).is_ok();
        prop_assert_eq!(conforms, passes);
    }
}
