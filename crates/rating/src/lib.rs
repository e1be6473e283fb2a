//! The mathematics of ratings: from graded comparisons to strengths with honest errors.
//!
//! A *comparison* says how much one item was preferred to another on nine levels. This
//! crate turns a log of comparisons into a posterior over the items' strengths θ (a graded
//! Bradley-Terry model), each judge's own habits, standard errors, rank intervals and Elo.
//!
//! Invariants:
//! - Pure: no I/O, no clock, no randomness of its own; seeds are parameters.
//! - The same multiset of comparisons gives the same bits, whatever the order of arrival.
//! - Bad input is a [`RatingError`], never a panic and never a NaN in the result.
//!
//! Deliberately absent: plans, owners, families and KPIs. Items and judges are indices;
//! callers number them in the order of their content hashes.

pub mod agreement;
pub mod elo;
pub mod error;
pub mod fit;
pub mod log;
pub mod model;
pub mod online;
pub mod scale;
pub mod schedule;
pub mod simulate;
pub mod uncertainty;

pub use agreement::{Agreement, agreement};
pub use error::RatingError;
pub use fit::{Fit, FitOptions, Refitter, fit};
pub use log::Comparison;
pub use model::JudgeParams;
pub use online::{Gaussian, online_step};
pub use uncertainty::{ItemSummary, RankOptions, rank_summary};
