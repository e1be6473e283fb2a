//! Charts as SVG, made of numbers only: pure geometry first, markup last.
//!
//! Horizontal places are percentages, so that a chart is as wide as its column without
//! stretching its marks or its text. Colours come from the style sheet by class. Whatever a
//! chart shows also stands in the page as text: bars are hidden from assistive technology, and
//! a history has a label and a table.

pub mod axis;
pub mod history;
pub mod interval;
pub mod level;
pub mod stages;

pub use axis::Axis;
pub use history::{HistoryChart, HistoryPoint};
pub use interval::IntervalBar;
pub use level::LevelScale;
pub use stages::StageGraph;
