//! Words as the extractors compare them: lower-case, letters only, cut to a rough stem.

/// Lower-case words of letters (digits and punctuation separate words and are dropped).
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The first six characters, which unites "assess", "assesses" and "assessment" without a
/// dictionary and works in every alphabetic script.
pub(crate) fn stem(word: &str) -> String {
    word.chars().take(6).collect()
}

/// Stems of the words that carry meaning, in order.
pub(crate) fn content_stems(text: &str) -> Vec<String> {
    words(text)
        .iter()
        .filter(|word| is_content(word))
        .map(|word| stem(word))
        .collect()
}

/// Stems after removing a plural "s", for short names of roles and resources.
pub(crate) fn name_stems(text: &str) -> Vec<String> {
    words(text)
        .iter()
        .filter(|word| !STOP_WORDS.contains(&word.as_str()))
        .map(|word| stem(word.strip_suffix('s').unwrap_or(word)))
        .filter(|word| !word.is_empty())
        .collect()
}

pub(crate) fn is_content(word: &str) -> bool {
    word.chars().count() >= 3 && !STOP_WORDS.contains(&word)
}

/// Words of English that say nothing about a task, among them those that any explanation of
/// any dependency uses.
const STOP_WORDS: &[&str] = &[
    "a",
    "after",
    "all",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "but",
    "by",
    "can",
    "cannot",
    "complete",
    "completed",
    "depend",
    "depends",
    "done",
    "each",
    "for",
    "from",
    "has",
    "have",
    "in",
    "into",
    "is",
    "it",
    "its",
    "may",
    "must",
    "need",
    "needed",
    "needs",
    "not",
    "of",
    "on",
    "once",
    "only",
    "or",
    "other",
    "our",
    "out",
    "over",
    "per",
    "require",
    "required",
    "requires",
    "should",
    "so",
    "such",
    "task",
    "tasks",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "to",
    "until",
    "via",
    "was",
    "were",
    "when",
    "which",
    "while",
    "will",
    "with",
    "within",
    "without",
];
