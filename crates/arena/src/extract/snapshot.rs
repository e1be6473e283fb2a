//! The frozen corpus snapshot behind novelty.
//!
//! A percentile means something only against a fixed spread. A snapshot is taken when there is
//! none, and again when the corpus has doubled since: after a batch import, never during.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Snapshot as Row;

use super::{Corpus, ExtractError, Extraction};

/// What the store keeps of a snapshot.
#[derive(Serialize, Deserialize)]
struct Body {
    families: usize,
    snapshot: kpi::Snapshot,
}

/// The snapshot in force and its id.
pub(super) async fn current(
    work: &Extraction<'_>,
    corpus: &Arc<Corpus>,
) -> Result<(String, kpi::Snapshot), ExtractError> {
    let model = work.embedder.model();
    let latest = work.store.latest_snapshot(model).await?;
    let known = latest.and_then(|row| {
        Some((
            row.snapshot_id,
            serde_json::from_slice::<Body>(&row.body).ok()?,
        ))
    });
    if let Some((id, body)) = known
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
        created_at: work.clock.now(),
        body: bytes,
    };
    work.store.put_snapshot(&row).await?;
    Ok((id, body.snapshot))
}
