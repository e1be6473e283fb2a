//! Promises of the service's use cases: what is submitted once is stored and measured once, and
//! whoever works on it, and however often they die, the board is the same.

mod custody;
mod measuring;
mod ranking;
mod submitting;
mod workers;
mod world;
