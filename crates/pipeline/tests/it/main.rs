//! The engine as a whole: the built-in stages, and runs that are stopped, killed, edited and billed.

mod stages;
mod support;
