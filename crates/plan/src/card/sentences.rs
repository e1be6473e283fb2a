//! Sentences of prose, as verbatim slices.

/// Longer than every known abbreviation with a few brackets and quotes before it.
const ABBREVIATION_BYTES: usize = 16;

/// The sentences of `text` in order, trimmed, none empty. A sentence ends at a newline, or at
/// `.`, `!` or `?` before a blank and something that can begin a sentence, so that `1.5 billion`,
/// `e.g. this` and `approx. 20` stay whole.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.is_empty())
        .flat_map(of_line)
        .filter(|sentence| sentence.chars().any(char::is_alphanumeric))
}

fn of_line(line: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let end = line[start..]
            .match_indices(['.', '!', '?'])
            .map(|(at, _)| start + at)
            .find(|at| ends_here(line, *at));
        next = end.map(|at| at + 1);
        Some(line[start..next.unwrap_or(line.len())].trim())
    })
}

/// Looks only a few characters around `at`, so that a line of full stops takes linear time.
fn ends_here(line: &str, at: usize) -> bool {
    let rest = &line[at + 1..];
    if !rest.starts_with(' ') {
        return false;
    }
    let begins = rest.trim_start().chars().next();
    begins.is_some_and(|c| !c.is_lowercase()) && !is_abbreviation(line, at)
}

/// Whether the full stop at `at` belongs to the word before it.
fn is_abbreviation(line: &str, at: usize) -> bool {
    let known = [
        "e.g", "i.e", "approx", "ca", "no", "vs", "dr", "mr", "mrs", "st", "inc", "u.s",
    ];
    let near = &line[line.floor_char_boundary(at.saturating_sub(ABBREVIATION_BYTES))..at];
    let word = near.rsplit(' ').next().unwrap_or("");
    let word = word.trim_start_matches(['(', '"']).to_lowercase();
    line[at..].starts_with('.') && known.contains(&word.as_str())
}
