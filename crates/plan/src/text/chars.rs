//! Invisible characters: which ones there are, and removing them.
//!
//! Joiners and the two emoji variation selectors stay where they belong to an emoji; everywhere
//! else they can only hide or split text, so they go. Tag characters always go, at the price
//! of three regional flags.

use unicode_properties::UnicodeEmoji;

use crate::model::Integrity;

const ZWJ: char = '\u{200D}';
const KEYCAP: char = '\u{20E3}';

enum Kind {
    Visible,
    ZeroWidth,
    Bidi,
    Tag,
    Control,
}

/// `text` without invisible characters; removals are counted by kind.
pub(super) fn remove_invisible(text: &str, integrity: &mut Integrity) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let counter = match classify(c) {
            Kind::Visible => {
                kept.push(c);
                continue;
            }
            Kind::ZeroWidth if belongs_to_emoji(c, kept.chars().next_back(), chars.peek()) => {
                kept.push(c);
                continue;
            }
            Kind::ZeroWidth => &mut integrity.zero_width_removed,
            Kind::Bidi => &mut integrity.bidi_removed,
            Kind::Tag => &mut integrity.tag_chars_removed,
            Kind::Control => &mut integrity.control_removed,
        };
        *counter = counter.saturating_add(1);
    }
    kept
}

/// Ranges from the Unicode character database: general categories Cc and Cf, and letters
/// that have no shape (Hangul fillers, Khmer inherent vowels).
fn classify(c: char) -> Kind {
    match c {
        '\n' | '\r' | '\t' | '\u{0B}' | '\u{0C}' | '\u{85}' => Kind::Visible,
        '\u{00}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFF9}'..='\u{FFFB}' => Kind::Control,
        '\u{061C}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{206F}' => Kind::Bidi,
        '\u{E0000}'..='\u{E007F}' => Kind::Tag,
        '\u{00AD}'
        | '\u{034F}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{2065}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0080}'..='\u{E0FFF}' => Kind::ZeroWidth,
        _ => Kind::Visible,
    }
}

fn belongs_to_emoji(c: char, before: Option<char>, after: Option<&char>) -> bool {
    let Some(before) = before else { return false };
    match c {
        ZWJ => is_emoji_part(before) && after.is_some_and(|&next| is_pictograph(next)),
        '\u{FE0E}' | '\u{FE0F}' => is_pictograph(before) || is_keycap_base(before, after),
        _ => false,
    }
}

fn is_emoji_part(c: char) -> bool {
    is_pictograph(c) || c == '\u{FE0F}'
}

/// Beyond the ASCII digits and signs, which Unicode also counts as emoji.
fn is_pictograph(c: char) -> bool {
    c >= '\u{A9}' && c.is_emoji_char()
}

fn is_keycap_base(c: char, after: Option<&char>) -> bool {
    matches!(c, '0'..='9' | '#' | '*') && after == Some(&KEYCAP)
}
