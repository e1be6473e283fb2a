//! Persisted runs, on SQLite and on Postgres: created once, owned, steered, edited, delivered.

mod creating;
mod delivering;
mod editing;
mod making;
mod owning;
mod steering;
mod world;
