//! Markdown of artifacts as HTML that can do nothing but be read.
//!
//! Invariants, whatever the text: no element but those of prose; raw HTML is shown as text; no
//! images (their description stays); links lead to http, https or mailto only, and carry
//! `rel="noopener nofollow"`; no attributes that a strict policy would refuse; headings never skip
//! a level; nesting and size are bounded.

mod lean;

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

pub(super) use lean::{as_code, to_markdown};

/// What is shown of one artifact. The longest in real runs has 90 kB.
pub(super) const MAX_BYTES: usize = 256 << 10;
/// Lists and quotes inside each other.
const MAX_NESTING: usize = 12;
/// Emphasis inside emphasis.
const MAX_EMPHASIS: usize = 6;

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH
}

/// `markdown` as HTML whose first heading has level `top` (2 to 6).
pub(super) fn to_html(markdown: &str, top: u8) -> String {
    let mut harmless = Harmless {
        top,
        levels: Vec::new(),
        nesting: 0,
        emphasis: 0,
        link: None,
    };
    let events = Parser::new_ext(markdown, options()).filter_map(|event| harmless.pass(event));
    let mut out = String::with_capacity(markdown.len() * 5 / 4);
    html::push_html(&mut out, events);
    // Angle brackets of the artifact are escaped by now, so these tags are the parser's own.
    out.replace("<table>", TABLE)
        .replace("</table>", "</table></div>")
        .replace("<th>", r#"<th scope="col">"#)
}

/// Wide tables scroll by themselves, also by keyboard.
const TABLE: &str = r#"<div class="scroll" role="group" aria-label="Table" tabindex="0"><table>"#;

struct OpenLink {
    shown: bool,
    /// A link without words could not be named by a screen reader.
    has_words: bool,
}

/// Lets through what is harmless, in the place of what isn't.
struct Harmless {
    top: u8,
    /// Levels, in the artifact's own count, of the headings that are open above the next one.
    levels: Vec<u8>,
    nesting: usize,
    emphasis: usize,
    link: Option<OpenLink>,
}

impl Harmless {
    fn pass<'a>(&mut self, event: Event<'a>) -> Option<Event<'a>> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Html(raw) | Event::InlineHtml(raw) | Event::Text(raw) => {
                self.note_words(&raw);
                Some(Event::Text(raw))
            }
            Event::Code(ref words) => {
                self.note_words(words);
                Some(event)
            }
            Event::SoftBreak | Event::HardBreak | Event::Rule => Some(event),
            _ => None,
        }
    }

    fn start<'a>(&mut self, tag: Tag<'a>) -> Option<Event<'a>> {
        let kept = match tag {
            Tag::Heading { level, .. } => self.heading(level),
            Tag::BlockQuote(_) => return self.open(Tag::BlockQuote(None)),
            Tag::List(_) => return self.open(tag),
            Tag::Item if self.nesting > MAX_NESTING => return None,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {
                self.emphasis += 1;
                return (self.emphasis <= MAX_EMPHASIS).then_some(Event::Start(tag));
            }
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => return self.link(link_type, &dest_url),
            // Wide tables scroll by themselves. Alignment would become a style attribute.
            Tag::Table(columns) => {
                let columns = vec![pulldown_cmark::Alignment::None; columns.len()];
                Tag::Table(columns)
            }
            Tag::CodeBlock(_) => Tag::CodeBlock(pulldown_cmark::CodeBlockKind::Indented),
            Tag::HtmlBlock => Tag::Paragraph,
            Tag::Paragraph | Tag::Item | Tag::TableHead | Tag::TableRow | Tag::TableCell => tag,
            _ => return None,
        };
        Some(Event::Start(kept))
    }

    fn end<'a>(&mut self, tag: TagEnd) -> Option<Event<'a>> {
        let kept = match tag {
            TagEnd::Heading(_) => TagEnd::Heading(self.shown_level()),
            TagEnd::BlockQuote(_) => return self.close(TagEnd::BlockQuote(None)),
            TagEnd::List(_) => return self.close(tag),
            TagEnd::Item if self.nesting > MAX_NESTING => return None,
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.emphasis -= 1;
                return (self.emphasis < MAX_EMPHASIS).then_some(Event::End(tag));
            }
            TagEnd::Link => return self.end_link(),
            TagEnd::HtmlBlock => TagEnd::Paragraph,
            TagEnd::Paragraph
            | TagEnd::Item
            | TagEnd::CodeBlock
            | TagEnd::Table
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::TableCell => tag,
            _ => return None,
        };
        Some(Event::End(kept))
    }

    fn open<'a>(&mut self, tag: Tag<'a>) -> Option<Event<'a>> {
        self.nesting += 1;
        (self.nesting <= MAX_NESTING).then_some(Event::Start(tag))
    }

    fn close<'a>(&mut self, tag: TagEnd) -> Option<Event<'a>> {
        self.nesting -= 1;
        (self.nesting < MAX_NESTING).then_some(Event::End(tag))
    }

    /// The artifact may begin anywhere and skip levels; the page's outline doesn't.
    fn heading<'a>(&mut self, level: HeadingLevel) -> Tag<'a> {
        let level = level as u8;
        while self.levels.last().is_some_and(|&open| open >= level) {
            self.levels.pop();
        }
        self.levels.push(level);
        Tag::Heading {
            level: self.shown_level(),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }
    }

    fn shown_level(&self) -> HeadingLevel {
        let depth = usize::from(self.top) + self.levels.len().saturating_sub(1);
        HeadingLevel::try_from(depth.min(6)).unwrap_or(HeadingLevel::H6)
    }

    fn link<'a>(&mut self, kind: LinkType, destination: &str) -> Option<Event<'a>> {
        let address = safe_address(kind, destination);
        self.link = Some(OpenLink {
            shown: address.is_some(),
            has_words: false,
        });
        let address = address?;
        let opening = format!(r#"<a href="{}" rel="noopener nofollow">"#, escape(&address));
        Some(Event::InlineHtml(CowStr::from(opening)))
    }

    fn note_words(&mut self, words: &str) {
        if let Some(link) = &mut self.link {
            link.has_words |= !words.trim().is_empty();
        }
    }

    fn end_link<'a>(&mut self) -> Option<Event<'a>> {
        let link = self.link.take()?;
        let closing = if link.has_words { "</a>" } else { "link</a>" };
        link.shown
            .then_some(Event::InlineHtml(CowStr::Borrowed(closing)))
    }
}

/// The address if it is absolute and one that a reader may follow.
pub(super) fn safe_address(kind: LinkType, destination: &str) -> Option<String> {
    let address = match kind {
        LinkType::Email => format!("mailto:{destination}"),
        _ => destination.to_owned(),
    };
    let parsed = url::Url::parse(address.trim()).ok()?;
    let allowed = matches!(parsed.scheme(), "http" | "https" | "mailto");
    (allowed && address.len() <= 2_000).then(|| parsed.into())
}

/// Text as it stands between tags or inside a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
