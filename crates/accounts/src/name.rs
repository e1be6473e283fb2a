//! Names from outside, made fit to be shown: canonical (NFKC), on one line, bounded, and without
//! characters that can't be seen or that turn the text around them.

use unicode_normalization::UnicodeNormalization;

/// Characters of a name that is shown.
pub(crate) const MAX_CHARS: usize = 80;
/// Marks on one letter; more are no language, but towers over the lines above.
const MAX_MARKS: usize = 3;

/// `raw` made fit to be shown; empty when nothing of it can be. `clean(clean(x)) == clean(x)`.
pub(crate) fn clean(raw: &str) -> String {
    let visible: String = raw.chars().filter(|c| !is_invisible(*c)).collect();
    let composed: String = visible.nfkc().filter(|c| !is_invisible(*c)).collect();
    let words: Vec<&str> = composed.split_whitespace().collect();
    let short: String = without_towers(&words.join(" "))
        .nfkc()
        .take(MAX_CHARS)
        .collect();
    short.trim_end().to_owned()
}

/// Control, format, direction, tag and private characters, and those that are none.
fn is_invisible(c: char) -> bool {
    let hidden = matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}'
        | '\u{8E2}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{E000}'..='\u{F8FF}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFD}'
        | '\u{110BD}' | '\u{110CD}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{10FFFF}');
    let none = u32::from(c) & 0xFFFE == 0xFFFE;
    hidden || none || (c.is_control() && !c.is_whitespace())
}

fn without_towers(text: &str) -> String {
    let mut marks = 0;
    let keep = |c: &char| {
        if unicode_normalization::char::is_combining_mark(*c) {
            marks += 1;
        } else {
            marks = 0;
        }
        marks <= MAX_MARKS
    };
    text.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_fit_to_be_shown() {
        let cases = [
            ("Ada Lovelace", "Ada Lovelace"),
            ("  Ada \t\n  Lovelace ", "Ada Lovelace"),
            ("\u{202E}evil\u{202C}", "evil"),
            ("a\u{200B}d\u{0}a\u{1B}[31m", "ada[31m"),
            ("Ａｄａ ﬁ", "Ada fi"),
            ("e\u{301}", "é"),
            ("tag\u{E0041}\u{E007F}", "tag"),
            ("\u{3164}\u{2066}\u{2069}", ""),
            ("宮崎 駿 🙂", "宮崎 駿 🙂"),
        ];
        for (raw, expected) in cases {
            assert_eq!(clean(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn a_name_is_bounded() {
        assert_eq!(clean(&"x".repeat(10_000)).chars().count(), MAX_CHARS);
        let tower = format!("Z{}", "\u{337}".repeat(200));
        assert!(clean(&tower).chars().count() <= 1 + MAX_MARKS);
    }

    proptest! {
        #[test]
        fn cleaning_a_clean_name_changes_nothing(raw: String) {
            let once = clean(&raw);
            prop_assert_eq!(clean(&once), once.clone());
            prop_assert!(once.chars().count() <= MAX_CHARS);
            prop_assert!(!once.chars().any(|c| c.is_control() || is_invisible(c)));
        }
    }
}
