//! What the store promises, checked on SQLite and on Postgres alike.
//!
//! The Postgres half runs when `PLANRANK_TEST_POSTGRES` names a server, and says so when not.

mod fixture;

mod accounts;
mod audit;
mod board;
mod comparisons;
mod concurrency;
mod embeddings;
mod families;
mod generation;
mod generation_bounds;
mod health;
mod hostile;
mod jobs;
mod jobs_fair;
mod jobs_model;
mod journal;
mod kpis;
mod opening;
mod plans;
mod rankings;
mod schema;
mod summary;
