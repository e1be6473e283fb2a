//! Sentences of prose, as verbatim slices.

/// The sentences of `text` in order, trimmed, none empty. A sentence ends at a newline, or at
/// `.`, `!` or `?` before a blank and something that can begin a sentence, so that `1.5 billion`,
/// `e.g. this` and `approx. 20` stay whole.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(of_line)
}

fn of_line(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in line.char_indices() {
        if matches!(c, '.' | '!' | '?') && ends_here(line, at) {
            found.push(line[start..=at].trim());
            start = at + 1;
        }
    }
    found.push(line[start..].trim());
    found.retain(|sentence| sentence.chars().any(char::is_alphanumeric));
    found
}

fn ends_here(line: &str, at: usize) -> bool {
    let rest = &line[at + 1..];
    let begins = rest.trim_start().chars().next();
    let word = line[..at].rsplit(' ').next().unwrap_or("");
    let is_abbreviation = line[at..].starts_with('.') && is_abbreviation(word);
    rest.starts_with(' ') && begins.is_some_and(|c| !c.is_lowercase()) && !is_abbreviation
}

fn is_abbreviation(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '"']).to_lowercase();
    let known = [
        "e.g", "i.e", "approx", "ca", "no", "vs", "dr", "mr", "mrs", "st", "inc", "u.s",
    ];
    known.contains(&word.as_str())
}
