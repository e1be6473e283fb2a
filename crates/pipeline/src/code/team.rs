//! The team: roles get numbers, what three stages found about each is put together, and the page.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::CodeInput;
use super::artifact::{Files, Output, json, json_output, text_output};
use crate::markdown::{inline, lines};

#[derive(Deserialize)]
struct Answer {
    members: Vec<Role>,
}

/// A role of `find_team_members.json`.
#[derive(Serialize, Deserialize)]
struct Role {
    #[serde(default)]
    id: usize,
    category: String,
    explanation: String,
    consequences: String,
    count: String,
}

#[derive(Deserialize)]
struct Details {
    members: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Review {
    omissions: Vec<Issue>,
    potential_improvements: Vec<Issue>,
}

#[derive(Deserialize)]
struct Issue {
    #[serde(rename = "issue")]
    name: String,
    explanation: String,
    recommendation: String,
}

const LABELS: [(&str, &str); 9] = [
    ("explanation", "What they do"),
    ("consequences", "Without them"),
    ("count", "How many"),
    ("contract_type", "Contract"),
    ("contract_type_justification", "Why this contract"),
    ("typical_job_activities", "A typical week"),
    ("background_story", "Whom to look for"),
    ("equipment_needs", "Equipment"),
    ("facility_needs", "Rooms"),
];

/// Gives each role a number, from 1.
pub(super) fn list(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let answer: Answer = json(input.files, "find_team_members_raw.json")?;
    let mut roles = answer.members;
    for (at, role) in roles.iter_mut().enumerate() {
        role.id = at + 1;
    }
    Ok(vec![json_output("find_team_members.json", &roles)?])
}

/// Three files, each with the fields of the one before and its own. A role's own fields stay.
pub(super) fn merge(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let mut roles: Vec<Map<String, Value>> = json(input.files, "find_team_members.json")?;
    let mut outputs = Vec::new();
    for step in ["contract_type", "background_story", "environment_info"] {
        let raw = format!("enrich_team_members_{step}_raw.json");
        add_details(&mut roles, input.files, &raw)?;
        outputs.push(json_output(
            &format!("enrich_team_members_{step}.json"),
            &roles,
        )?);
    }
    Ok(outputs)
}

fn add_details(roles: &mut [Map<String, Value>], files: &Files, name: &str) -> Result<(), String> {
    let details: Details = json(files, name)?;
    for role in roles {
        let own = details
            .members
            .iter()
            .find(|member| member.get("id") == role.get("id"));
        for (field, value) in own.into_iter().flatten() {
            if !role.contains_key(field) {
                role.insert(field.clone(), value.clone());
            }
        }
    }
    Ok(())
}

/// Every role with all that is known of it, then what the review found.
pub(super) fn markdown(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let roles: Vec<Map<String, Value>> =
        json(input.files, "enrich_team_members_environment_info.json")?;
    let review: Review = json(input.files, "review_team_raw.json")?;
    let mut page = "# Team\n\n## Roles\n\n".to_owned();
    for (at, role) in roles.iter().enumerate() {
        let name = field(role, "category").unwrap_or("Role");
        line(&mut page, &format!("### {}. {}", at + 1, inline(name)));
        for (key, label) in LABELS {
            if let Some(text) = field(role, key) {
                line(
                    &mut page,
                    &format!("**{label}:** {}", value_lines(key, text)),
                );
            }
        }
    }
    issues(&mut page, "Missing", &review.omissions);
    issues(&mut page, "Could be better", &review.potential_improvements);
    Ok(vec![text_output(
        "team.md",
        page.trim_end().to_owned() + "\n",
    )])
}

fn field<'a>(role: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    role.get(key)?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

fn value_lines(key: &str, text: &str) -> String {
    match key {
        "contract_type" => lines(&text.replace('_', " ")),
        _ => lines(text),
    }
}

fn issues(page: &mut String, title: &str, issues: &[Issue]) {
    line(page, &format!("## {title}"));
    for (at, issue) in issues.iter().enumerate() {
        line(page, &format!("### {}. {}", at + 1, inline(&issue.name)));
        line(page, &lines(&issue.explanation));
        line(
            page,
            &format!("**Recommendation:** {}", lines(&issue.recommendation)),
        );
    }
}

fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{list, markdown, merge};
    use crate::code::fixture::{file, outputs};

    fn role(id: u32, name: &str) -> Value {
        json!({"id": id, "category": name, "explanation": "Steers", "consequences": "Drift", "count": "1"})
    }

    #[test]
    fn roles_are_numbered_from_one_whatever_the_answer_says() {
        let answer = json!({"members": [role(7, "Captain"), {"category": "Cook", "explanation": "", "consequences": "", "count": "2"}]});
        let made = outputs(list, &[("find_team_members_raw.json", answer)]);
        let roles: Value = file(&made, "find_team_members.json");
        assert_eq!((&roles[0]["id"], &roles[1]["id"]), (&json!(1), &json!(2)));
    }

    fn merged() -> Value {
        let details = |fields: Value| json!({"members": [fields]});
        let made = outputs(
            merge,
            &[
                (
                    "find_team_members.json",
                    json!([role(1, "Captain"), role(2, "Cook")]),
                ),
                (
                    "enrich_team_members_contract_type_raw.json",
                    details(json!({
                        "id": 1, "contract_type": "part_time_employee", "contract_type_justification": "Summer", "category": "Pirate",
                    })),
                ),
                (
                    "enrich_team_members_background_story_raw.json",
                    details(
                        json!({"id": 1, "typical_job_activities": "Sails", "background_story": "Has sailed"}),
                    ),
                ),
                (
                    "enrich_team_members_environment_info_raw.json",
                    details(json!({"id": 9, "equipment_needs": "Nobody's"})),
                ),
            ],
        );
        let first: Value = file(&made, "enrich_team_members_contract_type.json");
        assert_eq!(
            (first[0].get("background_story"), &first[0]["contract_type"]),
            (None, &json!("part_time_employee"))
        );
        file(&made, "enrich_team_members_environment_info.json")
    }

    #[test]
    fn details_find_their_role_and_change_nothing_of_it() {
        let roles = merged();
        assert_eq!(roles[0]["category"], "Captain");
        assert_eq!(roles[0]["background_story"], "Has sailed");
        assert_eq!(roles[1], role(2, "Cook"));
    }

    #[test]
    fn the_page_shows_roles_and_their_review() {
        let issue = json!({"issue": "No <deputy>", "explanation": "One falls ill.", "recommendation": "Name one."});
        let made = outputs(
            markdown,
            &[
                ("enrich_team_members_environment_info.json", merged()),
                (
                    "review_team_raw.json",
                    json!({"omissions": [issue], "potential_improvements": []}),
                ),
            ],
        );
        insta::assert_snapshot!(String::from_utf8_lossy(&made[0].1), @r"
        # Team

        ## Roles

        ### 1. Captain

        **What they do:** Steers

        **Without them:** Drift

        **How many:** 1

        **Contract:** part time employee

        **Why this contract:** Summer

        **A typical week:** Sails

        **Whom to look for:** Has sailed

        ### 2. Cook

        **What they do:** Steers

        **Without them:** Drift

        **How many:** 1

        ## Missing

        ### 1. No \<deputy>

        One falls ill.

        **Recommendation:** Name one.

        ## Could be better
        ");
    }
}
