//! What can be wrong with the input of a rating.

/// Why comparisons can't be rated. Nothing has been computed when one is returned.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum RatingError {
    /// An item number is not below the number of items.
    #[error(
        "comparison {position} names item {item}, but there are only {items} items: \
         number the items from 0 and pass their count"
    )]
    UnknownItem {
        position: usize,
        item: u32,
        items: usize,
    },
    /// A judge number is not below the number of judges.
    #[error(
        "comparison {position} names judge {judge}, but there are only {judges} judges: \
         number the judges from 0 and pass their count"
    )]
    UnknownJudge {
        position: usize,
        judge: u16,
        judges: usize,
    },
    /// A level is outside −4..=4.
    #[error("comparison {position} has level {level}: levels go from -4 to 4")]
    LevelOutOfRange { position: usize, level: i8 },
    /// An item was compared with itself.
    #[error("comparison {position} compares item {item} with itself: leave such comparisons out")]
    SelfComparison { position: usize, item: u32 },
    /// A weight is NaN, infinite, zero, negative or absurdly large.
    #[error(
        "comparison {position} has weight {weight}: a weight is a number above 0 and at most {max}"
    )]
    InvalidWeight {
        position: usize,
        weight: f32,
        max: f32,
    },
    /// There are more items or comparisons than 32-bit indices can number.
    #[error("{what}: {count} is more than can be numbered ({max})")]
    TooMany {
        what: &'static str,
        count: usize,
        max: usize,
    },
    /// An option makes no sense.
    #[error("option `{option}` is {value}: {expected}")]
    InvalidOption {
        option: &'static str,
        value: f64,
        expected: &'static str,
    },
    /// A fit was handed in that doesn't belong to these items or judges.
    #[error("the fit has {found} {what}, the call is about {expected}: pass the fit of this log")]
    FitMismatch {
        what: &'static str,
        found: usize,
        expected: usize,
    },
}
