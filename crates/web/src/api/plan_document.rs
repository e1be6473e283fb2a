//! Plan JSON in the OpenAPI document. Its reader checks more than types can say, and takes it
//! apart itself; so the schema is written by hand, and a test holds the examples against it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

/// The schemas by name, as JSON.
pub(crate) const SCHEMAS: &str = include_str!("plan_document.json");
const NAME: &str = "PlanDocument";

/// A plan as `docs/PLAN_JSON.md` describes it.
#[derive(Debug)]
pub(crate) struct PlanDocument;

fn all() -> BTreeMap<String, RefOr<Schema>> {
    serde_json::from_str(SCHEMAS).unwrap_or_default()
}

impl PartialSchema for PlanDocument {
    fn schema() -> RefOr<Schema> {
        all()
            .remove(NAME)
            .unwrap_or_else(|| Schema::default().into())
    }
}

impl ToSchema for PlanDocument {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(NAME)
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend(all());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn validator() -> jsonschema::Validator {
        let schemas: Value = serde_json::from_str(SCHEMAS).unwrap();
        let text = json!({ "$ref": "#/components/schemas/PlanDocument", "components": { "schemas": schemas } });
        jsonschema::validator_for(&text).unwrap()
    }

    #[test]
    fn the_document_holds_the_schemas_as_they_were_written() {
        let written: BTreeMap<String, Value> = serde_json::from_str(SCHEMAS).unwrap();
        for (name, schema) in all() {
            assert_eq!(
                serde_json::to_value(schema).unwrap(),
                written[&name],
                "{name}"
            );
        }
    }

    #[test]
    fn every_example_plan_fits_the_schema_and_is_read() {
        let (validator, mut seen) = (validator(), 0);
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/plans");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|e| e != "json") {
                continue;
            }
            let text = std::fs::read(&path).unwrap();
            let plan: Value = serde_json::from_slice(&text).unwrap();
            let faults: Vec<_> = validator
                .iter_errors(&plan)
                .map(|e| e.to_string())
                .collect();
            assert!(faults.is_empty(), "{}: {faults:?}", path.display());
            plan::read_json(&text, "example").unwrap();
            seen += 1;
        }
        assert!(seen > 3, "only {seen} examples");
    }

    #[test]
    fn what_the_schema_refuses_the_reader_refuses() {
        let validator = validator();
        for wrong in [
            json!([]),
            json!({ "title": "a", "prompt": "b", "colour": "red" }),
            json!({ "title": "a" }),
            json!({ "title": 1, "prompt": "b" }),
            json!({ "title": "", "prompt": "b" }),
            json!({ "title": "a", "prompt": "b", "start_date": "soon" }),
            json!({ "title": "a", "prompt": "b", "wbs": [{ "title": "x" }] }),
            json!({ "title": "a", "prompt": "b", "costs": { "total": -1 } }),
            json!({ "title": "a", "prompt": "b", "risks": ["late"] }),
        ] {
            let text = serde_json::to_vec(&wrong).unwrap();
            assert!(plan::read_json(&text, "wrong").is_err(), "{wrong}");
            let formats = wrong.get("start_date").is_some();
            assert!(formats || !validator.is_valid(&wrong), "{wrong}");
        }
    }
}
