//! Use cases of generation: a graph of stages turns a prompt into a plan.

pub mod examples;
