//! What a browser makes of a page: its elements, read by html5ever, and what is wrong with them.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, EndTag, StartTag, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// Everything that a report is made of.
const KNOWN: &[&str] = &[
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "header",
    "div",
    "span",
    "svg",
    "path",
    "g",
    "circle",
    "button",
    "nav",
    "details",
    "summary",
    "p",
    "ul",
    "ol",
    "li",
    "main",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "bdi",
    "strong",
    "em",
    "del",
    "dl",
    "dt",
    "dd",
    "b",
    "section",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "figure",
    "figcaption",
    "defs",
    "line",
    "text",
    "use",
    "rect",
    "footer",
    "script",
    "blockquote",
    "pre",
    "code",
    "hr",
    "br",
];
const VOID: &[&str] = &["meta", "br", "hr"];
const ATTRIBUTES: &[&str] = &[
    "aria-current",
    "aria-expanded",
    "aria-hidden",
    "aria-label",
    "aria-labelledby",
    "aria-pressed",
    "charset",
    "class",
    "colspan",
    "content",
    "cx",
    "cy",
    "d",
    "data-after",
    "data-detail",
    "data-fold-all",
    "data-gantt",
    "data-label",
    "data-n",
    "data-plot",
    "data-print",
    "data-zoom",
    "height",
    "href",
    "http-equiv",
    "id",
    "lang",
    "name",
    "open",
    "r",
    "rel",
    "role",
    "rx",
    "scope",
    "start",
    "tabindex",
    "type",
    "viewbox",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];

#[derive(Default)]
struct Found {
    open: RefCell<Vec<String>>,
    faults: RefCell<Vec<String>>,
    scripts: RefCell<usize>,
}

impl TokenSink for &Found {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == StartTag => return self.opens(&tag),
            Token::TagToken(tag) if tag.kind == EndTag => self.closes(&tag),
            Token::ParseError(error) => self.fault(format!("line {line}: {error}")),
            Token::CommentToken(text) => self.fault(format!("a comment: {text}")),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Found {
    fn fault(&self, fault: String) {
        self.faults.borrow_mut().push(fault);
    }

    fn opens(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name = tag.name.to_string();
        if !KNOWN.contains(&name.as_str()) {
            self.fault(format!("<{name}> is no part of a report"));
        }
        for attribute in &tag.attrs {
            let key = attribute.name.local.to_string();
            if !ATTRIBUTES.contains(&key.as_str()) {
                self.fault(format!("<{name}> has the attribute {key}"));
            }
            let leads = ["http://", "https://", "mailto:", "#"];
            if key == "href" && !leads.iter().any(|start| attribute.value.starts_with(start)) {
                self.fault(format!("a link leads to {}", attribute.value));
            }
        }
        if !VOID.contains(&name.as_str()) && !tag.self_closing {
            self.open.borrow_mut().push(name.clone());
        }
        match name.as_str() {
            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            "script" => {
                *self.scripts.borrow_mut() += 1;
                TokenSinkResult::RawData(RawKind::ScriptData)
            }
            // Within a drawing a title is an element like others.
            "title" if !self.open.borrow().iter().any(|open| open == "svg") => {
                TokenSinkResult::RawData(RawKind::Rcdata)
            }
            _ => TokenSinkResult::Continue,
        }
    }

    fn closes(&self, tag: &Tag) {
        let open = self.open.borrow_mut().pop();
        if open.as_deref() != Some(&tag.name) {
            self.fault(format!("</{}> closes {open:?}", tag.name));
        }
    }
}

/// What is wrong with the page, whatever it says.
pub(in crate::report) fn faults(page: &str) -> Vec<String> {
    let found = read(page);
    let mut faults = found.faults.into_inner();
    if *found.scripts.borrow() != 1 {
        faults.push(format!("{} scripts", found.scripts.borrow()));
    }
    faults
}

/// As [`faults`], for a part of a page.
pub(in crate::report) fn faults_of_part(part: &str) -> Vec<String> {
    let found = read(part);
    let mut faults = found.faults.into_inner();
    let open = found.open.into_inner();
    if !open.is_empty() {
        faults.push(format!("{open:?} stay open"));
    }
    faults
}

fn read(html: &str) -> Found {
    let found = Found::default();
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let options = TokenizerOpts {
        exact_errors: true,
        ..TokenizerOpts::default()
    };
    let tokenizer = Tokenizer::new(&found, options);
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    found
}

#[test]
fn a_stray_element_or_attribute_is_seen() {
    for (html, fault) in [
        ("<p><img src=x></p>", "<img> is no part"),
        ("<p onclick=x>y</p>", "the attribute onclick"),
        ("<p style=x>y</p>", "the attribute style"),
        ("<p><b>x</p>", "closes"),
        ("<p>x", "stay open"),
        ("<a href=\"javascript:x\">y</a>", "leads to javascript:"),
        ("x<!-- y -->", "a comment"),
    ] {
        let faults = faults_of_part(html).join("; ");
        assert!(faults.contains(fault), "{html}: {faults}");
    }
    assert!(faults_of_part("<p>a &lt; b</p>").is_empty());
}
