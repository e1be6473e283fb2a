//! Details of a team are about its roles.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::faults::{Faults, list};

/// An entry for every role, by its id, and for nobody else.
pub(super) fn covers_every_role(
    answer: &Value,
    _: &[Value],
    inputs: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let roles = inputs
        .get("find_team_members.json")
        .and_then(Value::as_array);
    let known = numbers(roles.map_or(&[], Vec::as_slice));
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let found = numbers(list(answer, "members"));
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let mut faults = Faults::default();
    faults.missing("an entry", &known, &found);
    faults.strangers("id", &known, &found);
    faults.told()
}

fn numbers(members: &[Value]) -> Vec<String> {
    members
        .iter()
        .map(|member| member["id"].to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_role_has_its_entry_and_nobody_else() {
        let inputs = BTreeMap::from([(
            "find_team_members.json".to_owned(),
            json!([{"id": 1}, {"id": 2}]),
        )]);
        for (ids, fault) in [
            (&[1, 2][..], ""),
            (&[2], "missing for: 1"),
            (&[1, 2, 3], "\"3\""),
        ] {
            let members: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
            let told = covers_every_role(&json!({"members": members}), &[], &inputs);
            assert_eq!(told.is_ok(), fault.is_empty(), "{told:?}");
            assert!(told.err().unwrap_or_default().contains(fault));
        }
    }
}
