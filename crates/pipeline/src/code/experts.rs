//! `expert_criticism.md`: what each expert found, in the order of the experts.

use serde::Deserialize;

use super::CodeInput;
use super::artifact::{Output, json, text_output};
use crate::markdown::{inline, lines};

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
    let mut page = "# Expert criticism\n\n".to_owned();
    for (at, (expert, answer)) in experts.iter().zip(&answers).enumerate() {
        line(
            &mut page,
            &format!("## {}. {}", at + 1, inline(&expert.title)),
        );
        labelled(&mut page, "Knows", &expert.knowledge);
        labelled(&mut page, "Why asked", &expert.why);
        labelled(&mut page, "Looked at", &expert.what);
        for issue in &answer.negative_feedback_list {
            feedback(&mut page, issue);
        }
        actions(&mut page, "First", &answer.user_primary_actions);
        actions(&mut page, "Then", &answer.user_secondary_actions);
        labelled(
            &mut page,
            "For the next meeting",
            &answer.follow_up_consultation,
        );
    }
    Ok(vec![text_output(
        "expert_criticism.md",
        page.trim_end().to_owned() + "\n",
    )])
}

fn feedback(page: &mut String, issue: &Feedback) {
    line(page, &format!("### {}", inline(&issue.title)));
    line(page, &lines(&issue.details));
    labelled(page, "What to do", &issue.mitigation);
    labelled(page, "Otherwise", &issue.consequence);
    labelled(page, "Root cause", &issue.root_cause);
    labelled(page, "Tags", &issue.tags.join(", "));
}

fn actions(page: &mut String, title: &str, actions: &[String]) {
    line(page, &format!("**{title}:**"));
    for action in actions {
        page.push_str("- ");
        page.push_str(&inline(action));
        page.push('\n');
    }
    page.push('\n');
}

fn labelled(page: &mut String, label: &str, text: &str) {
    line(page, &format!("**{label}:** {}", lines(text)));
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
