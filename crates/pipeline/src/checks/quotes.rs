//! What is quoted from the prompt stands in the prompt.

use std::collections::BTreeMap;

use serde_json::Value;

use super::faults::{Faults, list, shortened, text};

type Inputs = BTreeMap<String, Value>;

/// Constraints and stated facts bear quotes of the prompt.
pub(super) fn constraints_quote_prompt(
    answer: &Value,
    _: &[Value],
    inputs: &Inputs,
) -> Result<(), String> {
    let prompt = prompt(inputs);
    let mut faults = Faults::default();
    for constraint in list(answer, "constraints") {
        check(&mut faults, &prompt, text(constraint, "quote"));
    }
    for fact in list(answer, "canonical_facts") {
        if text(fact, "origin") == "stated" {
            check(&mut faults, &prompt, text(fact, "quote"));
        }
    }
    faults.told()
}

/// Both sides of a contradiction are quotes of the prompt.
pub(super) fn contradictions_quote_prompt(
    answer: &Value,
    _: &[Value],
    inputs: &Inputs,
) -> Result<(), String> {
    let prompt = prompt(inputs);
    let mut faults = Faults::default();
    for found in list(answer, "contradictions") {
        check(&mut faults, &prompt, text(found, "first_quote"));
        check(&mut faults, &prompt, text(found, "second_quote"));
    }
    faults.told()
}

fn prompt(inputs: &Inputs) -> String {
    let text = inputs.get("plan.txt").and_then(Value::as_str);
    plain(text.unwrap_or_default())
}

fn check(faults: &mut Faults, prompt: &str, quote: &str) {
    let wanted = plain(quote);
    let wanted = wanted.trim_matches(['"', '\'', '.', ',', ';', ':', '…', ' ']);
    if wanted.is_empty() || !prompt.contains(wanted) {
        let quote = shortened(quote);
        faults.add(format!(
            "the quote {quote:?} doesn't occur in plan.txt: copy it letter by letter"
        ));
    }
}

/// Spaces, letter case and the shape of quotation marks don't matter.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ").to_lowercase();
    line.replace(['“', '”', '„', '«', '»'], "\"")
        .replace(['‘', '’'], "'")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn inputs() -> Inputs {
        BTreeMap::from([(
            "plan.txt".to_owned(),
            json!("Plan:\nNo  new\nstaff; it\u{2019}s €500, at most."),
        )])
    }

    #[test]
    fn a_quote_may_differ_in_spaces_case_and_marks_alone() {
        for (quote, holds) in [
            ("no new staff", true),
            ("it's €500, at most.", true),
            ("“No new staff”", true),
            ("no newer staff", false),
            ("", false),
            ("…", false),
        ] {
            let answer = json!({"constraints": [{"quote": quote}], "canonical_facts": []});
            assert_eq!(
                constraints_quote_prompt(&answer, &[], &inputs()).is_ok(),
                holds,
                "{quote:?}"
            );
        }
    }

    #[test]
    fn only_stated_facts_need_a_quote() {
        let told = |origin: &str| {
            let answer = json!({"canonical_facts": [{"origin": origin, "quote": ""}]});
            constraints_quote_prompt(&answer, &[], &inputs()).is_ok()
        };
        assert_eq!(
            (told("assumed"), told("computed"), told("stated")),
            (true, true, false)
        );
    }

    #[test]
    fn both_sides_of_a_contradiction_are_quotes() {
        let told = |second: &str| {
            let answer: Value = json!({"contradictions": [{"first_quote": "No new staff", "second_quote": second}]});
            contradictions_quote_prompt(&answer, &[], &inputs())
        };
        assert!(told("at most").is_ok());
        assert!(told("hire ten").unwrap_err().contains("\"hire ten\""));
    }
}
