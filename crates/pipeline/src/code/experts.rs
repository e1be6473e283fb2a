//! `expert_criticism.md`: what each expert found, in the order of the experts.

use serde::Deserialize;

use super::CodeInput;
use super::artifact::{Output, json, text_output};
use crate::markdown::Page;

#[derive(Deserialize)]
struct Expert {
    title: String,
    knowledge: String,
    why: String,
    what: String,
}

#[derive(Deserialize)]
struct Criticism {
    negative_feedback_list: Vec<Feedback>,
    user_primary_actions: Vec<String>,
    user_secondary_actions: Vec<String>,
    follow_up_consultation: String,
}

#[derive(Deserialize)]
struct Feedback {
    #[serde(rename = "feedback_title")]
    title: String,
    #[serde(rename = "feedback_verbose")]
    details: String,
    #[serde(rename = "feedback_problem_tags")]
    tags: Vec<String>,
    #[serde(rename = "feedback_mitigation")]
    mitigation: String,
    #[serde(rename = "feedback_consequence")]
    consequence: String,
    #[serde(rename = "feedback_root_cause")]
    root_cause: String,
}

/// Experts who weren't asked are left out.
pub(super) fn markdown(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let experts: Vec<Expert> = json(input.files, "experts.json")?;
    let answers: Vec<Criticism> = json(input.files, "expert_criticism_raw.json")?;
    let mut page = Page::titled("Expert criticism");
    for (at, (expert, answer)) in experts.iter().zip(&answers).enumerate() {
        page.numbered_heading(2, at + 1, &expert.title);
        page.labelled("Knows", &expert.knowledge);
        page.labelled("Why asked", &expert.why);
        page.labelled("Looked at", &expert.what);
        for issue in &answer.negative_feedback_list {
            feedback(&mut page, issue);
        }
        page.label("First");
        page.bullets(&answer.user_primary_actions);
        page.label("Then");
        page.bullets(&answer.user_secondary_actions);
        page.labelled("For the next meeting", &answer.follow_up_consultation);
    }
    Ok(vec![text_output("expert_criticism.md", page.finish())])
}

fn feedback(page: &mut Page, issue: &Feedback) {
    page.heading(3, &issue.title);
    page.paragraph(&issue.details);
    page.labelled("What to do", &issue.mitigation);
    page.labelled("Otherwise", &issue.consequence);
    page.labelled("Root cause", &issue.root_cause);
    page.labelled("Tags", &issue.tags.join(", "));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::markdown;
    use crate::code::fixture::outputs;

    #[test]
    fn criticism_stands_under_its_expert() {
        let expert = |title: &str| json!({"title": title, "knowledge": "Ice", "why": "Winter", "what": "Hull", "skills": "", "search_query": ""});
        let made = outputs(
            markdown,
            &[
                (
                    "experts.json",
                    json!([expert("Ice pilot"), expert("Not asked")]),
                ),
                (
                    "expert_criticism_raw.json",
                    json!([{
                        "negative_feedback_list": [{
                            "feedback_index": 1, "feedback_title": "Thin hull", "feedback_verbose": "12 mm\n# too thin", "feedback_problem_tags": ["hull", "ice"],
                            "feedback_mitigation": "Weld", "feedback_consequence": "Leak", "feedback_root_cause": "Price",
                        }],
                        "user_primary_actions": ["Measure"], "user_secondary_actions": ["Weld"], "follow_up_consultation": "Bring drawings",
                    }]),
                ),
            ],
        );
        insta::assert_snapshot!(String::from_utf8_lossy(&made[0].1), @r"
        # Expert criticism

        ## 1. Ice pilot

        **Knows:** Ice

        **Why asked:** Winter

        **Looked at:** Hull

        ### Thin hull

        12 mm\
        \# too thin

        **What to do:** Weld

        **Otherwise:** Leak

        **Root cause:** Price

        **Tags:** hull, ice

        **First:**

        - Measure

        **Then:**

        - Weld

        **For the next meeting:** Bring drawings
        ");
    }
}
