//! What tests of several crates share: a scripted model server with a scripted judge, fresh
//! databases, the service as a process, and a clock that tests set.
//!
//! Never shipped and never depended upon outside of tests. Depends on no other crate of the
//! workspace but `environment`, and with the feature `planner` on `pipeline`, whose own unit tests
//! therefore can't use what shares types with it.

pub mod clock;
#[cfg(feature = "databases")]
pub mod databases;
pub mod judge_script;
pub mod model_server;
#[cfg(feature = "planner")]
pub mod planner;
#[cfg(feature = "databases")]
pub mod service;

pub use clock::{TestClock, TestEntropy};
pub use model_server::{
    ChatRequest, ChatTurn, FaultKind, Faults, LogSnapshot, ModelServer, Responder, SchemaResponder,
    ServerOptions, responder_by_name,
};
