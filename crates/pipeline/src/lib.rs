//! Use cases of generation: a graph of stages turns a prompt into a plan.

pub mod artifacts;
pub mod bundle;
pub mod checkpoints;
pub mod examples;
pub mod failure;
pub mod links;
pub mod markdown;
pub mod mode;
pub mod screen;
pub mod service;

pub use links::{Download, SignedLink};
pub use mode::Mode;
