//! The templates of stage files: minijinja, where an undefined name is an error and a render has
//! an end.
//!
//! Two dialects. A **prompt** (`# System`, `# User`) is read by a model: a value printed into it
//! becomes one bounded line without delimiters, so that text of users and models can't pose as
//! instructions of ours; whole files go into the material section. An **offline** answer is JSON: a
//! string printed into it is escaped as the inside of a JSON string, so `"About {{ facts.title }}"`
//! is right for every title, and so is `{{ value | tojson }}`.

mod functions;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, context,
};

use crate::{Facts, Mode};

/// Bounds the time and the memory of one render: about 64 MiB of text at most.
const FUEL: u64 = 1_000_000;
/// The most of one value that is printed into a prompt.
const MAX_INLINE_CHARS: usize = 500;

/// All templates of a set of stages, by name.
#[derive(Debug)]
pub(crate) struct Templates {
    prompts: Environment<'static>,
    offline: Environment<'static>,
}

/// What a template can name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) prompt: &'a str,
    pub(crate) facts: &'a Facts,
    pub(crate) mode: Mode,
    pub(crate) start_date: NaiveDate,
    /// Parsed JSON, or the text of files that are none.
    pub(crate) inputs: &'a BTreeMap<String, serde_json::Value>,
    pub(crate) items: &'a [serde_json::Value],
    /// Which call of a fan-out, from 0.
    pub(crate) index: usize,
}

impl Default for Templates {
    fn default() -> Self {
        let mut prompts = environment();
        prompts.set_auto_escape_callback(|_| AutoEscape::None);
        prompts.set_formatter(print_line);
        let mut offline = environment();
        offline.set_auto_escape_callback(|_| AutoEscape::Json);
        offline.set_formatter(print_json);
        Self { prompts, offline }
    }
}

impl Templates {
    /// Compiles a template. Those named `…/offline` make JSON.
    pub(crate) fn add(&mut self, name: String, source: String) -> Result<(), String> {
        let environment = if name.ends_with("/offline") {
            &mut self.offline
        } else {
            &mut self.prompts
        };
        let section = name.rsplit('/').next().unwrap_or_default().to_owned();
        environment
            .add_template_owned(name, source)
            .map_err(|error| format!("section {section}: {}", told(&error)))
    }

    /// Renders a section of a prompt.
    pub(crate) fn prompt(&self, name: &str, scope: &Scope<'_>) -> Result<String, String> {
        render(&self.prompts, name, scope)
    }

    /// Renders the answer without a model, which should be JSON.
    pub(crate) fn offline(&self, name: &str, scope: &Scope<'_>) -> Result<String, String> {
        render(&self.offline, name, scope)
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    // The default delimiters are valid in any case.
    environment.set_syntax(syntax.unwrap_or_default());
    environment
}

fn render(environment: &Environment<'_>, name: &str, scope: &Scope<'_>) -> Result<String, String> {
    let section = name.rsplit('/').next().unwrap_or_default();
    let fault = |error: Error| format!("section {section}: {}", told(&error));
    let template = environment.get_template(name).map_err(fault)?;
    template.render(names(scope)).map_err(fault)
}

fn names(scope: &Scope<'_>) -> Value {
    let seed = functions::Seed::of(scope.prompt);
    context! {
        prompt => scope.prompt,
        facts => Serde(scope.facts),
        mode => scope.mode.as_str(),
        brief => scope.mode.is_brief(),
        start_date => scope.start_date.to_string(),
        inputs => Serde(scope.inputs),
        items => Serde(scope.items),
        index => scope.index,
        pick => seed.pick(),
        number => seed.number(),
    }
}

/// The error with its line, and what caused it.
fn told(error: &Error) -> String {
    let line = error.line().map(|line| format!(" (line {line})"));
    let detail = error.detail().map(|detail| format!(": {detail}"));
    format!(
        "{}{}{}",
        error.kind(),
        detail.unwrap_or_default(),
        line.unwrap_or_default()
    )
}

fn unprintable(value: &Value) -> Option<Error> {
    value.is_undefined().then(|| {
        Error::new(
            ErrorKind::UndefinedError,
            "a name that has no value is printed",
        )
    })
}

fn print_line(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if let Some(error) = unprintable(value) {
        return Err(error);
    }
    let text = value.to_string();
    let mut line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_INLINE_CHARS)
        .collect();
    if line.len() < text.len() {
        line.push('…');
    }
    out.write_str(&line.replace("<<<", "‹‹‹").replace(">>>", "›››"))
        .map_err(Error::from)
}

fn print_json(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if let Some(error) = unprintable(value) {
        return Err(error);
    }
    let json = |value: &Value| {
        serde_json::to_string(value).map_err(|error| {
            Error::new(ErrorKind::BadSerialization, "a value is not JSON").with_source(error)
        })
    };
    let text = match value.kind() {
        ValueKind::String if value.is_safe() => value.to_string(),
        ValueKind::String => {
            let quoted = json(value)?;
            quoted[1..quoted.len() - 1].to_owned()
        }
        _ => json(value)?,
    };
    out.write_str(&text).map_err(Error::from)
}

#[cfg(test)]
mod tests;
