//! Vectors of plans: which models there are, and filling in those that are missing.

use llm::{Embedder, LlmError};
use plan::Card;
use store::{PlanId, Store, StoreError};

/// Name under which the card's character n-grams are stored; families are found with them.
pub(crate) const CARD_CHARS_MODEL: &str = "card-char-ngrams/1";

/// Texts per request to an embedding server.
const BATCH: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum VectorError {
    #[error("the embedding model failed: {0}")]
    Embedding(#[from] LlmError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the stored card of plan {0} can't be read; import the plan again")]
    BrokenCard(PlanId),
}

/// Embeds every plan that has no vector of this model yet.
pub(crate) async fn fill_in(store: &Store, embedder: &dyn Embedder) -> Result<(), VectorError> {
    let missing = store.plans_without_embedding(embedder.model()).await?;
    for batch in missing.chunks(BATCH) {
        let mut texts = Vec::with_capacity(batch.len());
        for plan in batch {
            texts.push(card(store, *plan).await?.canonical_text());
        }
        let vectors = embedder.embed(&texts).await?;
        let rows: Vec<(PlanId, Vec<f32>)> = batch.iter().copied().zip(vectors).collect();
        store.put_embeddings(embedder.model(), &rows).await?;
    }
    Ok(())
}

/// The stored card of a plan.
pub(crate) async fn card(store: &Store, plan: PlanId) -> Result<Card, VectorError> {
    let document = store
        .plan_document(plan)
        .await?
        .ok_or(VectorError::BrokenCard(plan))?;
    serde_json::from_str(&document.card).map_err(|_| VectorError::BrokenCard(plan))
}
