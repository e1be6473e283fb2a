//! Reads a stage file and checks it, naming the file and the field that is wrong.

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::sections::{Sections, cut};
use super::{ALL_FILES, Each, Gate, Output, Phase, Prompt, Stage, Tier, Work};
use crate::stages::StageError;

const MAX_FILE_BYTES: usize = 256 << 10;
const MAX_OUTPUT_TOKENS: u32 = 64_000;
const MAX_BATCH: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    title: String,
    phase: Phase,
    #[serde(default)]
    inputs: Vec<String>,
    outputs: Vec<Output>,
    tier: Option<Tier>,
    max_output_tokens: Option<u32>,
    each: Option<Each>,
    gate: Option<Gate>,
    #[serde(default)]
    checks: Vec<String>,
    code: Option<String>,
    schema: Option<Value>,
}

/// A stage and its template sources by section.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) stage: Stage,
    pub(crate) templates: Vec<(&'static str, String)>,
}

/// The text of `_system.md`: the rules of every prompt.
pub(crate) fn shared_rules(bytes: &[u8]) -> Result<String, StageError> {
    text(bytes)
        .map(|text| text.trim().to_owned())
        .map_err(|message| StageError::new("_system", message))
}

fn text(bytes: &[u8]) -> Result<String, String> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(format!(
            "has {} bytes, more than {MAX_FILE_BYTES}",
            bytes.len()
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8 text")?;
    Ok(text.replace("\r\n", "\n"))
}

impl Stage {
    /// Reads the file of the stage `id`: YAML front matter between two lines `---`, and for a
    /// model's stage the sections `# System`, `# User` and `# Offline`, which are minijinja
    /// templates.
    ///
    /// Keys: `title`, `phase`, `inputs`, `outputs` (names, or `{file, pick, markdown}`), and either
    /// `code`, or `schema` with `tier`, `max_output_tokens`, `each`, `gate`, `checks`.
    pub(crate) fn parse(id: &str, bytes: &[u8], rules: &str) -> Result<Parsed, StageError> {
        read(id, bytes, rules).map_err(|message| StageError::new(id, message))
    }
}

fn read(id: &str, bytes: &[u8], rules: &str) -> Result<Parsed, String> {
    check_id(id)?;
    let text = text(bytes)?;
    let sections = cut(&text)?;
    // The line end stands for the file's first line, so that errors count lines as the file does.
    let mut front: Front = serde_saphyr::from_str(&format!("\n{}", sections.front))
        .map_err(|error| format!("front matter: {}", first_line(&error.to_string())))?;
    check_files(&front)?;
    let mut hash = Sha256::new().chain_update(&text);
    let mut templates = Vec::new();
    let work = if let Some(name) = front.code.take() {
        Work::Code(code_work(name, &front, &sections)?)
    } else {
        hash.update(rules);
        templates = model_templates(&sections)?;
        Work::Model(Box::new(prompt(&mut front)?))
    };
    let stage = Stage {
        id: id.to_owned(),
        title: front.title,
        phase: front.phase,
        inputs: front.inputs,
        outputs: front.outputs,
        work,
        hash: hex::encode(hash.finalize()),
    };
    Ok(Parsed { stage, templates })
}

fn check_id(id: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if id.is_empty() || id.len() > 64 || !id.chars().all(plain) {
        return Err("its name must be of a-z, 0-9 and _, at most 64 letters".into());
    }
    Ok(())
}

fn check_files(front: &Front) -> Result<(), String> {
    if front.title.trim().is_empty() {
        return Err("title: is empty".into());
    }
    if front.outputs.is_empty() {
        return Err("outputs: name at least one file".into());
    }
    for file in front.inputs.iter().filter(|file| *file != ALL_FILES) {
        check_file(file).map_err(|message| format!("inputs: {message}"))?;
    }
    for output in &front.outputs {
        check_file(&output.file).map_err(|message| format!("outputs: {message}"))?;
        check_pointer(output.pick.as_deref()).map_err(|message| format!("pick: {message}"))?;
    }
    Ok(())
}

/// Names of artifacts are part of addresses and paths.
fn check_file(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let good = !name.is_empty()
        && name.len() <= 120
        && name.chars().all(plain)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.contains('.')
        && !name.contains("..");
    if !good {
        return Err(format!(
            "{name:?} is no file name of letters, digits, _ - and ."
        ));
    }
    Ok(())
}

fn check_pointer(pointer: Option<&str>) -> Result<(), String> {
    match pointer {
        Some(pointer) if !pointer.starts_with('/') => Err(format!(
            "{pointer:?} is no JSON pointer, such as /durations"
        )),
        _ => Ok(()),
    }
}

fn code_work(name: String, front: &Front, sections: &Sections<'_>) -> Result<String, String> {
    let asks = front.schema.is_some()
        || front.each.is_some()
        || front.gate.is_some()
        || !front.checks.is_empty()
        || front.tier.is_some()
        || front.max_output_tokens.is_some()
        || sections
            .system
            .or(sections.user)
            .or(sections.offline)
            .is_some();
    if asks {
        return Err(
            "code: a stage of code has no schema, sections, tier, each, gate or checks".into(),
        );
    }
    if front
        .outputs
        .iter()
        .any(|out| out.pick.is_some() || out.markdown)
    {
        return Err("outputs: a stage of code names its files only".into());
    }
    match crate::code::lookup(&name) {
        Some(_) => Ok(name),
        None => Err(format!("code: there is no function {name:?}")),
    }
}

fn model_templates(sections: &Sections<'_>) -> Result<Vec<(&'static str, String)>, String> {
    let named = [
        ("system", "System", sections.system),
        ("user", "User", sections.user),
        ("offline", "Offline", sections.offline),
    ];
    named
        .into_iter()
        .map(|(key, name, text)| match text {
            Some(text) if !text.is_empty() => Ok((key, text.to_owned())),
            _ => Err(format!("the section `# {name}` is missing or empty")),
        })
        .collect()
}

fn prompt(front: &mut Front) -> Result<Prompt, String> {
    let schema = front.schema.take().ok_or("schema: is missing")?;
    if front.inputs.iter().any(|file| file == ALL_FILES) {
        return Err("inputs: \"*\" is for stages of code".into());
    }
    if let Some(unknown) = front
        .checks
        .iter()
        .find(|name| crate::checks::lookup(name).is_none())
    {
        return Err(format!("checks: there is no check {unknown:?}"));
    }
    let tokens = front
        .max_output_tokens
        .ok_or("max_output_tokens: is missing")?;
    if !(1..=MAX_OUTPUT_TOKENS).contains(&tokens) {
        return Err(format!(
            "max_output_tokens: must be 1 to {MAX_OUTPUT_TOKENS}"
        ));
    }
    let each = front.each.take();
    let gate = front.gate.take();
    each.as_ref().map_or(Ok(()), check_each)?;
    gate.as_ref()
        .map_or(Ok(()), |gate| check_gate(gate, each.as_ref()))?;
    Ok(Prompt {
        tier: front.tier.unwrap_or_default(),
        max_output_tokens: tokens,
        each,
        gate,
        checks: std::mem::take(&mut front.checks),
        schema,
    })
}

fn check_each(each: &Each) -> Result<(), String> {
    check_file(&each.from).map_err(|message| format!("each.from: {message}"))?;
    check_pointer(each.collect.as_deref()).map_err(|message| format!("each.collect: {message}"))?;
    if !each.path.ends_with('*') || each.path.split('/').any(str::is_empty) {
        return Err("each.path: write fields and \"*\" with / between, ending in \"*\"".into());
    }
    if !(1..=MAX_BATCH).contains(&each.batch) {
        return Err(format!("each.batch: must be 1 to {MAX_BATCH}"));
    }
    if each.limit.values().any(|limit| *limit == 0) {
        return Err("each.limit: must be 1 or more".into());
    }
    let Some(raw) = &each.raw else { return Ok(()) };
    if raw.matches("{n}").count() != 1 {
        return Err("each.raw: must hold {n} once".into());
    }
    check_file(&raw.replace("{n}", "1")).map_err(|message| format!("each.raw: {message}"))
}

fn check_gate(gate: &Gate, each: Option<&Each>) -> Result<(), String> {
    check_pointer(Some(&gate.pointer)).map_err(|message| format!("gate.pointer: {message}"))?;
    check_pointer(gate.message.as_deref()).map_err(|message| format!("gate.message: {message}"))?;
    if gate.stop.is_empty() {
        return Err("gate.stop: name the verdicts that end the run".into());
    }
    match each {
        Some(_) => Err("gate: a stage with `each` can't be a gate".into()),
        None => Ok(()),
    }
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}
