//! Any bytes through every reader: `cargo +nightly fuzz run readers`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| plan::read::exercise(bytes));
