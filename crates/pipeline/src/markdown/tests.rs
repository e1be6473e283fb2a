use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::{Value, json};

use super::render;

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["verdict", "summary", "risks", "places", "owner"],
        "properties": {
            "verdict": {"title": "Verdict", "enum": ["GO_ON", "STOP"]},
            "summary": {"title": "In short"},
            "risks": {"title": "Risks", "items": {
                "required": ["id", "name", "days", "ways"],
                "properties": {"ways": {"title": "Ways out"}, "days": {"title": "Days lost"}},
            }},
            "places": {"title": "Places", "items": {
                "required": ["place", "cost"],
                "properties": {"place": {"title": "Place"}, "cost": {"title": "Cost"}},
            }},
            "owner": {"title": "Owner", "required": ["role"], "properties": {}},
        },
    })
}

#[test]
fn an_answer_reads_as_a_page() {
    let answer = json!({
        "places": [{"place": "Turku | port", "cost": 12}, {"place": "Oulu", "cost": 7}],
        "summary": "Two ferries.\nNo bridge.",
        "verdict": "GO_ON",
        "owner": {"role": "Harbour <master>", "is_hired": true},
        "risks": [{"id": "R1", "name": "Ice", "days": 20, "ways": ["Wait", "# Break"]}],
        "extra": [],
    });
    assert_eq!(
        render(&answer, &schema(), "Ferry *plan*"),
        "# Ferry \\*plan\\*\n\n\
         **Verdict:** GO ON\n\n\
         **In short:** Two ferries.\\\nNo bridge.\n\n\
         ## Risks\n\n\
         ### 1. Ice\n\n\
         **Id:** R1\n\n\
         **Days lost:** 20\n\n\
         **Ways out:**\n\n\
         - Wait\n- \\# Break\n\n\
         ## Places\n\n\
         | Place | Cost |\n| --- | ---: |\n| Turku \\| port | 12 |\n| Oulu | 7 |\n\n\
         ## Owner\n\n\
         **Role:** Harbour \\<master>\n\n\
         **Is hired:** Yes\n\n\
         **Extra:** None.\n"
    );
}

#[test]
fn long_texts_get_headings_and_long_cells_sections() {
    let long = "word ".repeat(40);
    let answer = json!({"summary": long, "places": [{"place": "Turku", "cost": long}]});
    let page = render(&answer, &schema(), "Plan");
    assert!(page.contains("## In short\n\nword word"), "{page}");
    assert!(page.contains("### 1. Turku\n\n**Cost:** word"), "{page}");
}

#[test]
fn a_list_and_a_bare_text_are_pages_too() {
    let list = render(&json!(["a", "b"]), &json!({}), "List");
    assert_eq!(list, "# List\n\n- a\n- b\n");
    assert_eq!(
        render(&json!("text"), &json!({}), "Text"),
        "# Text\n\ntext\n"
    );
}

fn hostile() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z|<>#*_`~\\[\\]()!&;\\\\\n -]{0,40}",
        Just("<img src=x onerror=alert(1)>".to_owned()),
        Just("a\n\n| x | y |\n|---|---|\n| 1 | 2 |".to_owned()),
        "\\PC{0,150}",
    ];
    let leaf = prop_oneof![
        text.prop_map(Value::String),
        any::<i32>().prop_map(|n| json!(n)),
        any::<bool>().prop_map(|b| json!(b)),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map("[a-z_]{1,8}|<b>", inner, 0..5).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn no_value_brings_markup_of_its_own(answer in hostile(), title in "\\PC{0,60}") {
        let page = render(&answer, &schema(), &title);
        let (mut head, mut cells) = (0, 0);
        for event in Parser::new_ext(&page, Options::ENABLE_TABLES) {
            match event {
                Event::Html(_) | Event::InlineHtml(_) | Event::Code(_) => prop_assert!(false, "{page}"),
                Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Emphasis | Tag::BlockQuote(_) | Tag::CodeBlock(_)) => {
                    prop_assert!(false, "{page}");
                }
                Event::Start(Tag::Table(columns)) => head = columns.len(),
                Event::Start(Tag::TableRow | Tag::TableHead) => cells = 0,
                Event::Start(Tag::TableCell) => cells += 1,
                Event::End(pulldown_cmark::TagEnd::TableRow) => prop_assert_eq!(cells, head, "{}", page),
                _ => {}
            }
        }
    }

    #[test]
    fn every_text_of_an_answer_is_on_its_page(words in prop::collection::vec("[a-z<|#*]{4,12}[a-z]", 1..6)) {
        let answer = json!({"risks": words.iter().map(|w| json!({"name": w})).collect::<Vec<_>>()});
        let page = render(&answer, &schema(), "Page");
        let text: String = Parser::new_ext(&page, Options::ENABLE_TABLES)
            .filter_map(|event| match event { Event::Text(text) => Some(text.to_string()), _ => None })
            .collect();
        for word in &words {
            prop_assert!(text.contains(word.as_str()), "{} in {}", word, text);
        }
    }
}
