//! The files that pages load, compiled in. Each is named by its content, so that it can be kept
//! for ever: [`Asset::url`] carries a hash that changes when the file does.

use std::fmt::{self, Display, Formatter};

/// A static file.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Below `/static/`.
    pub path: &'static str,
    pub media_type: &'static str,
    pub bytes: &'static [u8],
    hash: u64,
}

impl Asset {
    const fn new(path: &'static str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        Self {
            path,
            media_type,
            bytes,
            hash: fnv1a(bytes),
        }
    }

    /// `/static/site.css?v=0123456789abcdef`
    pub fn url(&self) -> impl Display + use<> {
        Url(self.path, self.hash)
    }
}

#[derive(Debug)]
struct Url(&'static str, u64);

impl Display for Url {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "/static/{}?v={:016x}", self.0, self.1)
    }
}

macro_rules! asset {
    ($path:literal, $media_type:literal) => {
        Asset::new(
            $path,
            $media_type,
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/static/", $path)),
        )
    };
}

pub const SITE_CSS: Asset = asset!("site.css", "text/css; charset=utf-8");
pub const SITE_JS: Asset = asset!("site.js", "text/javascript; charset=utf-8");
pub const HTMX_JS: Asset = asset!("vendor/htmx.min.js", "text/javascript; charset=utf-8");
pub const ICON: Asset = asset!("icon.svg", "image/svg+xml");
pub const SANS: Asset = asset!("fonts/source-sans-3.woff2", "font/woff2");
pub const SERIF: Asset = asset!("fonts/source-serif-4.woff2", "font/woff2");

/// Everything under `/static/`, licences of what is not ours included.
pub const ALL: [Asset; 9] = [
    SITE_CSS,
    SITE_JS,
    HTMX_JS,
    ICON,
    SANS,
    SERIF,
    asset!("vendor/htmx.LICENSE.txt", "text/plain; charset=utf-8"),
    asset!(
        "fonts/source-sans-3.LICENSE.txt",
        "text/plain; charset=utf-8"
    ),
    asset!(
        "fonts/source-serif-4.LICENSE.txt",
        "text/plain; charset=utf-8"
    ),
];

/// FNV-1a: tells versions apart, protects nothing.
const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0100_0000_01b3);
        index += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_changes_with_the_content() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_ne!(fnv1a(b"a"), fnv1a(b"b"));
        assert!(
            SITE_CSS
                .url()
                .to_string()
                .starts_with("/static/site.css?v=")
        );
    }

    #[test]
    fn what_every_page_loads_is_small() {
        let own = SITE_CSS.bytes.len() + SITE_JS.bytes.len();
        assert!(own < 50_000, "{own} bytes of own CSS and JS");
        assert!(HTMX_JS.bytes.len() < 40_000);
        assert!(SANS.bytes.len() + SERIF.bytes.len() < 50_000);
    }
}
