//! Markdown of artifacts as Markdown that fits under a heading of another document.
//!
//! Edited in place rather than written anew, so that agents read what the artifact says. Invariants
//! of the result, each checked by parsing it again: no raw HTML, no images, no links but to http,
//! https and mailto, and nothing left open that would swallow what follows. A text that can't be
//! brought there is shown as a block of code.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::{options, safe_address};

/// Taking one construct away may bring another to light, so a few passes are needed.
const MAX_PASSES: usize = 4;
const SENTINEL: &str = "END OF PROSE";

/// `markdown` cut to about `max_bytes` at the end of a line, its first heading at level `top`.
///
/// The flag says whether something was cut off.
pub(in crate::report) fn to_markdown(
    markdown: &str,
    top: usize,
    max_bytes: usize,
) -> (String, bool) {
    let (mut text, cut) = cut(markdown, max_bytes);
    text = with_headings_from(&text, top);
    for _ in 0..MAX_PASSES {
        let edits = faults(&text);
        if edits.is_empty() && ends_cleanly(&text) {
            return (text, cut);
        }
        text = edited(&text, edits);
    }
    (as_code(&text), cut)
}

fn cut(markdown: &str, max_bytes: usize) -> (String, bool) {
    let text = markdown.trim();
    if text.len() <= max_bytes {
        return (text.to_owned(), false);
    }
    let head = plan::text::prefix(text, max_bytes);
    let paragraph = head.rfind("\n\n").filter(|&at| at > max_bytes / 2);
    let end = paragraph
        .or_else(|| head.rfind('\n'))
        .or_else(|| head.rfind(' '))
        .unwrap_or(head.len());
    (head[..end].trim_end().to_owned(), true)
}

struct Edit {
    range: Range<usize>,
    replacement: String,
}

/// What may not stay, in the order of the text and not overlapping.
fn faults(text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut dead_link: Option<(Range<usize>, String)> = None;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) if safe_address(link_type, &dest_url).is_none() => {
                dead_link = Some((range, String::new()));
            }
            Event::End(TagEnd::Link) => {
                if let Some((range, words)) = dead_link.take() {
                    let replacement = words.replace(['[', ']', '<', '>', '`'], " ");
                    edits.push(Edit { range, replacement });
                }
            }
            Event::Text(words) | Event::Code(words) if dead_link.is_some() => {
                if let Some((_, all)) = &mut dead_link {
                    all.push_str(&words);
                }
            }
            _ if dead_link.is_some() => {}
            Event::Start(Tag::Image { .. }) => edits.push(Edit {
                range: range.start..range.start + 1,
                replacement: String::new(),
            }),
            Event::Html(raw) | Event::InlineHtml(raw) => edits.push(Edit {
                range: range.clone(),
                replacement: defused(text.get(range).unwrap_or(&raw)),
            }),
            _ => {}
        }
    }
    edits
}

/// An indent of four would turn the words into code, where entities are shown as they are.
fn defused(raw: &str) -> String {
    raw.replace('<', "&lt;")
}

fn edited(text: &str, edits: Vec<Edit>) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in edits {
        if edit.range.start < at {
            continue;
        }
        out.push_str(&text[at..edit.range.start]);
        out.push_str(&edit.replacement);
        at = edit.range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Rewrites headings to levels from `top` on that never skip one.
fn with_headings_from(text: &str, top: usize) -> String {
    let mut open: Vec<u8> = Vec::new();
    let mut edits = Vec::new();
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        let Event::Start(Tag::Heading { level, .. }) = event else {
            continue;
        };
        let level = level as u8;
        while open.last().is_some_and(|&above| above >= level) {
            open.pop();
        }
        open.push(level);
        let marks = "#".repeat((top + open.len() - 1).min(6));
        let source = text[range.clone()].trim_end();
        let words = match source.strip_prefix('#') {
            Some(rest) => rest.trim_start_matches('#').trim().to_owned(),
            None => underlined(source),
        };
        edits.push(Edit {
            replacement: format!("{marks} {words}\n"),
            range,
        });
    }
    edited(text, edits)
}

/// The words of a heading that is marked by a line under it.
fn underlined(source: &str) -> String {
    let words = source.rsplit_once('\n').map_or(source, |(words, _)| words);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a paragraph after `text` would be a paragraph of its own.
fn ends_cleanly(text: &str) -> bool {
    let followed = format!("{text}\n\n{SENTINEL}\n");
    let mut depth = 0_usize;
    let mut last = String::new();
    for event in Parser::new_ext(&followed, options()) {
        match event {
            Event::Start(Tag::Paragraph) if depth == 0 => {
                last.clear();
                depth += 1;
            }
            Event::Start(_) => {
                last.clear();
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Text(words) if depth == 1 => last.push_str(&words),
            _ => last.clear(),
        }
    }
    last == SENTINEL
}

/// As a block of code, between fences longer than any in it.
pub(in crate::report) fn as_code(text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{}\n{fence}", text.trim_end())
}
