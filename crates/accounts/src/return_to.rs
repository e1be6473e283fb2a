//! Where a browser goes after a login: a path of this site, whatever a link said.

use std::fmt;

const MAX_BYTES: usize = 2_000;

/// An absolute path of this site, with its query. Anything else can't be one, so that a link to
/// the login page never sends a browser elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

impl ReturnTo {
    /// `None` when browsers could read it as anything but a path of this site.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let plain = bytes
            .iter()
            .all(|b| matches!(b, b'!'..=b'~') && *b != b'\\');
        if !plain || bytes.len() > MAX_BYTES || bytes.first() != Some(&b'/') {
            return None;
        }
        let path = text.split(['?', '#']).next().unwrap_or_default();
        // Proxies that decode before they route would see another path than this check does.
        let tricky = ["//", "%2f", "%5c", "%00", "%0a", "%0d", "%09", "%25"];
        let lower = path.to_ascii_lowercase();
        let climbs = lower
            .replace("%2e", ".")
            .split('/')
            .any(|part| part == "." || part == "..");
        if climbs || tricky.iter().any(|trick| lower.contains(trick)) {
            return None;
        }
        Some(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ReturnTo {
    /// The start page.
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn paths_of_this_site_are_taken_as_they_are() {
        for text in [
            "/",
            "/rankings?domain=energy&since=2026-01-01",
            "/plans/0190-a#kpis",
            "/account?next=https://example.org//x",
            "/a%20b",
        ] {
            assert_eq!(ReturnTo::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "rankings",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            " /x",
            "/x y",
            "/%2f/evil.example",
            "/%2F%2Fevil.example",
            "/%5cevil.example",
            "/%252fevil.example",
            "/..//evil.example",
            "/.%2e/x",
            "/a/../../x",
            "/x//y",
            "/ä",
            "/\u{202E}x",
            "/x\u{0}",
        ] {
            assert_eq!(ReturnTo::parse(text), None, "{text:?}");
        }
        assert_eq!(ReturnTo::parse(&format!("/{}", "x".repeat(2_000))), None);
    }

    proptest! {
        #[test]
        fn what_is_taken_stays_on_this_site_as_browsers_read_it(text in "[/\\\\.%@:?#a-f0-9\\t ]{0,12}|\\PC{0,20}") {
            let site = Url::parse("https://planrank.example/login").unwrap();
            if let Some(path) = ReturnTo::parse(&text) {
                let joined = site.join(path.as_str()).unwrap();
                prop_assert_eq!(joined.origin(), site.origin());
                prop_assert!(!joined.path().starts_with("//"));
            }
        }
    }
}
