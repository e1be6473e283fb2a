//! `/docs`: the API reference, made from the OpenAPI document.

use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::convert::docs::groups;
use super::frame::{Frame, render};
use crate::view::docs::Docs;
use crate::view::layout::Section;
use crate::{App, Problem};

/// It is made from the code, so it is the same as long as the process lives.
static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(crate::document()).unwrap_or_default());

pub(super) async fn show(State(app): State<App>, frame: Frame) -> Result<Response, Problem> {
    let base_url = app.config.origin();
    render(&Docs {
        layout: frame.layout("API reference", Section::Docs),
        version: DOCUMENT["info"]["version"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        groups: groups(&DOCUMENT, &base_url),
        base_url,
    })
}
