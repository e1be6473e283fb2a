//! Rendered pages that everybody without an account shares, kept until they change.

use std::time::Duration;

use axum::body::Bytes;
use moka::future::Cache;

use crate::Problem;

/// Of all pages together.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// A page names times relative to now, by the minute.
const KEPT_FOR: Duration = Duration::from_mins(2);

/// The pages of this process; clones share them. A page is known by its entity tag and its
/// address, which it repeats in its links.
#[derive(Debug, Clone)]
pub(crate) struct Rendered(Cache<(String, String), Bytes>);

impl Default for Rendered {
    fn default() -> Self {
        let weigh = |key: &(String, String), html: &Bytes| {
            let bytes = html.len() + key.0.len() + key.1.len();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let pages = Cache::builder()
            .weigher(weigh)
            .max_capacity(MAX_BYTES)
            .time_to_live(KEPT_FOR)
            .build();
        Self(pages)
    }
}

impl Rendered {
    /// The page, rendered if it wasn't yet.
    pub(super) async fn page(
        &self,
        tag: &str,
        path: &str,
        render: impl FnOnce() -> Result<String, Problem>,
    ) -> Result<Bytes, Problem> {
        let key = (tag.to_owned(), path.to_owned());
        if let Some(html) = self.0.get(&key).await {
            return Ok(html);
        }
        let html = Bytes::from(render()?);
        self.0.insert(key, html.clone()).await;
        Ok(html)
    }
}
