//! From one file to many calls and back: items, batches, and what the answers add up to.
//!
//! Pure. The order of the outcome is that of the items, whichever call ended first.

use serde_json::{Value, json};

use crate::stage::{Each, Output, Prompt};
use crate::{Mode, Stage, markdown};

/// More items than any plan has; a hostile file must not make a million calls.
const MAX_CALLS: usize = 400;

/// The batches of items for which a call is made each.
pub fn batches(each: &Each, source: &Value, mode: Mode) -> Result<Vec<Vec<Value>>, String> {
    let items = items(source, &each.path).map_err(|message| format!("{}: {message}", each.from))?;
    let mut batches: Vec<Vec<Value>> = items.chunks(each.batch.max(1)).map(<[_]>::to_vec).collect();
    if let Some(limit) = each.limit.get(&mode) {
        batches.truncate(*limit);
    }
    if batches.len() > MAX_CALLS {
        return Err(format!(
            "{}: {} calls are more than {MAX_CALLS}",
            each.from,
            batches.len()
        ));
    }
    Ok(batches)
}

/// The values at a path such as `*/subtasks/*`.
fn items(source: &Value, path: &str) -> Result<Vec<Value>, String> {
    let mut found = vec![source];
    for step in path.split('/') {
        let mut next = Vec::new();
        for value in found {
            match (step, value) {
                ("*", Value::Array(elements)) => next.extend(elements),
                ("*", _) => return Err(format!("what {path} names is not an array")),
                (field, value) => next.push(
                    value
                        .get(field)
                        .ok_or_else(|| format!("there is no {field} where {path} leads"))?,
                ),
            }
        }
        found = next;
    }
    Ok(found.into_iter().cloned().collect())
}

/// The files that a stage's answers make, in the order of its outputs.
pub fn outputs(
    stage: &Stage,
    prompt: &Prompt,
    answers: Vec<Value>,
) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut files = Vec::new();
    let mut schema = &prompt.schema;
    let outcome = match &prompt.each {
        None => answers.into_iter().next().ok_or("there is no answer")?,
        Some(each) => {
            if let Some(raw) = &each.raw {
                for (at, answer) in answers.iter().enumerate() {
                    files.push((raw.replace("{n}", &(at + 1).to_string()), pretty(answer)));
                }
            }
            if let Some(pointer) = &each.collect {
                schema = schema_at(schema, pointer);
                Value::Array(collected(answers, pointer)?)
            } else {
                Value::Array(answers)
            }
        }
    };
    for output in &stage.outputs {
        files.push((
            output.file.clone(),
            written(stage, output, &outcome, schema)?,
        ));
    }
    Ok(files)
}

fn collected(answers: Vec<Value>, pointer: &str) -> Result<Vec<Value>, String> {
    let mut all = Vec::new();
    for mut answer in answers {
        match answer.pointer_mut(pointer).map(Value::take) {
            Some(Value::Array(part)) => all.extend(part),
            _ => return Err(format!("each.collect: an answer has no array at {pointer}")),
        }
    }
    Ok(all)
}

fn written(
    stage: &Stage,
    output: &Output,
    outcome: &Value,
    schema: &Value,
) -> Result<Vec<u8>, String> {
    let (value, schema) = match &output.pick {
        None => (outcome, schema),
        Some(pointer) => {
            let value = outcome
                .pointer(pointer)
                .ok_or_else(|| format!("outputs: the answer has nothing at {pointer}"))?;
            (value, schema_at(schema, pointer))
        }
    };
    if output.markdown {
        return Ok(markdown::render(value, schema, &stage.title).into_bytes());
    }
    Ok(pretty(value))
}

/// JSON with line ends, so that a long file can be cut at a line.
fn pretty(value: &Value) -> Vec<u8> {
    let mut text = format!("{value:#}");
    text.push('\n');
    text.into_bytes()
}

/// The part of a schema that describes what a pointer leads to.
fn schema_at<'a>(schema: &'a Value, pointer: &str) -> &'a Value {
    static ANY: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| json!({}));
    let mut at = schema;
    for step in pointer.split('/').skip(1) {
        let property = at.pointer("/properties").and_then(|all| all.get(step));
        at = property.or_else(|| at.get("items")).unwrap_or(&ANY);
    }
    at
}

#[cfg(test)]
mod tests;
