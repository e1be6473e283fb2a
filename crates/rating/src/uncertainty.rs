//! How sure a fit is: standard errors, rank intervals and the chance to be in the top k.
//!
//! Both come from draws of the Laplace posterior N(θ, H⁻¹): a perturbation with covariance H
//! is Bᵀ√W·ε + √λ·η, so H⁻¹ times it has covariance H⁻¹ (Papandreou & Yuille 2010).

pub(crate) mod noise;
mod perturbation;
mod ranks;
pub(crate) mod standard_errors;

pub use ranks::{ItemSummary, RankOptions, rank_summary};
