//! Text of models and people as Markdown that shows it and nothing else.

/// `text` as one line, for a heading, a bullet, a table's cell, or after a label.
pub fn inline(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(visible).collect();
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !word.is_empty())
        .collect();
    escaped(&words.join(" "))
}

/// `text` as paragraphs, its line breaks kept.
pub fn lines(text: &str) -> String {
    let mut paragraphs: Vec<Vec<String>> = vec![Vec::new()];
    for line in text.lines().map(inline) {
        match paragraphs.last_mut() {
            Some(paragraph) if !line.is_empty() => paragraph.push(line),
            Some(paragraph) if paragraph.is_empty() => {}
            _ => paragraphs.push(Vec::new()),
        }
    }
    let joined: Vec<String> = paragraphs.iter().map(|lines| lines.join("\\\n")).collect();
    joined.join("\n\n").trim_end().to_owned()
}

/// Without what can't be seen, or turns around what can: controls, bidi marks, tags.
fn visible(word: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
            || matches!(c, '\u{E0000}'..='\u{E007F}')
    };
    word.chars().filter(|c| !hidden(*c)).collect()
}

fn escaped(line: &str) -> String {
    let letters: Vec<char> = line.chars().collect();
    let digits = letters.iter().take_while(|c| c.is_ascii_digit()).count();
    let mut safe = String::with_capacity(line.len() + 8);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1).copied();
        let opens_list = digits > 0 && at == digits && matches!(letter, '.' | ')');
        if opens_list || is_markup(*letter, before, after) {
            safe.push('\\');
        }
        safe.push(*letter);
    }
    safe
}

/// Whether the letter would mean something to Markdown between its neighbours.
fn is_markup(letter: char, before: Option<char>, after: Option<char>) -> bool {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    match letter {
        '\\' | '`' | '[' | ']' | '<' | '|' | '~' => true,
        '*' => before.is_none() || !(space(before) && space(after)),
        '_' => !(word(before) && word(after)),
        '&' => after == Some('#') || word(after),
        '#' => before.is_none() || space(after) || after == Some('#'),
        '>' | '+' | '-' | '=' | ':' => before.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser};

    use super::{inline, lines};

    /// What a reader sees, and the names of everything that isn't text.
    fn shown(markdown: &str) -> (String, Vec<String>) {
        let mut text = String::new();
        let mut structure = Vec::new();
        for event in Parser::new_ext(
            markdown,
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH,
        ) {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::Start(tag) => structure.push(format!("{:?}", tag.to_end())),
                Event::End(_) => {}
                other => structure.push(format!("{other:?}")),
            }
        }
        (text, structure)
    }

    fn plain(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn check(text: &str) {
        let safe = inline(text);
        let cases = [
            (format!("{safe}\n"), vec!["Paragraph"]),
            (format!("- {safe}\n"), vec!["List(false)", "Item"]),
            (format!("### {safe}\n"), vec!["Heading(H3)"]),
            (
                format!("| {safe} |\n| --- |\n"),
                vec!["Table", "TableHead", "TableCell"],
            ),
        ];
        for (markdown, structure) in cases {
            assert_eq!(
                shown(&markdown),
                (
                    plain(text),
                    structure.iter().map(ToString::to_string).collect()
                ),
                "{markdown:?}"
            );
        }
    }

    #[test]
    fn markup_is_shown_and_does_nothing() {
        for text in [
            "<script>alert(1)</script>",
            "a | b || c",
            "**bold** _it_ `code` ~~gone~~",
            "# heading",
            "- item",
            "1. item",
            "12) item",
            "> quote",
            "![x](http://a.b/c.png)",
            "[x][y]",
            "&lt; &amp; &#60;",
            "a\\",
            "C# and F #",
            "===",
            "---",
            "* * *",
            "+ plus",
            "full_time_employee",
            "5 * 3",
            "\\| pipe",
            "<!-- c -->",
            "~~~",
            "```",
            "x ##",
            ": definition",
            "مرحبا 👩‍🚀",
        ] {
            check(text);
        }
    }

    #[test]
    fn line_breaks_stay_and_blank_lines_part_paragraphs() {
        assert_eq!(lines("a\n- b\n\n\n# c\n"), "a\\\n\\- b\n\n\\# c");
    }

    proptest! {
        #[test]
        fn any_text_is_shown_as_it_is(text in "[a-z0-9 \\-_*#<>&;|`~\\[\\]()!.:+=\\\\\"']{1,24}[a-z]") {
            check(&text);
        }
    }
}
