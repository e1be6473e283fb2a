//! Markdown of artifacts as Markdown that fits under a heading of another document.
//!
//! Written anew from what the parser read, so that the result is harmless by construction: no raw
//! HTML, no images, no links but to http, https and mailto, no definitions that reach into other
//! parts, and nothing left open that would swallow what follows. Line breaks within a paragraph
//! become spaces, emphasis within emphasis and rules are dropped.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::{options, safe_address};
use crate::markdown::inline;

/// Lists and quotes inside each other.
const MAX_NESTING: usize = 6;

/// `markdown` cut to about `max_bytes` at the end of a line, its first heading at level `top`.
///
/// The flag says whether something was cut off.
pub(in crate::report) fn to_markdown(
    markdown: &str,
    top: usize,
    max_bytes: usize,
) -> (String, bool) {
    let (text, was_cut) = cut(markdown, max_bytes);
    let mut writer = Writer {
        top,
        ..Writer::default()
    };
    for event in Parser::new_ext(text, options()) {
        writer.write(event);
    }
    writer.flush();
    (writer.out.trim_end().to_owned(), was_cut)
}

fn cut(markdown: &str, max_bytes: usize) -> (&str, bool) {
    let text = markdown.trim_end();
    if text.len() <= max_bytes {
        return (text, false);
    }
    let head = plan::text::prefix(text, max_bytes);
    let paragraph = head.rfind("\n\n").filter(|&at| at > max_bytes / 2);
    let end = paragraph
        .or_else(|| head.rfind('\n'))
        .or_else(|| head.rfind(' '))
        .unwrap_or(head.len());
    (&head[..end], true)
}

#[derive(Default)]
struct Writer {
    out: String,
    top: usize,
    /// Levels, in the artifact's own count, of the headings that are open above the next one.
    levels: Vec<u8>,
    /// The words of the block that is being read.
    line: String,
    /// What each open quote and item puts before a line.
    indents: Vec<String>,
    /// Open lists, with the number of the next item if they have numbers.
    lists: Vec<Option<u64>>,
    /// The marker of an item that has no words yet.
    marker: Option<String>,
    /// The next item is the first of a list that is in no other.
    opens_list: bool,
    emphasis: usize,
    /// The address of an open link that may be followed.
    address: Option<String>,
    code: Option<String>,
    /// Cells of the row of a table.
    cells: Option<Vec<String>>,
}

impl Writer {
    fn write(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(code) => self.code_span(&code),
            Event::SoftBreak | Event::HardBreak => self.line.push(' '),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush();
                let level = level as u8;
                while self.levels.last().is_some_and(|&open| open >= level) {
                    self.levels.pop();
                }
                self.levels.push(level);
            }
            Tag::Paragraph | Tag::HtmlBlock => self.flush(),
            Tag::CodeBlock(_) => {
                self.flush();
                self.code = Some(String::new());
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.indents.push("> ".to_owned());
            }
            Tag::List(first) => {
                self.flush();
                self.opens_list = self.lists.is_empty();
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::Emphasis | Tag::Strong => self.emphasise(1, matches!(tag, Tag::Strong)),
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => {
                self.address = safe_address(link_type, &dest_url);
                if self.address.is_some() {
                    self.line.push('[');
                }
            }
            Tag::TableHead | Tag::TableRow => {
                self.flush();
                self.cells = Some(Vec::new());
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                let marks = "#".repeat((self.top + self.levels.len() - 1).min(6));
                let words = std::mem::take(&mut self.line);
                if !words.trim().is_empty() {
                    self.block(&format!("{marks} {}", words.trim()));
                }
            }
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                self.block(&as_code(&code));
            }
            TagEnd::BlockQuote(_) | TagEnd::Item => {
                self.flush();
                self.marker = None;
                self.indents.pop();
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::Emphasis | TagEnd::Strong => self.emphasise(-1, tag == TagEnd::Strong),
            TagEnd::Link => {
                if let Some(address) = self.address.take() {
                    let address = address.replace('<', "%3C").replace('>', "%3E");
                    self.line.extend(["](<", &address, ">)"]);
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.line);
                if let Some(cells) = &mut self.cells {
                    cells.push(cell.trim().to_owned());
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => self.row(tag == TagEnd::TableHead),
            _ => self.flush(),
        }
    }

    fn item(&mut self) {
        self.flush();
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        };
        self.indents.push(" ".repeat(marker.len()));
        self.marker = Some(marker);
    }

    /// Only the outermost emphasis is written.
    fn emphasise(&mut self, step: i8, strong: bool) {
        let opens = step > 0;
        if self.emphasis == usize::from(!opens) {
            self.line.push_str(if strong { "**" } else { "*" });
        }
        self.emphasis = if opens {
            self.emphasis + 1
        } else {
            self.emphasis - 1
        };
    }

    fn text(&mut self, text: &str) {
        if let Some(code) = &mut self.code {
            code.push_str(text);
            return;
        }
        if text.starts_with(char::is_whitespace) {
            self.line.push(' ');
        }
        if self.line.trim().is_empty() {
            self.line.push_str(&inline(text));
        } else {
            // Within a line, what only means something at its start needs no backslash.
            let after_a_letter = inline(&format!("x{}", text.trim_start()));
            self.line.push_str(after_a_letter.trim_start_matches('x'));
        }
        if text.ends_with(char::is_whitespace) {
            self.line.push(' ');
        }
    }

    fn code_span(&mut self, code: &str) {
        let fence = "`".repeat(longest_run(code) + 1);
        let mut code = code.replace(['\n', '\r'], " ");
        if self.cells.is_some() {
            code = code.replace('|', "\\|");
        }
        let space = if code.starts_with('`') || code.ends_with('`') {
            " "
        } else {
            ""
        };
        self.line
            .extend([fence.as_str(), space, &code, space, &fence]);
    }

    fn row(&mut self, is_head: bool) {
        let cells = self.cells.take().unwrap_or_default();
        let mut row = format!("| {} |", cells.join(" | "));
        if is_head {
            row.push_str("\n|");
            row.push_str(&" --- |".repeat(cells.len()));
            self.block(&row);
        } else {
            self.lines(&row);
        }
    }

    /// Ends the paragraph that is being read.
    fn flush(&mut self) {
        let words = std::mem::take(&mut self.line);
        let words = words.trim();
        if words.is_empty() {
            return;
        }
        // Tight lists stay tight.
        if self.marker.is_some() && !self.opens_list {
            self.lines(words);
        } else {
            self.block(words);
        }
        self.opens_list = false;
    }

    /// Lines after an empty one.
    fn block(&mut self, text: &str) {
        let is_item = self.marker.is_some() && self.lists.len() > 1;
        if !self.out.is_empty() && !is_item {
            self.out.push('\n');
        }
        self.lines(text);
    }

    fn lines(&mut self, text: &str) {
        let mut indent: String = self
            .indents
            .iter()
            .take(MAX_NESTING)
            .map(String::as_str)
            .collect();
        if let Some(marker) = self.marker.take() {
            let outer = self.indents.len().saturating_sub(1).min(MAX_NESTING);
            indent = self.indents[..outer].concat() + &marker;
        }
        for line in text.lines() {
            self.out
                .push_str(indent.trim_end_matches(if line.is_empty() { ' ' } else { '\0' }));
            self.out.push_str(line);
            self.out.push('\n');
            indent = self
                .indents
                .iter()
                .take(MAX_NESTING)
                .map(String::as_str)
                .collect();
        }
    }
}

/// As a block of code, between fences longer than any in it.
pub(in crate::report) fn as_code(text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    format!("{fence}text\n{}\n{fence}", text.trim_end())
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}
