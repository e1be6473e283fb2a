//! Everything of this crate through real HTTP, against the scripted model server.

mod budget;
mod embeddings;
mod faults;
mod journal;
mod providers;
mod streaming;
mod support;
