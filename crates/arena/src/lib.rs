//! Use cases of ranking: submit, extract, schedule, compare, rate, publish, explain.
//!
//! A plan enters by [`import`], gets its KPIs in [`extract`], and then takes part in a
//! *contest* ([`contest`]): deterministic rounds of comparisons ([`rounds`]) that a judge
//! ([`judge`]) decides, each followed by an exact refit and a publication ([`publish`]).
//! [`rank`] drives a contest until its budget of comparisons is used.
//!
//! Invariants: a round is written before its first call is made and rated only when all its
//! calls have ended, so a killed run goes on where it stopped and ends where an undisturbed
//! run ends; every model answer is stored before it is used; KPIs never enter a rating.
//! Deliberately absent: HTTP, SQL, printing, the system's clock and its randomness.

pub mod acceptance;
pub mod audit;
pub mod board;
pub mod catalogue;
pub mod custody;
pub mod estimate;
pub mod explain;
pub mod export;
pub mod extract;
pub mod import;
pub mod journal;
pub mod judge;
pub mod lease;
pub mod models;
pub mod progress;
pub mod rank;
pub mod review;
pub mod service;
pub mod status;
pub mod submit;
pub mod text;
pub mod views;
pub mod work;

mod compare;
mod contest;
mod publish;
mod rounds;
mod vectors;

pub use environment::{Clock, Entropy};
pub use publish::{MAX_ESTABLISHED_SE, MIN_OPPONENTS};
pub use service::{Service, ServiceSettings};
