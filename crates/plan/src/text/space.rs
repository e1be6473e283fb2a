//! White space: one newline character, one space character, no runs, no trailing blanks.

/// Spaces and tabs become single spaces, every kind of line end becomes `\n`, lines are trimmed,
/// and at most one empty line stays between paragraphs.
pub(super) fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut newlines = 0_usize;
    let mut space = false;
    let mut after_cr = false;
    for c in text.chars() {
        if is_line_end(c) {
            newlines += usize::from(!(after_cr && c == '\n'));
            space = false;
        } else if c.is_whitespace() {
            space = true;
        } else {
            push_gap(&mut out, newlines, space);
            out.push(c);
            (newlines, space) = (0, false);
        }
        after_cr = c == '\r';
    }
    out
}

fn push_gap(out: &mut String, newlines: usize, space: bool) {
    if out.is_empty() {
        return;
    }
    match newlines {
        0 if space => out.push(' '),
        0 => {}
        1 => out.push('\n'),
        _ => out.push_str("\n\n"),
    }
}

fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}
