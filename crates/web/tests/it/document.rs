//! The OpenAPI document, in short: a changed line here is a changed API.

use std::fmt::Write;

use serde_json::Value;

#[test]
fn the_document_names_every_operation_and_what_it_answers() {
    let document: Value = serde_json::to_value(web::document()).unwrap();
    let mut text = String::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let statuses: Vec<_> = operation["responses"]
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect();
            writeln!(text, "{method} {path} {id}: {}", statuses.join(" ")).unwrap();
        }
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let names: Vec<_> = schemas.keys().cloned().collect();
    writeln!(text, "{}", names.join(" ")).unwrap();
    insta::assert_snapshot!(text);
}
