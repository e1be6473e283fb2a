//! Documents to find and to create: numbered, narrowed down to those that matter, drafted.
//!
//! Ids are made here ("find-1", "create-2"). Of the documents that the filter rates, those
//! with the highest impact stay, at most [`most`] of each kind; equals keep their order.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::CodeInput;
use super::artifact::{self, Grow as _, Output, json_output, text_output};
use crate::Mode;
use crate::markdown::inline;

const KINDS: [Kind; 2] = [
    Kind {
        word: "find",
        title: "Find",
    },
    Kind {
        word: "create",
        title: "Create",
    },
];

#[derive(Clone, Copy)]
struct Kind {
    word: &'static str,
    title: &'static str,
}

/// What is shown of a document, in reading order.
const FIELDS: &[&str] = &[
    "description",
    "recency_requirement",
    "access_difficulty",
    "responsible_role_type",
    "approval_authorities",
    "steps_to_find",
    "steps_to_create",
    "essential_information",
    "risks_of_poor_quality",
    "worst_case_scenario",
    "best_case_scenario",
    "fallback_alternative_approaches",
];

type Document = Map<String, Value>;

/// Documents of each kind that get a draft.
fn most(mode: Mode) -> usize {
    match mode {
        Mode::All => 6,
        Mode::Fast | Mode::Ping => 2,
    }
}

/// Splits the list of documents by kind and numbers each.
pub(crate) fn number(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let answer: Value = artifact::json(input.files, "identified_documents_raw.json")?;
    let list = |kind: Kind| {
        let key = format!("documents_to_{}", kind.word);
        let documents = answer.get(&key).and_then(Value::as_array);
        let documents = documents.into_iter().flatten().filter_map(Value::as_object);
        let numbered = documents.zip(1..).map(|(document, number)| {
            let mut with_id = Document::new();
            with_id.insert("id".to_owned(), json!(format!("{}-{number}", kind.word)));
            with_id.extend(document.clone());
            with_id
        });
        let numbered: Vec<Document> = numbered.collect();
        json_output(&format!("identified_{key}.json"), &numbered)
    };
    KINDS.into_iter().map(list).collect()
}

#[derive(Debug, Deserialize)]
struct Ratings {
    document_list: Vec<Rating>,
}

#[derive(Debug, Deserialize)]
struct Rating {
    id: String,
    #[serde(default)]
    impact_rating: String,
}

/// Keeps the documents with the highest impact.
pub(crate) fn filter(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let kept = |kind: Kind| {
        let word = kind.word;
        let documents: Vec<Document> =
            artifact::json(input.files, &format!("identified_documents_to_{word}.json"))?;
        let ratings: Ratings =
            artifact::json(input.files, &format!("filter_documents_to_{word}_raw.json"))?;
        let name = format!("filter_documents_to_{word}_clean.json");
        json_output(&name, &weightiest(documents, &ratings, most(input.mode)))
    };
    KINDS.into_iter().map(kept).collect()
}

fn weightiest(mut documents: Vec<Document>, ratings: &Ratings, most: usize) -> Vec<Document> {
    let weight = |document: &Document| {
        let rating = ratings
            .document_list
            .iter()
            .find(|rating| id(document) == rating.id);
        match rating
            .map(|rating| rating.impact_rating.to_lowercase())
            .as_deref()
        {
            Some("critical") => 0,
            Some("high") => 1,
            Some("medium") => 2,
            Some("low") => 3,
            _ => 4,
        }
    };
    documents.sort_by_key(weight);
    documents.truncate(most);
    documents
}

fn id(document: &Document) -> &str {
    document
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Puts each draft to its document, and all of them into one Markdown file.
pub(crate) fn markdown(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let mut outputs = Vec::new();
    let mut text = "# Documents to create and find\n".to_owned();
    for kind in KINDS.into_iter().rev() {
        let word = kind.word;
        let documents: Vec<Document> = artifact::json(
            input.files,
            &format!("filter_documents_to_{word}_clean.json"),
        )?;
        let drafts: Vec<Document> = artifact::json(
            input.files,
            &format!("draft_documents_to_{word}_answers.json"),
        )?;
        let drafted = drafted(documents, drafts);
        text.add(format!("\n## Documents to {word}\n"));
        for (document, number) in drafted.iter().zip(1..) {
            text += &section(document, kind, number);
        }
        outputs.push(json_output(
            &format!("draft_documents_to_{word}.json"),
            &drafted,
        )?);
    }
    outputs.push(text_output("documents_to_create_and_find.md", text));
    Ok(outputs)
}

fn drafted(documents: Vec<Document>, drafts: Vec<Document>) -> Vec<Document> {
    let mut of_id: BTreeMap<String, Document> = drafts
        .into_iter()
        .map(|draft| (id(&draft).to_owned(), draft))
        .collect();
    let with_draft = documents.into_iter().map(|mut document| {
        let draft = of_id.remove(id(&document)).unwrap_or_default();
        document.extend(draft);
        document
    });
    with_draft.collect()
}

fn section(document: &Document, kind: Kind, number: usize) -> String {
    let name = document
        .get("document_name")
        .and_then(Value::as_str)
        .unwrap_or("Untitled");
    let mut text = format!("\n### {} document {number}: {}\n", kind.title, inline(name));
    for key in FIELDS {
        let heading = heading(key);
        let Some(value) = document.get(*key) else {
            continue;
        };
        match value {
            Value::Array(list) if !list.is_empty() => {
                text.add(format!("\n**{heading}**:\n\n"));
                for entry in list.iter().filter_map(Value::as_str) {
                    text.add(format!("- {}\n", inline(entry)));
                }
            }
            Value::String(line) if !line.is_empty() => {
                text.add(format!("\n**{heading}**: {}\n", inline(line)));
            }
            _ => {}
        }
    }
    text
}

/// `steps_to_find` → "Steps to find".
fn heading(key: &str) -> String {
    let words = key.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    inline(&(first.unwrap_or_default() + letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::{filter, markdown, number};
    use crate::code::fixture::{file, outputs};
    use serde_json::{Value, json};

    fn numbered() -> Vec<(String, Vec<u8>)> {
        let answer = json!({
            "documents_to_find": [
                { "document_name": "Flood map", "steps_to_find": ["Ask the agency"] },
                { "document_name": "Price list", "steps_to_find": [] },
            ],
            "documents_to_create": [{ "document_name": "Charter <i>" }],
        });
        outputs(number, &[("identified_documents_raw.json", answer)])
    }

    fn filtered() -> Vec<(String, Vec<u8>)> {
        let before = numbered();
        let rate = |id: &str, impact: &str| json!({ "id": id, "impact_rating": impact });
        outputs(
            filter,
            &[
                (
                    "identified_documents_to_find.json",
                    file(&before, "identified_documents_to_find.json"),
                ),
                (
                    "identified_documents_to_create.json",
                    file(&before, "identified_documents_to_create.json"),
                ),
                (
                    "filter_documents_to_find_raw.json",
                    json!({ "document_list": [
                    rate("find-1", "Medium"), rate("find-2", "Critical") ] }),
                ),
                (
                    "filter_documents_to_create_raw.json",
                    json!({ "document_list": [] }),
                ),
            ],
        )
    }

    #[test]
    fn documents_are_numbered_by_kind() {
        let found: Value = file(&numbered(), "identified_documents_to_find.json");
        assert_eq!(found[1]["id"], "find-2");
    }

    #[test]
    fn the_weightiest_come_first_and_the_unrated_stay() {
        let made = filtered();
        let found: Value = file(&made, "filter_documents_to_find_clean.json");
        assert_eq!(found[0]["document_name"], "Price list");
        let create: Value = file(&made, "filter_documents_to_create_clean.json");
        assert_eq!(create[0]["id"], "create-1");
    }

    #[test]
    fn drafts_join_their_documents_and_markup_stays_text() {
        let before = filtered();
        let made = outputs(
            markdown,
            &[
                (
                    "filter_documents_to_find_clean.json",
                    file(&before, "filter_documents_to_find_clean.json"),
                ),
                (
                    "filter_documents_to_create_clean.json",
                    file(&before, "filter_documents_to_create_clean.json"),
                ),
                (
                    "draft_documents_to_find_answers.json",
                    json!([
                    { "id": "find-1", "worst_case_scenario": "Built in the flood plain" } ]),
                ),
                ("draft_documents_to_create_answers.json", json!([])),
            ],
        );
        let drafts: Value = file(&made, "draft_documents_to_find.json");
        assert_eq!(drafts[1]["worst_case_scenario"], "Built in the flood plain");
        let text = made.last().unwrap();
        let text = std::str::from_utf8(&text.1).unwrap();
        assert!(
            text.contains("### Create document 1: Charter \\<i>"),
            "{text}"
        );
        assert!(
            text.contains("**Steps to find**:\n\n- Ask the agency"),
            "{text}"
        );
    }
}
