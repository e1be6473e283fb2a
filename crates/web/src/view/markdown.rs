//! Markdown of plans as HTML that can do nothing: no markup of its own, no links, no pictures, no
//! styles; headings that follow the page's.
//!
//! A link is shown as its text and its address, since an address in a generated text may be made
//! up, and one in a stranger's text may be worse.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// What a rendered text may have; beyond it the text is shown as it was written.
const MAX_BYTES: usize = 84_000;

const TABLE_START: &str = r#"<div class="scroll" role="region" aria-label="Table" tabindex="0">"#;
const TABLE_CAPTION: &str = r#"<caption class="sr">Table</caption>"#;

/// HTML of a Markdown text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeMarkdown(String);

impl SafeMarkdown {
    /// `None` when the HTML would be too large.
    pub fn render(text: &str) -> Option<Self> {
        let mut options = Options::empty();
        options.insert(Options::ENABLE_TABLES);
        options.insert(Options::ENABLE_STRIKETHROUGH);
        let mut writer = Rewriter::default();
        let events = Parser::new_ext(text, options).flat_map(|event| writer.rewrite(event));
        let mut out = String::new();
        html::push_html(&mut out, events);
        (out.len() <= MAX_BYTES).then_some(Self(out))
    }
}

impl Display for SafeMarkdown {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for SafeMarkdown {}

/// Keeps what may be shown and turns the rest into text.
struct Rewriter {
    /// Of the heading before; the page has the first.
    level: u8,
    /// Addresses of the links and pictures that are open.
    targets: Vec<String>,
}

impl Default for Rewriter {
    fn default() -> Self {
        Self {
            level: 1,
            targets: Vec::new(),
        }
    }
}

impl Rewriter {
    fn rewrite<'a>(&mut self, event: Event<'a>) -> Vec<Event<'a>> {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => vec![Event::Text(text)],
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            other => vec![other],
        }
    }

    fn start<'a>(&mut self, tag: Tag<'a>) -> Vec<Event<'a>> {
        match tag {
            Tag::Heading { level, .. } => {
                self.level = (level as u8 + 1).min(self.level + 1).min(6);
                let heading = Tag::Heading {
                    level: heading(self.level),
                    id: None,
                    classes: Vec::new(),
                    attrs: Vec::new(),
                };
                vec![Event::Start(heading)]
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.targets.push(dest_url.into_string());
                Vec::new()
            }
            Tag::Table(columns) => {
                let unaligned = vec![pulldown_cmark::Alignment::None; columns.len()];
                vec![
                    Event::Html(TABLE_START.into()),
                    Event::Start(Tag::Table(unaligned)),
                    Event::Html(TABLE_CAPTION.into()),
                ]
            }
            Tag::CodeBlock(_) => vec![Event::Start(Tag::CodeBlock(CodeBlockKind::Indented))],
            Tag::HtmlBlock => vec![Event::Start(Tag::Paragraph)],
            other => vec![Event::Start(other)],
        }
    }

    fn end<'a>(&mut self, tag: TagEnd) -> Vec<Event<'a>> {
        match tag {
            TagEnd::Heading(_) => vec![Event::End(TagEnd::Heading(heading(self.level)))],
            TagEnd::Link | TagEnd::Image => {
                let target = self.targets.pop().unwrap_or_default();
                // An address inside of the document leads nowhere here.
                if target.is_empty() || target.starts_with('#') {
                    return Vec::new();
                }
                vec![Event::Text(format!(" ({target})").into())]
            }
            TagEnd::Table => vec![Event::End(tag), Event::Html("</div>".into())],
            TagEnd::HtmlBlock => vec![Event::End(TagEnd::Paragraph)],
            other => vec![Event::End(other)],
        }
    }
}

fn heading(level: u8) -> HeadingLevel {
    HeadingLevel::try_from(usize::from(level)).unwrap_or(HeadingLevel::H6)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn html(text: &str) -> String {
        SafeMarkdown::render(text).unwrap().to_string()
    }

    #[test]
    fn markdown_becomes_html_and_markup_stays_text() {
        for (text, expected) in [
            (
                "**bold** and `code`",
                "<p><strong>bold</strong> and <code>code</code></p>\n",
            ),
            (
                "<b onclick=x>hi</b>",
                "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>\n",
            ),
            (
                "<script>\nalert(1)\n</script>",
                "<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>\n",
            ),
            (
                "[here](javascript:alert(1))",
                "<p>here (javascript:alert(1))</p>\n",
            ),
            ("[here](#part)", "<p>here</p>\n"),
            (
                "![a picture](http://x.test/p.png)",
                "<p>a picture (http://x.test/p.png)</p>\n",
            ),
            (
                "```html\" onload=\"x\n<i>\n```",
                "<pre><code>&lt;i&gt;\n</code></pre>\n",
            ),
        ] {
            assert_eq!(html(text), expected, "{text}");
        }
    }

    #[test]
    fn headings_follow_the_pages_and_skip_no_level() {
        let text = "# One\n\n#### Four\n\n## Two\n\n###### Six\n";
        assert_eq!(
            html(text),
            "<h2>One</h2>\n<h3>Four</h3>\n<h3>Two</h3>\n<h4>Six</h4>\n"
        );
    }

    #[test]
    fn a_table_has_a_caption_and_no_style() {
        let table = html("| a | b |\n|:-:|--:|\n| 1 | 2 |\n");
        assert!(table.contains("<caption"), "{table}");
        assert!(!table.contains("style"), "{table}");
        assert!(table.starts_with("<div class=\"scroll\""), "{table}");
    }

    #[test]
    fn what_would_grow_beyond_a_page_is_not_rendered() {
        assert_eq!(SafeMarkdown::render(&"* a\n".repeat(20_000)), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_an_attribute_or_a_link(text in "[<>\"'a-z()\\[\\]!#`|:\\n -]{0,200}") {
            let html = html(&text);
            for tag in html.split('<').skip(1) {
                let tag = tag.split('>').next().unwrap_or_default();
                let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
                let known = tag.len() == name.len() || tag.starts_with("div class=\"scroll\"") || tag.starts_with("caption")
                    || tag.starts_with("ol start=\"") || tag == "hr /" || tag == "br /";
                prop_assert!(known, "<{tag}> in {html}");
            }
        }
    }
}
