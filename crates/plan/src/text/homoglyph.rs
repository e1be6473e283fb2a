//! Words that mix Latin letters with look-alikes of other scripts.
//!
//! A word counts only if *all* its foreign letters look like Latin ones: "µm", "TNF-α" or "Δt" are
//! honest science. Look-alikes: the pairs with a Latin twin in Unicode's confusables table (UTS 39)
//! within Cyrillic, Greek and Armenian; fullwidth and mathematical letters are gone after NFKC.

const CYRILLIC: &str = "аеорсухіїјѕһԁԛԝАВЕЗКМНОРСТУХІЇЈЅҮԌ";
const GREEK: &str = "οΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";
const ARMENIAN: &str = "օսցհոՏՍ";

/// How many words of `text` mix scripts with look-alikes.
pub(super) fn count(text: &str) -> u32 {
    if text.is_ascii() {
        return 0;
    }
    let mixed = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| is_mixed_script_word(word))
        .count();
    u32::try_from(mixed).unwrap_or(u32::MAX)
}

/// Whether `word` holds an ASCII letter beside a look-alike of one, and no other foreign letter.
pub fn is_mixed_script_word(word: &str) -> bool {
    if word.is_ascii() || !word.bytes().any(|b| b.is_ascii_alphabetic()) {
        return false;
    }
    let mut foreign = word.chars().filter(|c| is_foreign_letter(*c)).peekable();
    foreign.peek().is_some() && foreign.all(is_lookalike)
}

fn is_foreign_letter(c: char) -> bool {
    c >= '\u{0370}' && c.is_alphabetic()
}

fn is_lookalike(c: char) -> bool {
    [CYRILLIC, GREEK, ARMENIAN]
        .iter()
        .any(|letters| letters.contains(c))
}
