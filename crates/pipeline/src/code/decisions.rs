//! `strategic_decisions.md`: the vital few levers in full, then the others.

use super::CodeInput;
use super::artifact::{Output, json, text_output};
use super::levers::{Assessment, Enriched, Lever, Vital};
use crate::markdown::Page;

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
    let mut page = Page::titled("Strategic decisions");
    page.paragraph(&vital.response.summary);
    section(&mut page, "Primary decisions", &primary, 1, assessments);
    let next = primary.len() + 1;
    section(
        &mut page,
        "Secondary decisions",
        &secondary,
        next,
        assessments,
    );
    Ok(vec![text_output("strategic_decisions.md", page.finish())])
}

fn section(
    page: &mut Page,
    title: &str,
    levers: &[&Lever],
    first: usize,
    assessments: &[Assessment],
) {
    if levers.is_empty() {
        return;
    }
    page.heading(2, title);
    for (at, lever) in levers.iter().enumerate() {
        page.heading(3, &format!("Decision {}: {}", first + at, lever.name));
        page.labelled_if("The decision", text(lever.description.as_ref()));
        page.labelled("What depends on it", &lever.consequences);
        page.label("Options");
        page.numbered(&lever.options);
        page.labelled("Trade and blind spot", &lever.review);
        page.labelled_if("Works with", text(lever.synergy_text.as_ref()));
        page.labelled_if("Works against", text(lever.conflict_text.as_ref()));
        let made = assessments.iter().find(|made| made.lever_id == lever.id);
        let weight =
            made.map(|made| format!("{}. {}", made.strategic_importance, made.justification));
        page.labelled_if("Weight", text(weight.as_ref()));
    }
}

fn text(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
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
