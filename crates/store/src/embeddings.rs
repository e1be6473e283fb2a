//! Vectors of plans, one per plan and model, and the search for the nearest.
//!
//! A vector is kept as little-endian `f32`. The search scans them exactly; where Postgres has the
//! pgvector extension an HNSW index answers instead. Likeness never chooses opponents: this
//! serves novelty, families and advice.

mod among;
mod corpus;
mod exact;
mod pgvector;
mod snapshots;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::sql::{FromRow, all, execute_rows, get, params};
use crate::{AccountId, Digest, FamilyId, PlanId, Store, StoreError};

pub use corpus::PlanVector;
pub(crate) use pgvector::prepare as prepare_pgvector;
pub use snapshots::Snapshot;

/// What a search leaves out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Exclude {
    pub plan: Option<PlanId>,
    pub family: Option<FamilyId>,
    pub owner: Option<AccountId>,
    pub hidden: Hidden,
}

/// What a search does with withdrawn and quarantined plans.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hidden {
    #[default]
    Excluded,
    /// Families outlive their members: a copy of a withdrawn plan is still a copy.
    Included,
}

impl Hidden {
    /// The end of a `WHERE` clause on the table `p` of plans.
    fn condition(self) -> &'static str {
        match self {
            Self::Excluded => " AND p.state = 'active'",
            Self::Included => "",
        }
    }
}

/// A plan near a vector.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Neighbour {
    pub plan_id: PlanId,
    pub family_id: FamilyId,
    pub content_hash: Digest,
    /// 1 − cosine, in 0..=2; 1 when one of the vectors is zero.
    pub distance: f64,
}

impl Store {
    /// Stores vectors of one model; a plan's earlier vector of that model is replaced.
    ///
    /// All vectors of a model have the same length and finite numbers, or
    /// [`StoreError::Invalid`] and nothing is stored.
    pub async fn put_embeddings(
        &self,
        model: &str,
        vectors: &[(PlanId, Vec<f32>)],
    ) -> Result<(), StoreError> {
        let write = self.write().await?;
        self.write_embeddings(&write.tx, model, vectors).await?;
        write.commit().await
    }

    /// The same within a transaction.
    pub(crate) async fn write_embeddings<V: AsRef<[f32]> + Sync>(
        &self,
        tx: &impl ConnectionTrait,
        model: &str,
        vectors: &[(PlanId, V)],
    ) -> Result<(), StoreError> {
        let Some(dimensions) = vectors.first().map(|(_, vector)| vector.as_ref().len()) else {
            return Ok(());
        };
        check(vectors, dimensions)?;
        let sql = "SELECT dimensions FROM plan_embedding WHERE model = $1 LIMIT 1";
        let held: Vec<Dimensions> = all(tx, sql, params![model]).await?;
        if let Some(held) = held
            .first()
            .filter(|held| usize::try_from(held.0) != Ok(dimensions))
        {
            return Err(wrong_length(
                usize::try_from(held.0).unwrap_or(0),
                dimensions,
            ));
        }
        let length = i64::try_from(dimensions).unwrap_or(i64::MAX);
        let rows = vectors
            .iter()
            .map(|(plan, vector)| params![model, plan, length, to_bytes(vector.as_ref())])
            .collect();
        let head = "INSERT INTO plan_embedding (model, plan_id, dimensions, vector)";
        let tail = "ON CONFLICT (model, plan_id) DO UPDATE SET vector = excluded.vector";
        execute_rows(tx, head, rows, tail).await?;
        if self.has_pgvector(tx).await? {
            pgvector::copy(tx, model, vectors).await?;
        }
        Ok(())
    }

    /// All vectors of a model, by plan id.
    pub async fn embeddings(&self, model: &str) -> Result<Vec<(PlanId, Vec<f32>)>, StoreError> {
        let sql = "SELECT plan_id, vector FROM plan_embedding WHERE model = $1 ORDER BY plan_id";
        let rows: Vec<Embedding> = all(self.read(), sql, params![model]).await?;
        Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
    }

    /// The `k` plans nearest to `query` by cosine, nearest first, equals by content hash.
    pub async fn nearest(
        &self,
        model: &str,
        query: &[f32],
        k: u32,
        exclude: &Exclude,
    ) -> Result<Vec<Neighbour>, StoreError> {
        check_vector(query)?;
        if self.has_pgvector(self.read()).await? && pgvector::fits(query) {
            return pgvector::nearest(self, model, query, k, exclude).await;
        }
        exact::nearest(self, model, query, k, exclude).await
    }

    /// Whether searches use a pgvector index rather than an exact scan.
    pub async fn uses_pgvector(&self) -> Result<bool, StoreError> {
        self.has_pgvector(self.read()).await
    }
}

fn check<V: AsRef<[f32]>>(vectors: &[(PlanId, V)], dimensions: usize) -> Result<(), StoreError> {
    for (_, vector) in vectors {
        let vector = vector.as_ref();
        check_vector(vector)?;
        if vector.len() != dimensions {
            return Err(wrong_length(dimensions, vector.len()));
        }
    }
    Ok(())
}

/// Nearest first; what is equally near in an order that doesn't depend on who came first.
fn sort(found: &mut [Neighbour]) {
    found.sort_by(|a, b| {
        let ties = (a.content_hash, a.plan_id).cmp(&(b.content_hash, b.plan_id));
        a.distance.total_cmp(&b.distance).then(ties)
    });
}

fn check_vector(vector: &[f32]) -> Result<(), StoreError> {
    let invalid = |why: &str| StoreError::Invalid {
        what: "an embedding",
        why: why.to_owned(),
    };
    if vector.is_empty() {
        return Err(invalid("it is empty"));
    }
    if !vector.iter().all(|x| x.is_finite()) {
        return Err(invalid("it holds a number that is not finite"));
    }
    Ok(())
}

fn wrong_length(expected: usize, found: usize) -> StoreError {
    let why = format!("the model's vectors have {expected} numbers, this one has {found}");
    StoreError::Invalid {
        what: "an embedding",
        why,
    }
}

fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn from_bytes(bytes: &[u8]) -> Vec<f32> {
    bytes
        .chunks_exact(4)
        .map(|chunk| f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]))
        .collect()
}

struct Dimensions(i64);

impl FromRow for Dimensions {
    fn from_row(row: &sea_orm::QueryResult) -> Result<Self, StoreError> {
        Ok(Self(get(row, "dimensions")?))
    }
}

struct Embedding(PlanId, Vec<f32>);

impl FromRow for Embedding {
    fn from_row(row: &sea_orm::QueryResult) -> Result<Self, StoreError> {
        Ok(Self(
            get(row, "plan_id")?,
            from_bytes(&get::<Vec<u8>>(row, "vector")?),
        ))
    }
}
