//! Artifacts that want to be more than text, in every place where a report shows text.

use rstest::rstest;
use serde_json::Value;

use super::elements::faults;
use super::fixture::Run;
use crate::report::{html, markdown};

/// Puts `text` in the place of every text of a JSON document but ids, dates and grades.
fn fill(value: &mut Value, text: &str) {
    const KEPT: &[&str] = &[
        "id",
        "task_id",
        "check_id",
        "phase_id",
        "depends_on",
        "start_date",
        "finish_date",
        "likelihood",
        "severity",
        "verdict",
        "currency",
        "state",
        "stage",
    ];
    match value {
        Value::String(old) => text.clone_into(old),
        Value::Array(list) => list.iter_mut().for_each(|item| fill(item, text)),
        Value::Object(fields) => {
            for (name, field) in fields {
                if !KEPT.contains(&name.as_str()) {
                    fill(field, text);
                }
            }
        }
        _ => {}
    }
}

/// A run in which everything that can be said is `text`.
fn run_of(text: &str) -> Run {
    let mut run = Run::small();
    text.clone_into(&mut run.prompt);
    text.clone_into(&mut run.title);
    for (file, bytes) in &mut run.files {
        if let Ok(mut value) = serde_json::from_slice(bytes) {
            fill(&mut value, text);
            *bytes = value.to_string().into_bytes();
        } else if file.rsplit('.').next() == Some("md") {
            *bytes = format!("# {text}\n\n{text}\n\n## {text}\n\n- {text}\n\n## Two\n\n{text}\n")
                .into_bytes();
        }
    }
    for file in [
        "pitch.md",
        "swot_analysis.md",
        "expert_criticism.md",
        "premise_attack.md",
    ] {
        run.write(
            file,
            &format!("## {text}\n\n{text}\n\n## B\n\n| a |\n|---|\n| {text} |\n"),
        );
    }
    run.put(
        "premortem_raw.json",
        &serde_json::json!({"failure_modes": [{"failure_mode_title": text, "risk_analysis": text, "playbook": [text]}],
            "assumptions_to_kill": [{"assumption_id": "A1", "statement": text, "test_now": text}]}),
    );
    for record in &mut run.records {
        record.error = Some(text.to_owned());
        record.model = record.model.as_ref().map(|_| text.to_owned());
    }
    run
}

#[rstest]
#[case::script("<script>alert(1)</script>")]
#[case::style("</style><style>*{display:none}</style>")]
#[case::end_of_script("</script><script src=//evil.example/x.js></script>")]
#[case::end_of_title("</title><script>1</script>")]
#[case::handler("<img src=x onerror=alert(1)>")]
#[case::attribute("\" onmouseover=\"alert(1)\" x=\"")]
#[case::apostrophe("' onfocus='alert(1)' autofocus='")]
#[case::cdata("<![CDATA[x]]> ]]>")]
#[case::comment("<!-- --> <!--> -->")]
#[case::svg("<svg><a xlink:href=\"javascript:alert(1)\"><rect/></a></svg>")]
#[case::link("[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) <javascript:alert(1)>")]
#[case::data_link(
    "[x](data:text/html;base64,PHNjcmlwdD4=) [y](vbscript:x) [z](file:///etc/passwd)"
)]
#[case::image("![x](https://evil.example/pixel.png) ![y][z]\n\n[z]: https://evil.example/2.png")]
#[case::reference("[x]\n\n[x]: javascript:alert(1)")]
#[case::template("{{ prompt }} {% raw %} ${7*7} #{7*7} <%= 7*7 %>")]
#[case::entities("&lt;script&gt;alert(1)&lt;/script&gt; &#x3c;script&#x3e;")]
#[case::direction("abc\u{202E}fdp.exe\u{202C} \u{2066}\u{200F}x")]
#[case::control("a\u{0}b\u{1b}[31mc\u{7}")]
#[case::long_word(&"w".repeat(10_000))]
#[case::fence("```\nnever closed")]
#[case::html_block("<div>\n\n<table><tr><td>")]
#[case::nested_lists(&format!("{}x", "- ".repeat(400)))]
#[case::nested_quotes(&format!("{}x", "> ".repeat(400)))]
#[case::nested_emphasis(&format!("{}x{}", "**_".repeat(300), "_**".repeat(300)))]
#[case::table("| a | b |\n|---|:-:|\n| x | y |")]
#[case::heading("Risks\n=====\n\n# Risks")]
fn stays_text(#[case] text: &str) {
    let run = run_of(text);
    let page = html(&run.input()).unwrap();
    let found = faults(&page);
    assert!(found.is_empty(), "{found:#?}");
    for c in ['\u{202E}', '\u{2066}', '\u{200F}', '\u{0}', '\u{1b}'] {
        assert!(!page.contains(c), "{c:?} is in the page");
    }
    let lean = markdown(&run.input()).unwrap();
    let expected = page.matches("<section id=").count() + 1;
    assert_eq!(
        assert_harmless(&lean),
        expected,
        "an artifact makes or swallows sections"
    );
}

/// No raw HTML, no images, no links but to the web; gives the number of sections.
pub(in crate::report) fn assert_harmless(markdown: &str) -> usize {
    use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag};
    let mut sections = 0;
    for event in Parser::new_ext(
        markdown,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH,
    ) {
        match event {
            Event::Html(raw) | Event::InlineHtml(raw) => panic!("raw HTML: {raw}"),
            Event::Start(Tag::Image { dest_url, .. }) => panic!("an image: {dest_url}"),
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) => {
                let allowed = ["#", "http://", "https://", "mailto:"];
                let is_mail = link_type == pulldown_cmark::LinkType::Email;
                assert!(
                    is_mail || allowed.iter().any(|start| dest_url.starts_with(start)),
                    "a link to {dest_url}"
                );
            }
            Event::Start(Tag::Heading {
                level: HeadingLevel::H2,
                ..
            }) => sections += 1,
            _ => {}
        }
    }
    sections
}

#[test]
fn a_schedule_beyond_the_calendar_is_drawn_or_left_out() {
    let task = |start: &str, finish: &str, days: f64| {
        serde_json::json!({"id": "1", "name": "x", "phase_id": "p", "start_date": start, "finish_date": finish,
            "days": days, "float_days": days, "depends_on": ["1"]})
    };
    for (start, finish, days) in [
        ("+262142-12-31", "+262142-12-31", 1e300),
        ("-262143-01-01", "+262142-12-31", -5.0),
        ("2026-03-02", "2020-01-01", 0.0),
        ("no date", "2026-01-01", 1.0),
    ] {
        let mut run = Run::small();
        run.put(
            "schedule.json",
            &serde_json::json!({"tasks": [task(start, finish, days)]}),
        );
        let page = html(&run.input()).unwrap();
        assert!(faults(&page).is_empty());
    }
}

#[test]
fn broken_artifacts_are_absent_and_not_fatal() {
    for bytes in [
        &b"{"[..],
        b"",
        b"null",
        b"[[[[1]]]]",
        b"\xff\xfe",
        b"\"text\"",
    ] {
        let mut run = Run::small();
        for content in run.files.values_mut() {
            *content = bytes.to_vec();
        }
        let page = html(&run.input()).unwrap();
        assert!(faults(&page).is_empty());
        assert!(markdown(&run.input()).is_ok());
    }
}
