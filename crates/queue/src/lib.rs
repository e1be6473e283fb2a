//! Durable jobs: a [`Worker`] claims them from the store, runs their [`Handler`]s under a lease,
//! and settles how they ended.
//!
//! Invariants
//! - No transaction is open while a job runs. A job is run at least once; that two do not run it at
//!   the same time rests on the lease, and what a holder may change on the fence.
//! - A handler must bear to run again: its worker may die after the work and before the answer.
//! - When a lease is lost, the handler is asked to stop and its result is thrown away.
//!
//! Deliberately absent: SQL (`store`), and what the jobs do (whoever brings the handlers).

mod backoff;
mod handler;
mod housekeeping;
mod measure;
mod running;
mod schedule;
mod settings;
mod share;
mod stop;
mod wake;
mod worker;

pub use handler::{Done, Failure, Handler, Job};
pub use schedule::Schedule;
pub use settings::{Holder, Settings};
pub use stop::Stop;
pub use wake::Wake;
pub use worker::Worker;
