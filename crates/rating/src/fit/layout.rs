//! Internal numbering of items.

/// A permutation of the items.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The item at each internal number.
    pub(crate) item_at: Vec<u32>,
    /// The internal number of each item.
    pub(crate) position_of: Vec<u32>,
}

impl Layout {
    /// The callers' own numbering.
    pub(crate) fn identity(items: usize) -> Self {
        let identity: Vec<u32> = (0u32..).take(items).collect();
        Self {
            item_at: identity.clone(),
            position_of: identity,
        }
    }
}
