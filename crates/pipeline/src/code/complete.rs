//! The last stage: says that the run is whole.

use std::fmt::Write as _;

use super::CodeInput;
use super::artifact::{Output, text_output};

/// What readers of a run look for to know that nothing is missing, and what it was made of.
pub(crate) fn finish(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let mut text = format!(
        "complete\nmode: {}\nfiles: {}\n",
        input.mode.as_str(),
        input.files.len()
    );
    for record in input.provenance {
        let model = record.model.as_deref().unwrap_or("no model");
        writeln!(text, "{}: {model}", record.stage).map_err(|error| error.to_string())?;
    }
    Ok(vec![text_output("pipeline_complete.txt", text)])
}
