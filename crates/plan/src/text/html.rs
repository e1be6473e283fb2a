//! HTML reduced to its text by html5ever's tokenizer.
//!
//! Plans are Markdown, where `<` is mostly not HTML: `a < b`, `<5%`, `Vec<String>` and
//! `<https://…>` must survive. So every `<` that doesn't open a known element, a comment
//! or a declaration that is also closed somewhere is escaped before the tokenizer sees it.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, StartTag, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::model::Integrity;

/// Elements that separate words when they are stripped.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "legend",
    "li",
    "main",
    "nav",
    "noscript",
    "ol",
    "option",
    "p",
    "pre",
    "script",
    "section",
    "select",
    "style",
    "summary",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Elements that vanish without a trace.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "applet", "area", "audio", "b", "base", "bdi", "bdo", "big", "blink",
    "button", "canvas", "caption", "cite", "code", "col", "colgroup", "data", "datalist", "del",
    "dfn", "em", "embed", "font", "frame", "frameset", "i", "image", "img", "input", "ins", "kbd",
    "label", "link", "map", "mark", "marquee", "math", "menu", "meta", "meter", "nobr", "object",
    "optgroup", "output", "param", "picture", "progress", "q", "rp", "rt", "ruby", "s", "samp",
    "search", "slot", "small", "source", "span", "strike", "strong", "sub", "sup", "svg", "time",
    "track", "tt", "u", "var", "video", "wbr", "xmp",
];

/// `text` without markup, or `None` if it has none.
pub(super) fn strip(text: &str, integrity: &mut Integrity) -> Option<String> {
    let escaped = escape_non_html(text)?;
    let sink = Stripper::default();
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(escaped.as_str()));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let found = tokenizer.sink.found.into_inner();
    integrity.html_tags_removed = integrity.html_tags_removed.saturating_add(found.tags);
    integrity.html_comments_removed = integrity
        .html_comments_removed
        .saturating_add(found.comments);
    Some(found.text)
}

/// Escapes every `<` and `&` that isn't markup; `None` if nothing is.
fn escape_non_html(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let closers = Closers::of(text);
    let mut out = String::with_capacity(text.len() + 64);
    let mut copied = 0;
    let mut markup = false;
    for (at, &byte) in bytes.iter().enumerate() {
        let (is_markup, escape) = match byte {
            b'<' => (closers.opens_markup(bytes, at), "&lt;"),
            b'&' => (is_reference(&bytes[at..]), "&amp;"),
            _ => continue,
        };
        markup |= is_markup;
        if !is_markup {
            out.push_str(&text[copied..at]);
            out.push_str(escape);
            copied = at + 1;
        }
    }
    out.push_str(&text[copied..]);
    markup.then_some(out)
}

/// `&name;` or `&#123;`.
fn is_reference(bytes: &[u8]) -> bool {
    let name = bytes[1..]
        .iter()
        .take(34)
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'#')
        .count();
    name > 0 && bytes.get(1 + name) == Some(&b';')
}

/// Where the last closers stand, so that an unclosed opener can't swallow the rest.
struct Closers {
    tag: usize,
    comment: usize,
    script: usize,
    style: usize,
}

impl Closers {
    fn of(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let last = |needle: &str| lower.rfind(needle).unwrap_or(0);
        Self {
            tag: last(">"),
            comment: last("-->"),
            script: last("</script>"),
            style: last("</style>"),
        }
    }

    fn opens_markup(&self, bytes: &[u8], at: usize) -> bool {
        let rest = &bytes[at + 1..];
        if rest.starts_with(b"!--") {
            return self.comment > at + 1;
        }
        if self.tag <= at {
            return false;
        }
        if rest.starts_with(b"!") || rest.starts_with(b"?") {
            return is_declaration(rest);
        }
        let is_end = rest.starts_with(b"/");
        let name = element_name(&rest[usize::from(is_end)..]);
        match name.as_str() {
            "script" => is_end || self.script > at,
            "style" => is_end || self.style > at,
            name => BLOCKS.contains(&name) || INLINE.contains(&name),
        }
    }
}

fn is_declaration(rest: &[u8]) -> bool {
    let word: Vec<u8> = rest[1..]
        .iter()
        .take(7)
        .map(u8::to_ascii_lowercase)
        .collect();
    word == b"doctype" || word == b"[cdata[" || word.starts_with(b"xml")
}

/// The element's name, lower-cased, or nothing if it isn't followed by `>`, `/` or a blank.
fn element_name(bytes: &[u8]) -> String {
    let length = bytes
        .iter()
        .take(12)
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    match bytes.get(length) {
        Some(b'>' | b'/' | b' ' | b'\n' | b'\t' | b'\r') => {
            String::from_utf8_lossy(&bytes[..length]).to_ascii_lowercase()
        }
        _ => String::new(),
    }
}

#[derive(Default)]
struct Found {
    text: String,
    tags: u32,
    comments: u32,
    /// Inside `script` or `style`.
    hidden: bool,
}

#[derive(Default)]
struct Stripper {
    found: RefCell<Found>,
}

impl TokenSink for Stripper {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut found = self.found.borrow_mut();
        match token {
            Token::CharacterTokens(text) if !found.hidden => found.text.push_str(&text),
            Token::CommentToken(_) => found.comments = found.comments.saturating_add(1),
            Token::DoctypeToken(_) => found.tags = found.tags.saturating_add(1),
            Token::TagToken(tag) => return found.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Found {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        self.tags = self.tags.saturating_add(1);
        if BLOCKS.contains(&&*tag.name) {
            self.text.push('\n');
        }
        self.hidden = tag.kind == StartTag && matches!(&*tag.name, "script" | "style");
        if self.hidden {
            return TokenSinkResult::RawData(RawKind::Rawtext);
        }
        TokenSinkResult::Continue
    }
}
