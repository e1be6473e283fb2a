//! Canonical text: the one form in which text is stored, quoted, hashed and shown to a judge.
//!
//! Unicode NFKC; zero-width, bidirectional, tag and control characters removed and counted;
//! HTML reduced to its text, comments and scripts dropped and counted; white space normalised
//! (newlines kept). Invariant: `canonical(canonical(x)) == canonical(x)`.
//! Deliberately absent: any judgement. What was found becomes counts in
//! [`Integrity`], and whoever ranks decides what they mean.

mod chars;
mod homoglyph;
mod html;
mod space;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use crate::model::Integrity;

pub use homoglyph::is_mixed_script_word;

/// How often the passes run before markup that keeps producing markup is defused. Honest text
/// is stable after two; `&amp;amp;lt;b>` needs one more per layer.
const MAX_PASSES: usize = 6;

/// The canonical form of `raw`; what was removed is added to `integrity`.
///
/// Linear in the length of `raw`, and never longer than NFKC makes it.
pub fn canonical(raw: &str, integrity: &mut Integrity) -> String {
    if is_plain(raw) {
        return space::normalise(raw);
    }
    let mut text = raw.to_owned();
    for _ in 0..MAX_PASSES {
        let next = pass(&text, integrity);
        if next == text {
            return finish(text, integrity);
        }
        text = next;
    }
    finish(defuse(&text, integrity), integrity)
}

/// [`canonical`] for callers that don't report what was removed.
pub fn canonical_only(raw: &str) -> String {
    canonical(raw, &mut Integrity::default())
}

/// Printable ASCII without markup needs nothing but its white space normalised.
fn is_plain(raw: &str) -> bool {
    raw.bytes()
        .all(|b| matches!(b, b'\n' | b'\t' | b' '..=b'~') && b != b'<' && b != b'&')
}

fn pass(text: &str, integrity: &mut Integrity) -> String {
    let composed = unicode_pass(text, integrity);
    let stripped = match html::strip(&composed, integrity) {
        Some(stripped) => stripped,
        None => composed,
    };
    space::normalise(&stripped)
}

fn unicode_pass(text: &str, integrity: &mut Integrity) -> String {
    let visible = chars::remove_invisible(text, integrity);
    if is_nfkc_quick(visible.chars()) == IsNormalized::Yes {
        return visible;
    }
    visible.nfkc().collect()
}

/// Without `<` and `&` nothing can be read as markup any more, so the result is stable.
fn defuse(text: &str, integrity: &mut Integrity) -> String {
    let mut text: String = text.chars().filter(|c| !matches!(c, '<' | '&')).collect();
    for _ in 0..MAX_PASSES {
        let next = space::normalise(&unicode_pass(&text, integrity));
        if next == text {
            break;
        }
        text = next;
    }
    text
}

fn finish(text: String, integrity: &mut Integrity) -> String {
    let found = homoglyph::count(&text);
    integrity.homoglyph_words = integrity.homoglyph_words.saturating_add(found);
    text
}

/// The longest prefix of `text` of at most `max_bytes` that ends between characters.
pub fn prefix(text: &str, max_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(max_bytes)]
}
