//! The plan document: readers, canonical text, the plan card, content hash, family signature.
//!
//! Pure: bytes in, values out; no clock, no randomness, no network. The one exception is
//! [`read::folder`], which walks a directory. Names no other crate of this workspace.
//! Fuzzing: `cargo install cargo-fuzz`, then in the workspace's root `cargo +nightly fuzz run
//! readers` (any bytes through every reader) or `cargo +nightly fuzz run canonical`.
//! Deliberately absent: scores (crate `kpi`), who owns a plan, ids made by the server.

pub mod card;
pub mod family;
pub mod hash;
pub mod model;
pub mod read;
pub mod text;

pub use card::{Card, CardItem, CardSection, SectionKind, card};
pub use family::{Signature, cosine, same_family};
pub use hash::{ContentHash, content_hash};
pub use model::Plan;
pub use read::{ReadError, read_any, read_files, read_folder, read_json, read_zip};
