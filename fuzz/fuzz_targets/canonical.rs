//! Any text through canonicalisation, which must be idempotent: `cargo +nightly fuzz run canonical`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let once = plan::text::canonical_only(&String::from_utf8_lossy(bytes));
    assert_eq!(plan::text::canonical_only(&once), once);
});
