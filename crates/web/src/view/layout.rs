//! What surrounds every page: title, navigation, account menu, a notice.

use crate::static_files;

/// The frame of a page.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Without the product's name.
    pub title: String,
    pub section: Section,
    /// Who is logged in.
    pub account: Option<AccountMenu>,
    /// Path and query of this page, for coming back after login.
    pub path: String,
    pub notice: Option<Notice>,
}

impl Layout {
    pub fn new(title: impl Into<String>, section: Section) -> Self {
        Self {
            title: title.into(),
            section,
            ..Self::default()
        }
    }

    /// `aria-current="page"` for the section that this page belongs to.
    pub fn is_current(&self, section: &str) -> bool {
        self.section.name() == section
    }

    pub fn css(&self) -> String {
        static_files::url("site.css")
    }

    pub fn js(&self) -> String {
        static_files::url("site.js")
    }

    pub fn htmx(&self) -> String {
        static_files::url("vendor/htmx.min.js")
    }

    pub fn icon(&self) -> String {
        static_files::url("icon.svg")
    }
}

/// Which entry of the navigation is current.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Section {
    Rankings,
    NewPlan,
    Submit,
    Compare,
    Docs,
    Judges,
    Plans,
    Account,
    Audit,
    Admin,
    #[default]
    Other,
}

impl Section {
    fn name(self) -> &'static str {
        match self {
            Self::Rankings => "rankings",
            Self::NewPlan => "new",
            Self::Submit => "submit",
            Self::Compare => "compare",
            Self::Docs => "docs",
            Self::Judges => "judges",
            Self::Plans => "plans",
            Self::Account => "account",
            Self::Audit => "audit",
            Self::Admin => "admin",
            Self::Other => "",
        }
    }
}

/// Whoever is logged in, as the menu shows them.
#[derive(Debug, Clone)]
pub struct AccountMenu {
    pub name: String,
    pub reviewer: bool,
    pub admin: bool,
}

impl AccountMenu {
    /// First letter of the name, for the small disc.
    pub fn initial(&self) -> String {
        let first = self.name.chars().find(|c| c.is_alphanumeric());
        first.map_or_else(|| "?".to_owned(), |c| c.to_uppercase().collect())
    }
}

/// What came of the last action.
#[derive(Debug, Clone)]
pub struct Notice {
    pub tone: Tone,
    pub text: String,
}

/// How serious something is; always said in words too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Neutral,
    Good,
    Warn,
    Bad,
}

impl Tone {
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}
