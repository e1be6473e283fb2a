//! The frozen corpus snapshot behind novelty.
//!
//! A percentile means something only against a fixed spread. A snapshot is taken when there is
//! none, and again when the corpus has doubled since: after a batch import, never during.

use std::sync::Arc;

use llm::Embedder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Snapshot as Row, Store};

use super::{Corpus, ExtractError};
use crate::Clock;

/// What the store keeps of a snapshot.
#[derive(Serialize, Deserialize)]
pub(super) struct Body {
    families: usize,
    pub(super) snapshot: kpi::Snapshot,
}

/// The newest snapshot and its id, however old; `None` when there is none, or none that this
/// version can read.
pub(super) async fn latest(
    store: &Store,
    model: &str,
) -> Result<Option<(String, Body)>, ExtractError> {
    let latest = store.latest_snapshot(model).await?;
    Ok(latest.and_then(|row| {
        let body = serde_json::from_slice(&row.body).ok()?;
        Some((row.snapshot_id, body))
    }))
}

/// Takes a new snapshot if the corpus has outgrown the last one.
pub(crate) async fn renew(
    store: &Store,
    clock: &dyn Clock,
    embedder: &dyn Embedder,
) -> Result<(), ExtractError> {
    let model = embedder.model();
    let families = store.count_embedded_families(model).await?;
    let families = usize::try_from(families).unwrap_or(0);
    let known = latest(store, model).await?;
    let is_outgrown = known.is_none_or(|(_, body)| families >= 2 * body.families);
    // The spread of nothing says nothing.
    if families == 0 || !is_outgrown {
        return Ok(());
    }
    let corpus = Arc::new(Corpus::load(store, model).await?);
    current(store, clock, model, &corpus).await.map(drop)
}

/// The snapshot in force and its id.
pub(super) async fn current(
    store: &Store,
    clock: &dyn Clock,
    model: &str,
    corpus: &Arc<Corpus>,
) -> Result<(String, kpi::Snapshot), ExtractError> {
    if let Some((id, body)) = latest(store, model).await?
        && corpus.families() < 2 * body.families
    {
        return Ok((id, body.snapshot));
    }
    let measured = Arc::clone(corpus);
    let body = Body {
        families: corpus.families(),
        snapshot: super::compute(move || measured.freeze()).await?,
    };
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    let id = hex::encode(&Sha256::digest(&bytes)[..8]);
    let row = Row {
        snapshot_id: id.clone(),
        model: model.to_owned(),
        created_at: clock.now(),
        body: bytes,
    };
    store.put_snapshot(&row).await?;
    Ok((id, body.snapshot))
}
