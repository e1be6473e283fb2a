//! Use cases of generation: a graph of stages turns a prompt into a plan.

pub mod artifacts;
pub mod author;
pub mod bundle;
pub mod checkpoints;
pub mod checks;
pub mod code;
pub mod examples;
pub mod facts;
pub mod failure;
pub mod fan_out;
pub mod graph;
pub mod journal;
pub mod links;
pub mod markdown;
pub mod mode;
pub mod profiles;
pub mod progress;
pub mod ranking;
pub mod report;
pub mod runner;
pub mod screen;
pub mod service;
pub mod stage;
pub mod stages;
pub mod work;

mod template;

pub use author::Author;
pub use checkpoints::{
    ArtifactInfo, CallRecord, CheckpointError, Checkpoints, StageRecord, StageState,
};
pub use code::CodeInput;
pub use facts::Facts;
pub use graph::Graph;
pub use links::{Download, SignedLink};
pub use mode::Mode;
pub use runner::{RunSpec, Runner, Slots, run};
pub use screen::review_prompt;
pub use service::{Pipeline, PipelineError, PipelineSettings, Viewer};
pub use stage::Stage;
pub use stages::{StageError, Stages};
