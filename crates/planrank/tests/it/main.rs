//! The real program, from its command line to its database, with models behind real HTTP.
//!
//! Every program that a test starts is ended when the test ends, and a test that waits too
//! long for one fails instead of hanging.

mod cli;
mod corpus;
mod edges;
mod faults;
mod generate;
mod interrupt;
mod kill;
mod leases;
mod money;
mod outputs;
mod streamed;
mod support;
