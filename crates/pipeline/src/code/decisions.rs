//! `strategic_decisions.md`: the vital few levers in full, then the others.

use super::CodeInput;
use super::artifact::{Output, json, text_output};
use super::levers::{Assessment, Enriched, Lever, Vital};
use crate::markdown::{inline, lines};

/// Writes the page.
pub(super) fn markdown(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let enriched: Enriched = json(input.files, "enriched_levers_raw.json")?;
    let vital: Vital = json(input.files, "vital_few_levers_raw.json")?;
    let is_vital = |lever: &Lever| vital.levers.iter().any(|of| of.id == lever.id);
    let others = enriched
        .characterized_levers
        .iter()
        .filter(|lever| !is_vital(lever));
    let primary: Vec<&Lever> = vital.levers.iter().collect();
    let secondary: Vec<&Lever> = others.collect();
    let assessments = &vital.response.lever_assessments;
    let mut page = format!(
        "# Strategic decisions\n\n{}\n\n",
        lines(&vital.response.summary)
    );
    section(&mut page, "Primary decisions", &primary, 1, assessments);
    section(
        &mut page,
        "Secondary decisions",
        &secondary,
        primary.len() + 1,
        assessments,
    );
    Ok(vec![text_output(
        "strategic_decisions.md",
        page.trim_end().to_owned() + "\n",
    )])
}

fn section(
    page: &mut String,
    title: &str,
    levers: &[&Lever],
    first: usize,
    assessments: &[Assessment],
) {
    if levers.is_empty() {
        return;
    }
    line(page, &format!("## {title}"));
    for (at, lever) in levers.iter().enumerate() {
        line(
            page,
            &format!("### Decision {}: {}", first + at, inline(&lever.name)),
        );
        labelled(page, "The decision", lever.description.as_deref());
        labelled(page, "What depends on it", Some(&lever.consequences));
        line(page, "**Options:**");
        for (number, option) in lever.options.iter().enumerate() {
            page.push_str(&format_option(number + 1, option));
        }
        page.push('\n');
        labelled(page, "Trade and blind spot", Some(&lever.review));
        labelled(page, "Works with", lever.synergy_text.as_deref());
        labelled(page, "Works against", lever.conflict_text.as_deref());
        let made = assessments.iter().find(|made| made.lever_id == lever.id);
        let weight =
            made.map(|made| format!("{}. {}", made.strategic_importance, made.justification));
        labelled(page, "Weight", weight.as_deref());
    }
}

fn format_option(number: usize, option: &str) -> String {
    format!("{number}. {}\n", inline(option))
}

fn labelled(page: &mut String, label: &str, text: Option<&str>) {
    if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
        line(page, &format!("**{label}:** {}", lines(text)));
    }
}

fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::markdown;
    use crate::code::fixture::outputs;

    #[test]
    fn vital_decisions_come_first_and_hostile_names_are_shown() {
        let lever = |id: &str, name: &str| {
            json!({
                "lever_id": id, "name": name, "consequences": "Cost | time", "options": ["# One", "Two"],
                "review": "Blind to snow", "description": "Who pays?", "synergy_text": "With scope",
            })
        };
        let made = outputs(
            markdown,
            &[
                (
                    "enriched_levers_raw.json",
                    json!({"characterized_levers": [lever("L1", "Scope"), lever("L2", "<b>Money</b>")]}),
                ),
                (
                    "vital_few_levers_raw.json",
                    json!({
                        "response": {"summary": "Money first.", "lever_assessments": [
                            {"lever_id": "L2", "strategic_importance": "Critical", "justification": "It ends."},
                        ]},
                        "levers": [lever("L2", "<b>Money</b>")],
                    }),
                ),
            ],
        );
        insta::assert_snapshot!(String::from_utf8_lossy(&made[0].1), @r"
        # Strategic decisions

        Money first.

        ## Primary decisions

        ### Decision 1: \<b>Money\</b>

        **The decision:** Who pays?

        **What depends on it:** Cost \| time

        **Options:**

        1. \# One
        2. Two

        **Trade and blind spot:** Blind to snow

        **Works with:** With scope

        **Weight:** Critical. It ends.

        ## Secondary decisions

        ### Decision 2: Scope

        **The decision:** Who pays?

        **What depends on it:** Cost \| time

        **Options:**

        1. \# One
        2. Two

        **Trade and blind spot:** Blind to snow

        **Works with:** With scope
        ");
    }
}
