//! Strategic levers, from the list of possible ones to the vital few.
//!
//! A model names, judges and describes levers; here they get their ids and stay whole, so that no
//! answer can lose or change one. Invariant: ids and names are unique, and there is always a lever.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::CodeInput;
use super::artifact::{Output, json, json_output};

const MAX_VITAL: usize = 5;
const MIN_VITAL: usize = 3;

/// A lever with what later stages add to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Lever {
    #[serde(default, rename = "lever_id")]
    pub(super) id: String,
    pub(super) name: String,
    pub(super) consequences: String,
    pub(super) options: Vec<String>,
    pub(super) review: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deduplication_justification: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) synergy_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) conflict_text: Option<String>,
}

#[derive(Deserialize)]
struct Possible {
    levers: Vec<Lever>,
}

#[derive(Deserialize)]
struct Decisions {
    decisions: Vec<Decision>,
}

#[derive(Serialize, Deserialize)]
struct Decision {
    lever_id: String,
    classification: String,
    justification: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    response: Value,
    deduplicated_levers: Vec<Lever>,
}

#[derive(Deserialize)]
struct Character {
    lever_id: String,
    description: String,
    synergy_text: String,
    conflict_text: String,
}

/// `enriched_levers_raw.json`.
#[derive(Serialize, Deserialize)]
pub(super) struct Enriched {
    pub(super) characterized_levers: Vec<Lever>,
}

/// How much a lever weighs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Assessment {
    pub(super) lever_id: String,
    #[serde(default)]
    pub(super) lever_name: String,
    pub(super) strategic_importance: String,
    pub(super) justification: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Assessments {
    pub(super) lever_assessments: Vec<Assessment>,
    pub(super) summary: String,
}

/// `vital_few_levers_raw.json`.
#[derive(Serialize, Deserialize)]
pub(super) struct Vital {
    pub(super) response: Assessments,
    pub(super) levers: Vec<Lever>,
}

/// Gives each lever an id; of two with one name the first stays.
pub(super) fn number(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let possible: Possible = json(input.files, "potential_levers_raw.json")?;
    let mut levers: Vec<Lever> = Vec::new();
    for mut lever in possible.levers {
        lever.name = lever.name.trim().into();
        let known = levers
            .iter()
            .any(|known| known.name.to_lowercase() == lever.name.to_lowercase());
        if !known && !lever.name.is_empty() {
            lever.id = format!("L{}", levers.len() + 1);
            levers.push(lever);
        }
    }
    Ok(vec![json_output("potential_levers.json", &levers)?])
}

/// Leaves out what was decided to be double or no choice; what nobody decided stays.
pub(super) fn keep(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let levers: Vec<Lever> = json(input.files, "potential_levers.json")?;
    let decided: Decisions = json(input.files, "lever_decisions.json")?;
    let decision_of = |lever: &Lever| {
        let of_lever = |decision: &&Decision| decision.lever_id == lever.id;
        decided.decisions.iter().find(of_lever)
    };
    let with_reason = |lever: &Lever| Lever {
        deduplication_justification: decision_of(lever).map(|made| made.justification.clone()),
        ..lever.clone()
    };
    let stays =
        |lever: &&Lever| decision_of(lever).is_none_or(|made| made.classification == "keep");
    let mut kept: Vec<Lever> = levers.iter().filter(stays).map(with_reason).collect();
    if kept.is_empty() {
        kept = levers.iter().map(with_reason).collect();
    }
    let outcome = Kept {
        response: json!({ "decisions": decided.decisions }),
        deduplicated_levers: kept,
    };
    Ok(vec![json_output("deduplicated_levers_raw.json", &outcome)?])
}

/// Adds to each lever how it was described.
pub(super) fn characterize(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let kept: Kept = json(input.files, "deduplicated_levers_raw.json")?;
    let characters: Vec<Character> = json(input.files, "lever_characters.json")?;
    let mut by_id: BTreeMap<String, Character> = BTreeMap::new();
    for character in characters {
        by_id.entry(character.lever_id.clone()).or_insert(character);
    }
    let mut levers = kept.deduplicated_levers;
    for lever in &mut levers {
        if let Some(found) = by_id.remove(&lever.id) {
            lever.description = Some(found.description);
            lever.synergy_text = Some(found.synergy_text);
            lever.conflict_text = Some(found.conflict_text);
        }
    }
    let enriched = Enriched {
        characterized_levers: levers,
    };
    Ok(vec![json_output("enriched_levers_raw.json", &enriched)?])
}

/// Three to five levers, the weightiest first: those called critical or high, and the next ones
/// where these are too few.
pub(super) fn vital_few(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let enriched: Enriched = json(input.files, "enriched_levers_raw.json")?;
    let mut answer: Assessments = json(input.files, "lever_assessments.json")?;
    let weight = |lever: &Lever| {
        let of_lever = |made: &&Assessment| made.lever_id == lever.id;
        let made = answer.lever_assessments.iter().find(of_lever);
        made.map_or(0, |made| weight_of(&made.strategic_importance))
    };
    let mut levers = enriched.characterized_levers;
    levers.sort_by_key(|lever| std::cmp::Reverse(weight(lever)));
    let weighty = levers
        .iter()
        .filter(|lever| weight(lever) >= weight_of("High"));
    let count = weighty.count().clamp(MIN_VITAL, MAX_VITAL);
    for made in &mut answer.lever_assessments {
        let lever = levers.iter().find(|lever| lever.id == made.lever_id);
        made.lever_name = lever.map_or_else(String::new, |lever| lever.name.clone());
    }
    levers.truncate(count);
    let vital = Vital {
        response: answer,
        levers,
    };
    Ok(vec![json_output("vital_few_levers_raw.json", &vital)?])
}

fn weight_of(importance: &str) -> u8 {
    match importance {
        "Critical" => 4,
        "High" => 3,
        "Medium" => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
