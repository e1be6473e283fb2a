//! Long Markdown as parts that open one by one, each under its own heading's words.

use crate::report::document::{Block, Fold};
use crate::report::material::Material;
use crate::report::wording::line;

const MAX_PARTS: usize = 200;

/// The file split at the highest level of heading that occurs more than once; whole if none does.
pub(super) fn by_heading(material: &Material<'_>, file: &str) -> Vec<Block> {
    let Some(text) = material.text(file) else {
        return Vec::new();
    };
    let Some(level) = (1..=3).find(|&level| headings(&text, level) > 1) else {
        return material.prose(file);
    };
    let mut blocks = Vec::new();
    for (number, (title, body)) in parts(&text, level).into_iter().enumerate() {
        let prose = Block::Prose {
            markdown: body,
            top: 3,
            file: file.to_owned(),
        };
        if number == 0 {
            blocks.extend(preamble(prose));
        } else {
            blocks.push(Block::Fold(Fold {
                summary: title,
                blocks: vec![prose],
                file: file.to_owned(),
                is_appendix: false,
            }));
        }
    }
    blocks
}

/// What stands before the first part, if it is more than a heading.
fn preamble(prose: Block) -> Option<Block> {
    let Block::Prose { markdown, .. } = &prose else {
        return None;
    };
    let says_something = |line: &str| !line.starts_with('#') && !line.trim().is_empty();
    markdown.lines().any(says_something).then_some(prose)
}

/// A heading's words if the line is one of that level.
fn heading(line: &str, level: usize) -> Option<&str> {
    let rest = line.strip_prefix(&"#".repeat(level))?;
    rest.starts_with(' ').then(|| rest.trim())
}

fn headings(text: &str, level: usize) -> usize {
    let with_words = |line: &&str| heading(line, level).is_some_and(|words| !words.is_empty());
    text.lines().filter(with_words).count()
}

/// `(title, body)`, the first without a title.
fn parts(text: &str, level: usize) -> Vec<(String, String)> {
    let mut parts = vec![(String::new(), String::new())];
    for text_line in text.lines() {
        let title = heading(text_line, level).filter(|words| !words.is_empty());
        if let Some(title) = title
            && parts.len() < MAX_PARTS
        {
            parts.push((plain(title), String::new()));
        } else if let Some((_, body)) = parts.last_mut() {
            body.push_str(text_line);
            body.push('\n');
        }
    }
    parts.retain(|(title, body)| title.is_empty() || !body.trim().is_empty());
    parts
}

/// A heading's words without the marks of emphasis and code.
fn plain(title: &str) -> String {
    let marks = title.replace("**", "").replace(['`', '\\'], "");
    line(&marks, 200)
}
