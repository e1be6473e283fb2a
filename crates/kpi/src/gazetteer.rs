//! Places in running text: countries, large cities and a few regions.
//!
//! The names are data files: ISO 3166-1 short names with common and adjectival forms, and large
//! urban areas after the UN's World Urbanization Prospects, capitals, and states that plans
//! name often. Matching is by whole words and by case, so that "turkey" and "china" are no
//! places; names that are also words ("Nice", "Reading", "Mobile") count only after a
//! preposition of place or before a comma and another place.

mod names;

use names::NAMES;

/// How precisely a passage says where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// "European", "Chinese-made", "global", "the Moon": a hint.
    Loose,
    /// A country, city, state or region by name.
    Named,
}

/// A place that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    pub precision: Precision,
    pub span: (usize, usize),
}

/// Longest name in words.
const MAX_WORDS: usize = 6;

/// A word of the text: its bytes.
type Span = (usize, usize);

/// Words as the gazetteer splits them: letters, digits, apostrophes and dots within a word.
fn spans(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let in_word = c.is_alphanumeric() || matches!(c, '\'' | '’' | '.' | '-');
        match (in_word, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn words_of(name: &str) -> Vec<&str> {
    spans(name)
        .into_iter()
        .map(|(from, to)| &name[from..to])
        .collect()
}

/// The word without what surrounds a name: final dots, a possessive, a "-based" or "-made".
fn trimmed(text: &str, (from, to): Span) -> Span {
    let word = &text[from..to];
    let core = word.trim_end_matches(['.', '-', '\'', '’']);
    let core = core
        .strip_suffix("'s")
        .or_else(|| core.strip_suffix("’s"))
        .unwrap_or(core);
    let named = NAMES.contains_key(word) || NAMES.contains_key(core);
    let head = core
        .split(['-', '–'])
        .next()
        .filter(|head| !named && NAMES.contains_key(*head));
    let end = from
        + if NAMES.contains_key(word) {
            word.len()
        } else {
            head.unwrap_or(core).len()
        };
    (from, end)
}

/// Every place, in reading order; the longest name at each position.
pub fn places(text: &str) -> Vec<Place> {
    let spans = spans(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < spans.len() {
        let hit = (1..=MAX_WORDS.min(spans.len() - at))
            .rev()
            .find_map(|count| place_at(text, &spans, at, count).map(|place| (place, count)));
        if let Some((place, count)) = hit {
            found.push(place);
            at += count;
        } else {
            at += 1;
        }
    }
    found
}

fn place_at(text: &str, spans: &[Span], at: usize, count: usize) -> Option<Place> {
    let mut words: Vec<Span> = spans[at..at + count].to_vec();
    let joined = words
        .windows(2)
        .all(|pair| matches!(text[pair[0].1..pair[1].0].trim(), "" | ","));
    if !joined {
        return None;
    }
    if !NAMES.contains_key(&name_of(text, &words)) {
        let last = words.last_mut()?;
        *last = trimmed(text, *last);
    }
    let span = (words[0].0, words[words.len() - 1].1);
    let name = name_of(text, &words);
    let entry = NAMES.get(&name).or_else(|| {
        NAMES
            .get(&name.to_lowercase())
            .filter(|entry| entry.precision == Precision::Loose)
    })?;
    if entry.ambiguous && !reads_as_place(text, span) {
        return None;
    }
    Some(Place {
        name,
        precision: entry.precision,
        span,
    })
}

fn name_of(text: &str, words: &[Span]) -> String {
    words
        .iter()
        .map(|&(from, to)| &text[from..to])
        .collect::<Vec<_>>()
        .join(" ")
}

/// For names that are words too: a preposition of place directly before, and no common noun
/// directly after ("in Nice," but not "in Reading groups").
fn reads_as_place(text: &str, span: Span) -> bool {
    let before = text[..span.0]
        .trim_end()
        .rsplit(|c: char| !c.is_alphabetic())
        .next();
    let preposition = before.is_some_and(|word| {
        matches!(
            word.to_lowercase().as_str(),
            "in" | "near"
                | "at"
                | "from"
                | "to"
                | "around"
                | "outside"
                | "across"
                | "of"
                | "throughout"
                | "and"
        )
    });
    let after = text[span.1..].trim_start_matches(' ').chars().next();
    preposition && !after.is_some_and(char::is_lowercase) || follows_into_place(text, span)
}

/// "Reading, England" and "in Georgia and …".
fn follows_into_place(text: &str, span: Span) -> bool {
    let rest = text[span.1..].trim_start();
    let Some(next) = rest.strip_prefix(',') else {
        return false;
    };
    let next = words_of(next)
        .into_iter()
        .next()
        .unwrap_or_default()
        .trim_end_matches('.');
    NAMES
        .get(next)
        .is_some_and(|entry| entry.precision == Precision::Named && !entry.ambiguous)
}

#[cfg(test)]
mod tests {
    use super::names::data_lines;
    use super::{Precision, places};
    use rstest::rstest;

    fn names(text: &str) -> Vec<String> {
        places(text).into_iter().map(|place| place.name).collect()
    }

    #[rstest]
    #[case("a farm in Western Jutland, Denmark.", &["Jutland", "Denmark"])]
    #[case("from Newark, California", &["Newark", "California"])]
    #[case("My location is Accra, Ghana.", &["Accra", "Ghana"])]
    #[case("Copenhagen's harbour and New York City", &["Copenhagen", "New York City"])]
    #[case("in Washington, D.C. today", &["Washington D.C"])]
    #[case("in Turkey, then Nice, France", &["Turkey", "Nice", "France"])]
    #[case("Chinese-made buses", &["Chinese"])]
    #[case("connecting Spain and Morocco", &["Spain", "Morocco"])]
    #[case("a site near Reading.", &["Reading"])]
    #[case("along the UK coast", &["UK"])]
    fn places_are_found(#[case] text: &str, #[case] expected: &[&str]) {
        let found: Vec<String> = names(text)
            .iter()
            .map(|name| name.trim_end_matches('.').to_owned())
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[rstest]
    #[case("roast a turkey on fine china")]
    #[case("Reading books is Nice, Mobile phones too")]
    #[case("Mobile first")]
    #[case("We meet Jordan and Chad for lunch")]
    #[case("our perth-like lima bean")]
    fn words_are_no_places(#[case] text: &str) {
        assert_eq!(names(text), Vec::<String>::new(), "{text}");
    }

    #[test]
    fn adjectives_and_continents_are_loose() {
        for text in [
            "Danish buses",
            "all over Europe",
            "the Moon",
            "pan-European",
            "Ghanaian law",
        ] {
            assert_eq!(
                places(text).first().map(|place| place.precision),
                Some(Precision::Loose),
                "{text}"
            );
        }
        for text in ["Japan", "Iran", "Munich", "Côte d'Ivoire", "Milan"] {
            assert_eq!(
                places(text).first().map(|place| place.precision),
                Some(Precision::Named),
                "{text}"
            );
        }
    }

    #[test]
    fn the_lists_are_as_long_as_promised() {
        assert!(data_lines(super::names::COUNTRIES).count() >= 190);
        assert!(
            data_lines(super::names::CITIES)
                .flat_map(|line| line.split('|'))
                .count()
                >= 300
        );
    }
}
