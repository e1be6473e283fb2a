//! Sentences and their byte spans.

/// Byte span of one sentence, without surrounding space.
pub(crate) type Span = (usize, usize);

/// Splits at full stops, question and exclamation marks followed by space, and at line ends.
/// Semicolons don't split: a list of clauses is one sentence.
pub(crate) fn sentences(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let stop = match c {
            '\n' | '\r' | '。' => true,
            '!' | '?' => followed_by_space(text, end),
            '.' => followed_by_space(text, end) && !abbreviation(&text[start..at], &text[end..]),
            _ => false,
        };
        if stop {
            push(text, (start, end), &mut found);
            start = end;
        }
    }
    push(text, (start, text.len()), &mut found);
    found
}

fn followed_by_space(text: &str, at: usize) -> bool {
    text[at..]
        .chars()
        .next()
        .is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '”' | '\'' | '’' | ')'))
}

/// The dot after "approx", "e.g", a single letter, or a number of a list.
fn abbreviation(before: &str, after: &str) -> bool {
    let word = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let word = word.trim_start_matches(['(', '"', '\'']);
    let letter = word.chars().count() == 1 && word.chars().all(char::is_alphanumeric);
    let dotted = word.contains('.') && word.chars().all(|c| c.is_alphabetic() || c == '.');
    let continues = after
        .trim_start()
        .chars()
        .next()
        .is_some_and(char::is_lowercase);
    letter
        || (dotted && continues)
        || [
            "approx", "e.g", "i.e", "etc", "incl", "no", "st", "mr", "ms", "dr", "vs", "ca", "max",
            "min", "mio", "mill",
        ]
        .contains(&word.to_lowercase().as_str())
            && (continues
                || after
                    .trim_start()
                    .starts_with(|c: char| c.is_ascii_digit() || c == '('))
}

fn push(text: &str, (from, to): Span, found: &mut Vec<Span>) {
    let piece = &text[from..to];
    let start = from + (piece.len() - piece.trim_start().len());
    let end = from + piece.trim_end().len();
    if start < end && text[start..end].chars().any(char::is_alphanumeric) {
        found.push((start, end));
    }
}

#[cfg(test)]
mod tests {
    use super::sentences;

    fn split(text: &str) -> Vec<&str> {
        sentences(text)
            .into_iter()
            .map(|(from, to)| &text[from..to])
            .collect()
    }

    #[test]
    fn sentences_end_at_marks_and_lines() {
        assert_eq!(
            split("Build it. Why? Because!\nLine two"),
            ["Build it.", "Why?", "Because!", "Line two"]
        );
    }

    #[test]
    fn decimals_and_abbreviations_hold_together() {
        assert_eq!(
            split("It is 1.5 m (approx. 2.0 m, e.g. wide) in the U.S. today."),
            ["It is 1.5 m (approx. 2.0 m, e.g. wide) in the U.S. today."]
        );
    }
}
