//! What is at the top, what is missing, who wrote it, and the policy.

use base64::Engine;
use sha2::{Digest, Sha256};

use super::elements::faults;
use super::fixture::{Run, record};
use crate::StageState;
use crate::report::{content_security_policy, html, markdown};

#[test]
fn the_key_figures_stand_under_the_title() {
    let page = html(&Run::small().input()).unwrap();
    let head = page.split("</header>").nth(1).unwrap();
    for words in [
        "<h1><bdi>Footbridge</bdi></h1>",
        "Open a footbridge by June 2026.",
        "<dt>Duration</dt><dd><strong>20 days</strong><span>2 Mar 2026 to 21 Mar 2026</span>",
        "<dt>Cost</dt><dd><strong>EUR\u{a0}53,460</strong><span>89 % of the budget of EUR\u{a0}60,000</span>",
        "<dt>Team</dt><dd><strong>1 role</strong>",
        "<dt>Work</dt><dd><strong>3 tasks</strong>",
        "<dt>Risks</dt><dd><strong>2 risks</strong><span>1 of high severity</span>",
    ] {
        assert!(head.contains(words), "{words} is not in {head}");
    }
}

#[test]
fn a_section_whose_stage_failed_is_named_with_the_reason() {
    let run = Run::small();
    let page = html(&run.input()).unwrap();
    assert!(page.contains("<strong>This plan is incomplete.</strong>"));
    assert!(
        page.contains(
            "<b>Questions and answers</b>, since its stage failed: the model fell silent"
        )
    );
    assert!(!page.contains("id=\"questions-and-answers\""));
    let lean = markdown(&run.input()).unwrap();
    assert!(
        lean.contains("- **Incomplete**: Questions and answers is missing, since its stage failed")
    );
}

#[test]
fn a_stage_that_is_done_and_wrote_nothing_is_no_success() {
    let mut run = Run::small();
    run.write(
        "executive_summary.md",
        "# Executive summary\n\n## Purpose\n",
    );
    let page = html(&run.input()).unwrap();
    assert!(page.contains("<b>Executive summary</b>, since its stage finished, but wrote nothing"));
    assert!(!page.contains("id=\"executive-summary\""));
}

#[test]
fn work_that_is_older_than_what_it_builds_on_says_so() {
    let mut run = Run::small();
    run.records[0].state = StageState::Stale;
    let page = html(&run.input()).unwrap();
    assert!(page.contains("$0.0025 · older than what it builds on</p>"));
}

#[test]
fn a_draft_by_rules_is_labelled_and_a_plan_by_models_is_not() {
    let banner = "Draft by rules, not a language model.";
    let mut run = Run::small();
    assert!(!html(&run.input()).unwrap().contains(banner));
    for record in &mut run.records {
        record.calls_done = 1;
        record.model = None;
    }
    assert!(html(&run.input()).unwrap().contains(banner));
    assert!(markdown(&run.input()).unwrap().contains(banner));
    run.records.clear();
    assert!(!html(&run.input()).unwrap().contains(banner));
}

#[test]
fn each_section_tells_its_stages_model_calls_and_cost() {
    let mut run = Run::small();
    run.records
        .push(record("report", Some("lab/model-2"), &["report.html"]));
    let page = html(&run.input()).unwrap();
    let line = "<p class=\"from\">From Executive summary · lab/model-1 · 2 calls · $0.0025</p>";
    assert!(page.contains(line));
    assert!(page.contains("Create schedule</th>") || page.contains("Schedule</th>"));
    assert!(
        !page.contains("lab/model-2"),
        "a report knows nothing of its own stage"
    );
}

#[test]
fn the_table_of_contents_leads_to_every_section() {
    let run = Run::small();
    let page = html(&run.input()).unwrap();
    let lean = markdown(&run.input()).unwrap();
    let sections: Vec<&str> = page
        .split("<section id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(sections.len() > 8, "{sections:?}");
    for id in sections {
        assert!(page.contains(&format!("<li><a href=\"#{id}\">")), "{id}");
        assert!(lean.contains(&format!("](#{id})")), "{id}");
    }
}

#[test]
fn a_dependency_on_a_task_that_is_not_there_is_dropped() {
    let page = html(&Run::small().input()).unwrap();
    assert!(page.contains("data-n=\"2.1\" data-after=\"1.1 1.2\""));
}

#[test]
fn the_policy_lets_in_exactly_the_style_and_the_script_of_the_page() {
    let page = html(&Run::small().input()).unwrap();
    assert!(faults(&page).is_empty());
    for element in ["style", "script"] {
        let (_, rest) = page.split_once(&format!("<{element}>")).unwrap();
        let (content, _) = rest.split_once(&format!("</{element}>")).unwrap();
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(content));
        let source = format!("{element}-src 'sha256-{hash}'");
        assert!(
            page.contains(&source.replace('\'', "&#39;")),
            "{source} is not in the page"
        );
        assert!(content_security_policy().contains(&source));
    }
}
