//! `/login`: which provider, and on a developer's machine a name.

use askama::Template;

use super::layout::Layout;

#[derive(Debug, Template)]
#[template(path = "login.html")]
pub struct Login {
    pub layout: Layout,
    pub providers: Vec<ProviderView>,
    /// Only on loopback and by flag.
    pub dev_login: bool,
    /// A path of this site to come back to.
    pub return_to: String,
    pub error: Option<String>,
}

/// A way to log in.
#[derive(Debug, Clone)]
pub struct ProviderView {
    pub id: String,
    pub name: String,
}
