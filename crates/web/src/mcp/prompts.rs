//! Prompts for people who begin: what this server does, and how a project becomes a plan.

use rmcp::model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};
use serde_json::{Value, json};

use super::fault::{Fault, Wrong, nearest, plain_name};

const MAX_ARGUMENT: usize = 8_000;

/// The arguments of `plan_a_project`, and the question behind each.
const PROJECT: [(&str, &str, bool); 5] = [
    ("idea", "What the project is and what it is for", true),
    ("location", "Where it happens", false),
    ("budget", "What it may cost, with the currency", false),
    ("deadline", "When it has to be done", false),
    ("success", "How success will be measured", false),
];

pub(crate) fn list() -> Vec<Prompt> {
    let argument = |(name, about, required): &(&str, &str, bool)| {
        PromptArgument::new(*name)
            .with_description(*about)
            .with_required(*required)
    };
    vec![
        Prompt::new(
            "getting_started",
            Some("What this server does, and the first steps"),
            None,
        )
        .with_title("Getting started"),
        Prompt::new(
            "plan_a_project",
            Some("Turns an idea into a prompt that can be planned, and the prompt into a plan"),
            Some(PROJECT.iter().map(argument).collect()),
        )
        .with_title("Plan a project"),
    ]
}

pub(crate) fn get(name: &str, arguments: Option<&JsonObject>) -> Result<GetPromptResult, Fault> {
    let (about, text) = match name {
        "getting_started" => ("The first steps", getting_started()),
        "plan_a_project" => ("From an idea to a plan", plan_a_project(arguments)?),
        other => return Err(unknown(other)),
    };
    let message = PromptMessage::new_text(Role::User, text);
    Ok(GetPromptResult::new(vec![message]).with_description(about))
}

fn unknown(name: &str) -> Fault {
    let known = ["getting_started", "plan_a_project"];
    let named = plain_name(name).unwrap_or("with this name");
    let message = match nearest(name, known.into_iter()) {
        Some(meant) => format!("there is no prompt {named}; did you mean {meant}?"),
        None => format!("there is no prompt {named}"),
    };
    let mut fault = Fault::new("UNKNOWN_PROMPT", message).field("name");
    fault.expected = Some("getting_started or plan_a_project".to_owned());
    fault
}

fn getting_started() -> String {
    "Show me what Planrank can do. Do this, and explain each step in a sentence:\n\
     1. Call account_status and tell me what a plan would cost and what my limits are.\n\
     2. Call example_prompts and show me one, and what makes it a good prompt.\n\
     3. Call leaderboard and show me the best public plans.\n\
     4. Ask me what I would like to have planned. Don't create a plan before I have agreed to the prompt."
        .to_owned()
}

fn plan_a_project(arguments: Option<&JsonObject>) -> Result<String, Fault> {
    let given = |name: &str| arguments?.get(name);
    let mut faults = Vec::new();
    let mut said = Vec::new();
    for (name, about, required) in PROJECT {
        match given(name) {
            None | Some(Value::Null) if !required => {}
            Some(Value::String(text))
                if !text.trim().is_empty() && text.chars().count() <= MAX_ARGUMENT =>
            {
                said.push(format!("{about}: {}", text.trim()));
            }
            _ => faults.push(Wrong {
                field: name.to_owned(),
                expected: format!(
                    "text of 1 to {MAX_ARGUMENT} characters: {}",
                    about.to_lowercase()
                ),
                example: Some(json!("Night buses for Tampere")),
            }),
        }
    }
    if !faults.is_empty() {
        return Err(Fault::arguments(faults));
    }
    Ok(format!(
        "Plan this project for me with Planrank.\n\n{}\n\n\
         1. Write a prompt of 150 to 400 words from this: the aim and why, what is in and out, constraints, measurable \
         success, the place, the budget with its currency, start and deadline, risks and who is concerned. Ask me for \
         what is missing and matters; mark what you assume. example_prompts shows the form.\n\
         2. Show me the prompt and, from account_status, what the plan is estimated to cost. Wait for my consent.\n\
         3. Call plan_create, then plan_wait until the state is final. If it failed, tell me why, and follow next_tool.\n\
         4. Give me the link to the report from plan_file_info, and the three most important findings.\n\
         5. Call plan_metrics and tell me where the plan stands, and what would raise it.",
        said.join("\n")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_needs_an_idea_and_its_faults_are_told() {
        let fault = get("plan_a_project", None).unwrap_err();
        assert_eq!(fault.field.as_deref(), Some("idea"));
        let given = json!({ "idea": "Night buses", "budget": 5 });
        let fault = get("plan_a_project", given.as_object()).unwrap_err();
        assert_eq!(fault.field.as_deref(), Some("budget"));
        let given = json!({ "idea": "Night buses", "budget": "EUR 2 million" });
        let prompt = get("plan_a_project", given.as_object()).unwrap();
        let text = json!(prompt.messages[0])["content"]["text"].to_string();
        assert!(
            text.contains("Night buses") && text.contains("EUR 2 million"),
            "{text}"
        );
    }

    #[test]
    fn a_prompt_that_is_nearly_named_is_suggested() {
        let fault = get("plan_project", None).unwrap_err();
        assert!(fault.message.ends_with("did you mean plan_a_project?"));
    }
}
