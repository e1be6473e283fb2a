//! Promises about a whole contest: the same verdicts give the same ratings bit by bit, whatever
//! the order in which they came; nothing is judged twice; hidden plans, near copies and
//! owners' own plans are treated as the design says.

mod audit;
mod audit_shuffled;
mod contests;
mod findings;
mod rerun;
mod shuffled;
mod windows;
mod world;
