//! What each viewer may read, on both databases.

mod export;
mod reads;
mod visibility;
mod world;
