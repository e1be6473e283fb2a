//! `/docs`: the API reference, made from the OpenAPI document; loads nothing from outside.

use askama::Template;

use super::layout::Layout;

#[derive(Debug, Template)]
#[template(path = "docs.html")]
pub struct Docs {
    pub layout: Layout,
    pub base_url: String,
    pub version: String,
    pub groups: Vec<OperationGroup>,
}

/// Operations of one tag.
#[derive(Debug, Clone, Default)]
pub struct OperationGroup {
    /// Unique in the page.
    pub anchor: String,
    pub name: String,
    pub description: String,
    pub operations: Vec<Operation>,
}

/// One method of one path.
#[derive(Debug, Clone, Default)]
pub struct Operation {
    /// Unique in the page.
    pub anchor: String,
    /// `GET`
    pub method: String,
    pub path: String,
    pub summary: String,
    pub description: String,
    /// Scope that a key needs; `None` when anybody may call it.
    pub scope: Option<String>,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub responses: Vec<Response>,
    pub curl: String,
}

impl Operation {
    pub fn method_class(&self) -> &'static str {
        match self.method.as_str() {
            "GET" => "get",
            "DELETE" => "delete",
            _ => "post",
        }
    }
}

/// In the path, the query or a header.
#[derive(Debug, Clone, Default)]
pub struct Parameter {
    pub name: String,
    pub place: String,
    pub kind: String,
    pub required: bool,
    pub description: String,
}

/// What a request carries.
#[derive(Debug, Clone, Default)]
pub struct Body {
    pub media_types: Vec<String>,
    pub description: String,
    /// An indented schema or example.
    pub schema: String,
}

/// What comes back.
#[derive(Debug, Clone, Default)]
pub struct Response {
    pub status: String,
    pub description: String,
    pub schema: Option<String>,
}
