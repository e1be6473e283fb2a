//! The API over HTTP: a bound port, a database of its own (SQLite, and Postgres where one is
//! named), the offline judge, and a worker in the same process.

mod answers;
mod document;
mod exports;
mod flow;
mod generation;
mod going_on;
mod making;
mod mcp;
mod operators;
mod refusals;
mod reviewers;
mod site;
mod wire;
mod world;
