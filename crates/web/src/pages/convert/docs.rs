//! The OpenAPI document as a page: operations by tag, with the shapes of what is sent.
//!
//! Shapes are told one level deep, other types by name, so that the page stays small: the whole is
//! in the document.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::view::docs::{Body, Operation, OperationGroup, Parameter, Response};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// Fields of a shape that are told.
const MAX_FIELDS: usize = 40;

/// The operations of each tag, in the order of the document.
pub(in crate::pages) fn groups(document: &Value, base_url: &str) -> Vec<OperationGroup> {
    let tags = document["tags"].as_array().into_iter().flatten();
    let group = |tag: &Value| {
        let name = text(&tag["name"]);
        OperationGroup {
            anchor: format!("tag-{name}"),
            description: text(&tag["description"]),
            operations: operations(document, &name, base_url),
            name: super::capital(&name),
        }
    };
    let mut groups: Vec<OperationGroup> = tags.map(group).collect();
    groups.retain(|group| !group.operations.is_empty());
    tell_once(&mut groups);
    groups
}

/// A shape that several operations answer with is told by the first of them.
fn tell_once(groups: &mut [OperationGroup]) {
    let mut told = BTreeSet::new();
    let operations = groups.iter_mut().flat_map(|group| &mut group.operations);
    for response in operations.flat_map(|operation| &mut operation.responses) {
        let known = response.schema.take_if(|shape| told.contains(shape));
        if known.is_some() {
            response.description.push_str(", as above");
        }
        told.extend(response.schema.clone());
    }
}

fn operations(document: &Value, tag: &str, base_url: &str) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let operation = &item[method];
            if operation["tags"][0] == tag {
                found.push(one(document, path, method, operation, base_url));
            }
        }
    }
    found
}

fn one(document: &Value, path: &str, method: &str, operation: &Value, base_url: &str) -> Operation {
    let method = method.to_uppercase();
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let body = body(document, &operation["requestBody"]);
    let scope = scope(operation, &method);
    Operation {
        anchor: text(&operation["operationId"]),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        parameters: parameters.map(|p| parameter(document, p)).collect(),
        responses: responses(document, &operation["responses"]),
        curl: curl(&method, path, scope.is_some(), body.as_ref(), base_url),
        path: path.to_owned(),
        method,
        body,
        scope,
    }
}

/// What a key needs. The document names schemes, not scopes: those follow from the subject.
fn scope(operation: &Value, method: &str) -> Option<String> {
    let ways = operation["security"].as_array()?;
    if ways
        .iter()
        .any(|way| way.as_object().is_some_and(Map::is_empty))
    {
        return None;
    }
    let scope = match operation["tags"][0].as_str()? {
        known @ ("audit" | "admin") => known,
        "account" => "of any kind",
        _ if method == "GET" => "read",
        _ => "submit",
    };
    Some(scope.to_owned())
}

fn parameter(document: &Value, parameter: &Value) -> Parameter {
    Parameter {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        kind: kind(document, &parameter["schema"]),
        required: parameter["required"] == true,
        description: text(&parameter["description"]),
    }
}

fn body(document: &Value, body: &Value) -> Option<Body> {
    let content = body["content"].as_object()?;
    let json = content
        .get("application/json")
        .map(|media| &media["schema"]);
    Some(Body {
        media_types: content.keys().cloned().collect(),
        description: text(&body["description"]),
        schema: json
            .map(|schema| shape(document, schema))
            .unwrap_or_default(),
    })
}

/// What succeeds, each with its shape; what fails, together: they are all problem documents.
fn responses(document: &Value, responses: &Value) -> Vec<Response> {
    let all = responses.as_object().into_iter().flatten();
    let (good, bad): (Vec<_>, Vec<_>) = all.partition(|(status, _)| status.as_str() < "400");
    let mut told: Vec<Response> = good
        .into_iter()
        .map(|(status, response)| success(document, status, response))
        .collect();
    let statuses: Vec<&str> = bad.iter().map(|(status, _)| status.as_str()).collect();
    if !statuses.is_empty() {
        told.push(Response {
            status: "else".to_owned(),
            description: format!("{}: a problem document", statuses.join(", ")),
            schema: None,
        });
    }
    told
}

fn success(document: &Value, status: &str, response: &Value) -> Response {
    let content = response["content"].as_object();
    let media = content.and_then(|content| content.iter().next());
    let schema = media.map(|(_, media)| &media["schema"]);
    let name = schema.map(|schema| kind(document, schema));
    let description = text(&response["description"]);
    Response {
        status: status.to_owned(),
        description: match (description.is_empty(), name) {
            (true, Some(name)) => name,
            _ => description,
        },
        schema: schema
            .filter(|schema| schema.is_object())
            .map(|schema| shape(document, schema))
            .filter(|shape| shape.starts_with('{')),
    }
}

/// The fields of an object with their types, a line each; of anything else its type.
fn shape(document: &Value, schema: &Value) -> String {
    let schema = resolved(document, schema);
    let mut fields = Vec::new();
    for part in parts(schema) {
        let part = resolved(document, part);
        let properties = part["properties"].as_object().into_iter().flatten();
        fields.extend(properties.map(|(name, of)| field(document, part, name, of)));
    }
    if fields.is_empty() {
        return kind(document, schema);
    }
    let more = fields.len().saturating_sub(MAX_FIELDS);
    fields.truncate(MAX_FIELDS);
    if more > 0 {
        fields.push(format!("  … {more} more"));
    }
    format!("{{\n{}\n}}", fields.join("\n"))
}

/// The schema itself, or all that it is put together from.
fn parts(schema: &Value) -> Vec<&Value> {
    match schema["allOf"].as_array() {
        Some(all) => all.iter().collect(),
        None => vec![schema],
    }
}

fn field(document: &Value, object: &Value, name: &str, schema: &Value) -> String {
    let required = object["required"].as_array().into_iter().flatten();
    let optional = if required.into_iter().any(|field| field == name) {
        ""
    } else {
        "?"
    };
    format!("  \"{name}\"{optional}: {}", kind(document, schema))
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match named(schema) {
        Some(name) => &document["components"]["schemas"][name],
        None => schema,
    }
}

fn named(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// A type in a word or two.
fn kind(document: &Value, schema: &Value) -> String {
    let whole = resolved(document, schema);
    let schema = match named(schema) {
        Some(name) if !whole["enum"].is_array() => return name.to_owned(),
        _ => whole,
    };
    if let Some(values) = schema["enum"].as_array() {
        let words: Vec<String> = values.iter().map(text).collect();
        return words.join(" | ");
    }
    if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let kinds: Vec<String> = choices.iter().map(|one| kind(document, one)).collect();
        return kinds.join(" | ");
    }
    match &schema["type"] {
        Value::Array(kinds) => {
            let words: Vec<String> = kinds
                .iter()
                .map(|one| simple(document, schema, one))
                .collect();
            words.join(" | ")
        }
        one => simple(document, schema, one),
    }
}

fn simple(document: &Value, schema: &Value, kind_name: &Value) -> String {
    match (kind_name.as_str(), schema["format"].as_str()) {
        (Some("array"), _) => format!("[{}]", kind(document, &schema["items"])),
        (Some("string"), Some("date-time")) => "time".to_owned(),
        (Some("string"), Some("uuid")) => "id".to_owned(),
        (Some(name), _) => name.to_owned(),
        (None, _) => "any".to_owned(),
    }
}

fn curl(method: &str, path: &str, needs_key: bool, body: Option<&Body>, base_url: &str) -> String {
    let mut lines = vec![match method {
        "GET" => format!("curl {base_url}{path}"),
        _ => format!("curl -X {method} {base_url}{path}"),
    }];
    if needs_key {
        lines.push("-H \"Authorization: Bearer $PLANRANK_KEY\"".to_owned());
    }
    if body.is_some_and(|body| {
        body.media_types
            .iter()
            .any(|kind| kind == "application/json")
    }) {
        lines.push("-H \"Content-Type: application/json\"".to_owned());
        lines.push("--data @body.json".to_owned());
    }
    lines.join(" \\\n  ")
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        serde_json::to_value(crate::document()).unwrap()
    }

    #[test]
    fn every_operation_of_the_document_is_told_once() {
        let document = document();
        let groups = groups(&document, "https://planrank.example");
        let told: Vec<&Operation> = groups.iter().flat_map(|group| &group.operations).collect();
        let paths = document["paths"].as_object().unwrap();
        let documented: usize = paths
            .values()
            .map(|item| item.as_object().unwrap().len())
            .sum();
        assert_eq!(told.len(), documented);
        let anchors: std::collections::BTreeSet<_> = told.iter().map(|o| &o.anchor).collect();
        assert_eq!(anchors.len(), told.len());
    }

    #[test]
    fn a_shape_names_fields_and_types() {
        let document = document();
        let groups = groups(&document, "https://planrank.example");
        let mut told = groups.iter().flat_map(|group| &group.operations);
        let board = told
            .find(|operation| operation.path == "/api/leaderboard")
            .unwrap();
        assert_eq!(
            (board.method.as_str(), board.scope.as_deref()),
            ("GET", None)
        );
        let shape = board.responses[0].schema.as_deref().unwrap();
        assert!(shape.contains("\"items\": [RatedPlan]"), "{shape}");
        assert!(
            board
                .curl
                .starts_with("curl https://planrank.example/api/leaderboard")
        );
    }
}
