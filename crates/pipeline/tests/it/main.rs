//! The engine as a whole: the built-in stages, and runs that are stopped, killed, edited and billed.

mod edits;
mod files;
mod finished;
mod front;
mod kill;
mod model;
mod moments;
mod random;
mod report;
mod runs;
mod service;
mod small;
mod stages;
mod support;
