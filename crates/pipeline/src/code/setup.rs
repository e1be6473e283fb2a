//! The first stage: what was asked for, and when the work begins.

use serde_json::json;

use super::CodeInput;
use super::artifact::{Output, json_output, text_output};

/// `plan.txt` holds the prompt between the heading and the trailer that readers of runs know.
pub(super) fn setup(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let day = input.start_date;
    let date = day.format("%Y-%b-%d").to_string();
    let midnight = format!("{day}T00:00:00");
    let start = json!({
        "server_iso_utc": format!("{midnight}Z"),
        "server_iso_local": format!("{midnight}+00:00"),
        "server_timezone_name": "UTC",
    });
    let prompt = input.prompt.trim();
    let plan = format!("Plan:\n{prompt}\n\nToday's date:\n{date}\n\nProject start ASAP");
    let raw = json!({ "plan_prompt": input.prompt, "pretty_date": date });
    Ok(vec![
        json_output("start_time.json", &start)?,
        text_output("plan.txt", plan),
        json_output("plan_raw.json", &raw)?,
    ])
}

#[cfg(test)]
mod tests {
    use super::setup;
    use crate::code::fixture::{file, outputs_of};

    #[test]
    fn the_prompt_is_kept_and_framed() {
        let prompt = "Build it.\n\nToday's date:\nnever ";
        let outputs = outputs_of(setup, prompt, &[]);
        let text = String::from_utf8(outputs[1].1.clone()).unwrap();
        insta::assert_snapshot!(text, @r"
        Plan:
        Build it.

        Today's date:
        never

        Today's date:
        2026-Mar-02

        Project start ASAP
        ");
        let raw: serde_json::Value = file(&outputs, "plan_raw.json");
        assert_eq!(raw["plan_prompt"], prompt);
        let start: serde_json::Value = file(&outputs, "start_time.json");
        assert_eq!(start["server_iso_utc"], "2026-03-02T00:00:00Z");
    }
}
