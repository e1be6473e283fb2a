//! Markdown as HTML and as Markdown within another document.

use proptest::prelude::*;
use rstest::rstest;

use super::{to_html, to_markdown};
use crate::report::tests::{faults_of_part, harmless};

#[rstest]
#[case("plain *text*", "<p>plain <em>text</em></p>\n")]
#[case(
    "# A\n### B\n## C\n# D",
    "<h3>A</h3>\n<h4>B</h4>\n<h4>C</h4>\n<h3>D</h3>\n"
)]
#[case("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n")]
#[case(
    "[a](https://x.org/?b=1&c=2)",
    "<p><a href=\"https://x.org/?b=1&amp;c=2\" rel=\"noopener nofollow\">a</a></p>\n"
)]
#[case("[a](javascript:b)", "<p>a</p>\n")]
#[case("[a](/relative)", "<p>a</p>\n")]
#[case(
    "[](https://x.org)",
    "<p><a href=\"https://x.org/\" rel=\"noopener nofollow\">link</a></p>\n"
)]
#[case(
    "<me@x.org>",
    "<p><a href=\"mailto:me@x.org\" rel=\"noopener nofollow\">me@x.org</a></p>\n"
)]
#[case("![a *b*](https://x.org/i.png)", "<p>a <em>b</em></p>\n")]
#[case("```js\"onx\ncode\n```", "<pre><code>code\n</code></pre>\n")]
fn markdown_becomes_harmless_html(#[case] markdown: &str, #[case] html: &str) {
    assert_eq!(to_html(markdown, 3), html);
}

#[test]
fn a_table_has_no_style_attributes_and_scrolls_by_itself() {
    let html = to_html("| a | b |\n|--:|:-:|\n| 1 | 2 |", 3);
    assert!(!html.contains("style"), "{html}");
    assert!(html.starts_with(
        "<div class=\"scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>"
    ));
    assert!(html.contains("<th scope=\"col\">a</th>"));
}

#[rstest]
#[case("# A\n\ntext\n\n### B\n", "### A\n\ntext\n\n#### B")]
#[case("A\n=\n*text*", "### A\n\n*text*")]
#[case("a <b>c</b>", "a \\<b>c\\</b>")]
#[case("![a](https://x.org/i.png)", "a")]
#[case("see [a *b*](javascript:c) here", "see a *b* here")]
#[case("[ok](https://x.org)", "[ok](<https://x.org/>)")]
#[case("**Why**: it is 5 - 3", "**Why**: it is 5 - 3")]
#[case("- a\n- b\n  - c\n\n1. d\n2. e", "- a\n- b\n  - c\n\n1. d\n2. e")]
#[case("> a\n\nb", "> a\n\nb")]
#[case(
    "| a | b |\n|--:|---|\n| `1` | 2 |",
    "| a | b |\n| --- | --- |\n| `1` | 2 |"
)]
#[case("a\n\n```\nnever closed", "a\n\n```text\nnever closed\n```")]
#[case("[x]\n\n[x]: javascript:y", "x")]
fn markdown_is_written_anew(#[case] markdown: &str, #[case] written: &str) {
    assert_eq!(to_markdown(markdown, 3, 10_000).0, written);
}

#[test]
fn a_long_text_is_cut_at_a_paragraph() {
    let text = format!("{}\n\n{}", "a ".repeat(40), "b ".repeat(40));
    let (cut, was_cut) = to_markdown(&text, 3, 100);
    assert!(was_cut && cut.trim_end().ends_with('a'), "{cut}");
    assert!(!to_markdown("short", 3, 100).1);
}

/// Pieces that Markdown and HTML parsers stumble over, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        " ",
        "\n",
        "\n\n",
        "*",
        "**",
        "_",
        "`",
        "```",
        "~~~",
        "# ",
        "=\n",
        "- ",
        "1. ",
        "> ",
        "    ",
        "\t",
        "[",
        "](",
        ")",
        "![",
        "]: ",
        "javascript:x",
        "https://x.org",
        "<",
        ">",
        "</",
        "<b>",
        "<div>",
        "<!--",
        "-->",
        "<?",
        "<![CDATA[",
        "]]>",
        "|",
        "|--|",
        "&lt;",
        "&",
        "\\",
        "\"",
        "'",
        "<script>",
        "</script>",
        "<a href=",
        "---\n",
        "~~",
        "ü",
        "\u{202E}",
        "x@y.z",
        "<x@y.z>",
        "[^1]",
        ":",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_becomes_balanced_elements_of_prose(text in pieces()) {
        let html = to_html(&text, 3);
        let faults = faults_of_part(&html);
        prop_assert!(faults.is_empty(), "{text:?}: {html} {faults:?}");
    }

    #[test]
    fn any_text_becomes_markdown_that_can_do_nothing(text in pieces()) {
        let (lean, _) = to_markdown(&text, 3, 10_000);
        let sections = harmless(&format!("{lean}\n\n## After\n\ntext\n"));
        prop_assert_eq!(sections, 1, "{:?}: {}", text, lean);
    }
}
