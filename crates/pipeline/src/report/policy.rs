//! The one style sheet and the one script of a report, and the policy that allows nothing else.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

pub(super) const SCRIPT: &str = include_str!("../../assets/report.js");

const SANS: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../web/static/fonts/source-sans-3.woff2"
));
const SERIF: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../web/static/fonts/source-serif-4.woff2"
));

/// The style sheet with the fonts of the service's pages in it.
pub(super) static STYLE: LazyLock<String> = LazyLock::new(|| {
    let face = |name: &str, weight: &str, font: &[u8]| {
        let data = BASE64.encode(font);
        format!(
            "@font-face{{font-family:\"{name}\";src:url(data:font/woff2;base64,{data}) \
             format(\"woff2\");font-weight:{weight};font-display:swap}}\n"
        )
    };
    let sans = face("Source Sans 3", "200 900", SANS);
    let serif = face("Source Serif 4", "400", SERIF);
    sans + &serif + include_str!("../../assets/report.css")
});

/// What a report may load and run, as it stands in the file itself.
pub(super) static IN_FILE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; font-src data:; \
         base-uri 'none'; form-action 'none'",
        hash(&STYLE),
        hash(SCRIPT),
    )
});

/// As a header: what only a header can say comes with it.
pub(super) static IN_HEADER: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{}; frame-ancestors 'self'; sandbox allow-scripts allow-popups \
         allow-popups-to-escape-sandbox allow-modals",
        *IN_FILE
    )
});

fn hash(text: &str) -> String {
    BASE64.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_assets_ends_their_element() {
        for asset in [STYLE.as_str(), SCRIPT] {
            assert!(!asset.to_lowercase().contains("</s"));
        }
    }

    #[test]
    fn the_policy_allows_the_style_and_the_script_and_no_address() {
        let policy = IN_HEADER.as_str();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        for word in ["http", "unsafe", "*", "'self' ", "allow-same-origin"] {
            assert!(!policy.contains(word), "{word} in {policy}");
        }
    }
}
