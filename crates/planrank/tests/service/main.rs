//! The service as its users meet it: the real program, over HTTP, on both databases.
//!
//! Tests know paths and documents, not types: what a client would notice, a test notices. Every
//! process is killed when its test ends.

mod bad_input;
mod doctor;
mod generated;
mod isolation;
mod journey;
mod limits;
mod operations;
mod replicas;
mod support;
mod trust;
