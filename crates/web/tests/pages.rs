//! What every page promises, over one of each: it is complete without a script, bounded, allowed
//! by the content security policy, and no text of a plan, a user or a model becomes markup.

#[path = "../examples/gallery/fixtures/mod.rs"]
mod fixtures;

use fixtures::{HOSTILE, Page, Wording, pages};

fn all() -> Vec<Page> {
    let mut all = pages(Wording::Realistic);
    all.extend(pages(Wording::Hostile));
    all
}

/// Every start tag as written, `<a href="…">`.
fn tags(html: &str) -> Vec<&str> {
    let starts = html.match_indices('<').map(|(at, _)| &html[at..]);
    let tags = starts.filter(|rest| rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()));
    tags.map(|rest| &rest[..=rest.find('>').expect("a tag ends")])
        .collect()
}

/// A tag without its attributes' values.
fn names(tag: &str) -> String {
    tag.split('"').step_by(2).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

#[test]
fn every_page_is_under_100_kb() {
    for page in all() {
        assert!(
            page.html.len() < 100_000,
            "{}: {}",
            page.name,
            page.html.len()
        );
    }
}

#[test]
fn what_every_page_loads_is_small() {
    let statics = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    let size = |name: &str| std::fs::metadata(statics.join(name)).unwrap().len();
    assert!(size("site.css") + size("site.js") < 45_000);
    assert!(size("vendor/htmx.min.js") < 40_000);
    assert!(size("fonts/source-sans-3.woff2") + size("fonts/source-serif-4.woff2") < 50_000);
}

#[test]
fn no_page_has_an_inline_script_or_style_or_handler() {
    for page in all() {
        for tag in tags(&page.html) {
            assert!(attribute(tag, "style").is_none(), "{}: {tag}", page.name);
            assert!(!names(tag).contains(" on"), "{}: {tag}", page.name);
            assert!(!tag.starts_with("<style"), "{}: {tag}", page.name);
            let is_script = tag.starts_with("<script");
            assert!(
                !is_script || attribute(tag, "src").is_some(),
                "{}: {tag}",
                page.name
            );
        }
    }
}

#[test]
fn no_page_names_another_host() {
    for page in all() {
        for tag in tags(&page.html) {
            for name in ["href", "src", "action", "hx-get"] {
                let target = attribute(tag, name).unwrap_or("/");
                let own = target.starts_with(['/', '#', '?']) && !target.starts_with("//");
                assert!(own, "{}: {tag}", page.name);
            }
        }
    }
}

#[test]
fn hostile_text_stays_text() {
    for page in pages(Wording::Hostile) {
        assert!(!page.html.contains("<script>alert"), "{}", page.name);
        assert!(!page.html.contains("<img"), "{}", page.name);
        assert!(!page.html.contains(HOSTILE), "{}", page.name);
    }
}

#[test]
fn every_page_has_its_landmarks_and_one_main_heading() {
    for page in all() {
        let count = |what: &str| page.html.matches(what).count();
        assert_eq!(count("<h1"), 1, "{}", page.name);
        assert_eq!(count("<main id=\"main\""), 1, "{}", page.name);
        assert_eq!(count("class=\"skip\" href=\"#main\""), 1, "{}", page.name);
        assert!(
            page.html.starts_with("<!doctype html>\n<html lang=\"en\""),
            "{}",
            page.name
        );
    }
}

#[test]
fn headings_never_skip_a_level() {
    for page in all() {
        let mut before = 0;
        for tag in tags(&page.html) {
            let Some(level) = tag
                .strip_prefix("<h")
                .and_then(|t| t[..1].parse::<u8>().ok())
            else {
                continue;
            };
            assert!(level <= before + 1, "{}: {tag} after h{before}", page.name);
            before = level;
        }
    }
}

#[test]
fn ids_are_unique_and_every_reference_leads_somewhere() {
    for page in all() {
        let tags = tags(&page.html);
        let mut ids: Vec<&str> = tags.iter().filter_map(|t| attribute(t, "id")).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{}: an id twice", page.name);
        for tag in tags {
            for name in ["for", "aria-labelledby", "aria-describedby"] {
                for id in attribute(tag, name).unwrap_or_default().split(' ') {
                    let known = id.is_empty() || ids.binary_search(&id).is_ok();
                    assert!(known, "{}: {tag} refers to #{id}", page.name);
                }
            }
        }
    }
}

#[test]
fn every_table_has_a_caption_and_every_field_a_label() {
    for page in all() {
        let html = &page.html;
        let tables = html.matches("<table").count();
        assert_eq!(tables, html.matches("<caption").count(), "{}", page.name);
        for tag in tags(html) {
            let kind = attribute(tag, "type").unwrap_or("text");
            let is_text =
                tag.starts_with("<input") && !["hidden", "radio", "checkbox"].contains(&kind);
            if is_text || tag.starts_with("<select") || tag.starts_with("<textarea") {
                let labelled = attribute(tag, "aria-label").is_some()
                    || attribute(tag, "id")
                        .is_some_and(|id| html.contains(&format!("for=\"{id}\"")));
                assert!(labelled, "{}: {tag}", page.name);
            }
        }
    }
}

#[test]
fn the_offline_judge_is_named_as_no_language_model_wherever_it_judged() {
    let shown = [
        "home",
        "plan",
        "compare",
        "judges",
        "audit",
        "audit-revealed",
        "admin",
    ];
    for page in pages(Wording::Realistic) {
        if shown.contains(&page.name) {
            let text = page.html.to_lowercase();
            assert!(
                text.contains("offline judge, not a language model"),
                "{}",
                page.name
            );
        }
    }
}

#[test]
fn a_blind_item_says_nothing_of_the_verdict() {
    let page = pages(Wording::Realistic)
        .into_iter()
        .find(|p| p.name == "audit-item")
        .unwrap();
    for word in [
        "claude",
        "offline",
        "Elo",
        "because",
        "/plans/0",
        "Lindqvist</bdi></dd>",
    ] {
        assert!(!page.html.contains(word), "{word}");
    }
}
