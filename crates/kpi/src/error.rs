//! Errors of this crate. Extractors never fail (a KPI is unknown instead); only building a
//! corpus snapshot from unusable vectors does.

/// Why a corpus snapshot can't be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KpiError {
    #[error(
        "embedding {index} has {found} dimensions and the first has {expected}: embed every plan with the same model, then freeze again"
    )]
    MixedDimensions {
        index: usize,
        expected: usize,
        found: usize,
    },
    #[error("embedding {index} is empty, all zero or not finite: embed that plan again")]
    BadVector { index: usize },
}
