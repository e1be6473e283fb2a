//! The use cases of generation: what pages, API, MCP and the command line call.

mod error;
mod types;

pub use error::{PipelineError, WrongState};
pub use types::{
    Artifact, Created, DownloadInfo, Edited, Estimate, Feedback, NewRun, ProfileInfo, Progress,
    RunCost, RunPage, RunState, RunStatus, RunSummary, StageStatus, Viewer,
};
