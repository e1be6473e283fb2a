//! The self audit: a fixed list of checks, and what the answers come to.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::CodeInput;
use super::artifact::{self, Grow as _, Output, head, json_output, row, text_output};
use crate::markdown::inline;

/// A question that every plan is asked.
#[derive(Debug, Serialize, Deserialize)]
struct Check {
    id: String,
    title: String,
    question: String,
}

/// An entry of `self_audit_raw.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    check_id: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    justification: String,
    #[serde(default)]
    evidence_file: String,
    #[serde(default)]
    evidence_quote: String,
    #[serde(default)]
    mitigation: String,
}

/// Id, title, question. Ids are part of stored artifacts: append, never renumber.
const CHECKS: &[(&str, &str, &str)] = &[
    (
        "K01",
        "Nature's laws",
        "Does anything in the plan need what physics, chemistry or biology rule out?",
    ),
    (
        "K02",
        "Proof at this scale",
        "Has the key method or technology worked at this scale and in such a place before, and does the plan say where?",
    ),
    (
        "K03",
        "Words with content",
        "Does every strategic term have an owner, a mechanism and a measurable result, rather than being a slogan?",
    ),
    (
        "K04",
        "Goal that can be measured",
        "Could an outsider tell on a stated day, from stated figures, whether the goal was reached?",
    ),
    (
        "K05",
        "Scope",
        "Is it clear what is left out, and does every task serve the goal?",
    ),
    (
        "K06",
        "Budget against costs",
        "Do the cost lines cover every task, add up, and stay with contingency within the money that there is?",
    ),
    (
        "K07",
        "Basis of estimates",
        "Does each large cost line name where its price comes from, such as a quotation, tariff or comparable project?",
    ),
    (
        "K08",
        "Funding",
        "Is it said who pays, when the money arrives, and what happens if it comes late?",
    ),
    (
        "K09",
        "Durations",
        "Are durations ranges that fit the work, with delays that are typical for it?",
    ),
    (
        "K10",
        "Dependencies",
        "Do the dependencies hold every handover that the work really needs, and is the critical path plausible?",
    ),
    (
        "K11",
        "Deadline",
        "Does the schedule end before the deadline with a margin that fits its uncertainty?",
    ),
    (
        "K12",
        "Permits and law",
        "Is every permit, licence and legal duty named with who grants it and how long that takes?",
    ),
    (
        "K13",
        "People",
        "Is every role filled or fillable in time, and is no single person indispensable?",
    ),
    (
        "K14",
        "Suppliers and third parties",
        "Are the deliveries that others control named, with an alternative for the critical ones?",
    ),
    (
        "K15",
        "Risks that meet",
        "Does the plan treat risks that cause or worsen one another, and not one by one only?",
    ),
    (
        "K16",
        "Safety of people",
        "Is harm to workers, users and neighbours prevented, with somebody in charge?",
    ),
    (
        "K17",
        "Environment",
        "Are effects on land, water, air and climate named and dealt with?",
    ),
    (
        "K18",
        "People affected",
        "Are those who gain and those who lose named and heard, with a way to complain?",
    ),
    (
        "K19",
        "Data and security",
        "Are personal data, systems and sites protected in proportion to what could go wrong?",
    ),
    (
        "K20",
        "Benefits",
        "Do the benefits follow from the work by steps that can be checked, with stated figures and sources?",
    ),
    (
        "K21",
        "After the end",
        "Is it said who runs, pays for and maintains the result afterwards?",
    ),
    (
        "K22",
        "Ways out",
        "Are there points at which the project stops or changes course, with figures that decide?",
    ),
    (
        "K23",
        "Agreement of the parts",
        "Do dates, sums, places and names agree between the parts of the plan?",
    ),
    (
        "K24",
        "Faith to the prompt",
        "Does the plan do what was asked, in the place, time and money that were asked?",
    ),
];

/// Verdicts from worst to best.
const VERDICTS: [(&str, &str); 3] = [
    ("fail", "must be mended before work starts"),
    ("concern", "needs attention, and has a way"),
    ("pass", "is in order"),
];

/// Writes the list of checks.
pub(crate) fn checklist(_: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let checks: Vec<serde_json::Value> = CHECKS
        .iter()
        .map(|(id, title, question)| json!({ "id": id, "title": title, "question": question }))
        .collect();
    Ok(vec![json_output("self_audit_checklist.json", &checks)?])
}

/// Counts the verdicts and lists the answers in the order of the checks.
pub(crate) fn markdown(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let checks: Vec<Check> = artifact::json(input.files, "self_audit_checklist.json")?;
    let answers: Vec<Answer> = artifact::json(input.files, "self_audit_raw.json")?;
    let mut text = "# Self-audit\n\n".to_owned();
    text += &head(&["Verdict", ">Checks", "Meaning"]);
    for (verdict, meaning) in VERDICTS {
        let count = answers
            .iter()
            .filter(|answer| answer.verdict == verdict)
            .count();
        text += &row([verdict, &count.to_string(), meaning]);
    }
    for check in &checks {
        text.add(format!(
            "\n## {} {}\n\n*{}*\n",
            inline(&check.id),
            inline(&check.title),
            inline(&check.question)
        ));
        match answers.iter().find(|answer| answer.check_id == check.id) {
            Some(answer) => text += &section(answer),
            None => text += "\nNot answered.\n",
        }
    }
    Ok(vec![text_output("self_audit.md", text)])
}

fn section(answer: &Answer) -> String {
    let mut text = format!(
        "\n**Verdict**: {}\n\n**Why**: {}\n",
        inline(&answer.verdict),
        inline(&answer.justification)
    );
    if !answer.evidence_quote.trim().is_empty() {
        let (quote, file) = (
            inline(&answer.evidence_quote),
            inline(&answer.evidence_file),
        );
        text.add(format!("\n**Evidence**: “{quote}” ({file})\n"));
    }
    if !answer.mitigation.trim().is_empty() {
        text.add(format!(
            "\n**What to do**: {}\n",
            inline(&answer.mitigation)
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{CHECKS, checklist, markdown};
    use crate::code::fixture::{file, outputs};
    use serde_json::{Value, json};

    #[test]
    fn every_check_has_an_id_of_its_own_and_a_question() {
        let ids: std::collections::BTreeSet<&str> = CHECKS.iter().map(|(id, _, _)| *id).collect();
        assert_eq!(ids.len(), CHECKS.len());
        assert!(
            CHECKS
                .iter()
                .all(|(_, _, question)| question.ends_with('?'))
        );
    }

    #[test]
    fn verdicts_are_counted_and_a_missing_answer_is_told() {
        let checks: Value = file(&outputs(checklist, &[]), "self_audit_checklist.json");
        let answers = json!([{ "check_id": "K01", "verdict": "concern", "justification": "see [x](y)",
            "evidence_file": "team.md", "evidence_quote": "one welder", "mitigation": "Hire" }]);
        let files = [
            ("self_audit_checklist.json", checks),
            ("self_audit_raw.json", answers),
        ];
        let made = outputs(markdown, &files);
        let text = std::str::from_utf8(&made[0].1).unwrap();
        assert!(text.contains("| concern | 1 |"), "{text}");
        assert!(text.contains("**Why**: see \\[x\\](y)"));
        assert!(text.contains("**Evidence**: “one welder” (team.md)"));
        assert!(text.contains("Not answered."));
    }
}
