//! The HTTP service: pages for people, an API for programs, authentication, health and metrics.
//!
//! It stands below the binary and above the use cases (`arena`, `accounts`, `queue`). A handler
//! extracts, calls one use case and responds. [`router`] is all routes with all layers; [`serve`]
//! is the connections.
//!
//! Invariants: what isn't the caller's is 404; every error is a [`Problem`], which pages show as
//! HTML; every answer has a request id and the security headers; nothing is changed by a GET.
//! Deliberately absent: SQL, business rules, reading configuration.

mod api;
mod app;
mod body;
mod config;
mod delivery;
pub mod extract;
mod generation;
mod health;
mod idempotent;
mod layers;
mod live;
mod openapi;
mod operations;
mod pages;
mod preconditions;
mod problem;
mod routes;
mod server;
mod submission;

pub mod board_cache;
pub mod caller;
pub mod mcp;
pub mod metrics;
pub mod static_files;
pub mod view;

pub use app::{App, Parts};
pub use config::{Config, MetricsToken, SignInLink};
pub use problem::Problem;
pub use routes::{document, metrics_router, router, router_with};
pub use server::serve;
