//! Text that a terminal or a spreadsheet shows as it stands: what can't be seen, turns writing
//! round or moves a cursor is taken away or escaped.

use std::borrow::Cow;

/// The same JSON with `\u` escapes for what [`harmless`] takes away: `serde_json` escapes only
/// the control characters below U+0020.
pub fn harmless_json(json: &str) -> Cow<'_, str> {
    if !json.contains(is_harmful) {
        return json.into();
    }
    let mut escaped = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if !is_harmful(c) {
            escaped.push(c);
            continue;
        }
        let mut units = [0; 2];
        let units = c.encode_utf16(&mut units).iter();
        escaped.extend(units.map(|unit| format!("\\u{unit:04x}")));
    }
    escaped.into()
}

/// Text without what moves a terminal's cursor, turns its writing round or can't be seen.
/// Names of files come from outside, too. Whatever is printed passes here.
pub fn harmless(text: &str) -> String {
    let visible = text.chars().filter(|c| !is_invisible(*c));
    visible
        .map(|c| if is_harmful(c) { ' ' } else { c })
        .collect()
}

fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\n') || is_invisible(c)
}

/// Marks of direction, joiners, fillers without a shape, tags: Unicode's format characters.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_reads_the_same_and_holds_no_control_character() {
        let title = "a\u{9b}2J\u{7f}\u{202e}\u{e0041}\u{1b}ø\n\\";
        let json = serde_json::to_string_pretty(&[title]).unwrap();
        let escaped = harmless_json(&json);
        assert!(!escaped.contains(is_harmful), "{escaped:?}");
        assert!(escaped.contains("\\u009b2J"), "{escaped:?}");
        let read: Vec<String> = serde_json::from_str(&escaped).unwrap();
        assert_eq!(read, [title]);
        assert!(matches!(harmless_json("[1]"), Cow::Borrowed(_)));
    }
}
