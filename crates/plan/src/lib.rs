//! The plan document and its readers. Pure: bytes in, values out.
pub mod model;
