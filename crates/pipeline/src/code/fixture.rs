//! What tests of code stages share: running one on a few files.

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::artifact::{Files, Output};
use super::{CodeInput, CodeStage};
use crate::Mode;

/// What the stage makes of `files` for a prompt without facts.
pub(crate) fn outputs(stage: CodeStage, files: &[(&str, Value)]) -> Vec<Output> {
    outputs_of(stage, "Build it.", files)
}

pub(crate) fn outputs_of(stage: CodeStage, prompt: &str, files: &[(&str, Value)]) -> Vec<Output> {
    run(stage, prompt, files).expect("the stage makes its outputs")
}

/// Why the stage refuses `files`.
pub(crate) fn error(stage: CodeStage, files: &[(&str, Value)]) -> String {
    run(stage, "Build it.", files).expect_err("the stage refuses its inputs")
}

fn run(stage: CodeStage, prompt: &str, files: &[(&str, Value)]) -> Result<Vec<Output>, String> {
    let files: Files = files
        .iter()
        .map(|(name, value)| {
            let text = value.as_str().map(|text| text.as_bytes().to_vec());
            (
                (*name).to_owned(),
                text.unwrap_or_else(|| value.to_string().into_bytes()),
            )
        })
        .collect();
    stage(&CodeInput {
        prompt,
        mode: Mode::All,
        start_date: NaiveDate::from_ymd_opt(2026, 3, 2).expect("a date"),
        title: "A title",
        files: &files,
        provenance: &[],
    })
}

/// One output as JSON.
pub(crate) fn file<T: DeserializeOwned>(outputs: &[Output], name: &str) -> T {
    let found = outputs.iter().find(|(file, _)| file == name);
    let (_, bytes) = found.unwrap_or_else(|| panic!("no output {name}"));
    serde_json::from_slice(bytes).expect("JSON")
}
