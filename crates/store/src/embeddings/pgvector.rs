//! Vector search by the Postgres extension pgvector, when the server has it.
//!
//! An accelerator, not a part of the schema: `plan_vector` repeats `plan_embedding`, is made and
//! filled by `migrate`, and each model gets an HNSW index of its own length. Without it nothing
//! but speed changes.

use sea_orm::ConnectionTrait;
use sha2::{Digest as _, Sha256};

use super::{Exclude, Neighbour, sort};
use crate::sql::{all, clean, execute, execute_rows, from_row, params, scalar};
use crate::{Backend, PlanId, Store, StoreError};

/// pgvector indexes at most this many dimensions of type `vector`.
const MAX_DIMENSIONS: usize = 2_000;
/// How many candidates HNSW keeps while it searches: more is slower and nearer to exact.
const EF_SEARCH: u32 = 200;

from_row!(Neighbour {
    plan_id,
    family_id,
    content_hash,
    distance
});

impl Store {
    pub(super) async fn has_pgvector(&self, on: &impl ConnectionTrait) -> Result<bool, StoreError> {
        match self.backend() {
            Backend::Sqlite => Ok(false),
            Backend::Postgres => self.backend().has_table(on, "plan_vector").await,
        }
    }
}

/// Whether a vector can be searched by an index.
pub(super) fn fits(vector: &[f32]) -> bool {
    vector.len() <= MAX_DIMENSIONS
}

/// Makes and fills `plan_vector` where the extension can be had; otherwise does nothing.
pub(crate) async fn prepare(store: &Store) -> Result<(), StoreError> {
    if store.backend() == Backend::Sqlite || store.has_pgvector(store.read()).await? {
        return Ok(());
    }
    if let Err(error) = execute(
        store.read(),
        "CREATE EXTENSION IF NOT EXISTS vector",
        params![],
    )
    .await
    {
        tracing::info!(%error, "no pgvector: vectors are searched by exact scan");
        return Ok(());
    }
    let sql = "CREATE TABLE IF NOT EXISTS plan_vector (
                   model TEXT COLLATE \"C\" NOT NULL,
                   plan_id UUID NOT NULL REFERENCES plan_corpus (plan_id),
                   vector vector NOT NULL,
                   PRIMARY KEY (model, plan_id))";
    let write = store.write().await?;
    execute(&write.tx, sql, params![]).await?;
    for model in models(&write.tx).await? {
        let vectors = store.embeddings(&model).await?;
        copy(&write.tx, &model, &vectors).await?;
    }
    write.commit().await
}

async fn models(on: &impl ConnectionTrait) -> Result<Vec<String>, StoreError> {
    let rows: Vec<Model> = all(
        on,
        "SELECT DISTINCT model FROM plan_embedding ORDER BY model",
        params![],
    )
    .await?;
    Ok(rows.into_iter().map(|row| row.model).collect())
}

struct Model {
    model: String,
}

from_row!(Model { model });

/// Repeats stored vectors in `plan_vector`, and gives the model its index.
pub(super) async fn copy<V: AsRef<[f32]>>(
    tx: &impl ConnectionTrait,
    model: &str,
    vectors: &[(PlanId, V)],
) -> Result<(), StoreError> {
    let Some(first) = vectors.first().map(|(_, vector)| vector.as_ref()) else {
        return Ok(());
    };
    if !fits(first) {
        return Ok(());
    }
    // The type of a parameter in a list of rows must be said; `vector` reads its text form.
    for chunk in vectors.chunks(1_000) {
        let rows = chunk
            .iter()
            .map(|(plan, vector)| params![model, plan, literal(vector.as_ref())])
            .collect();
        execute_rows(
            tx,
            "WITH incoming (model, plan_id, vector) AS (",
            rows,
            COPY_TAIL,
        )
        .await?;
    }
    let index = format!(
        "CREATE INDEX IF NOT EXISTS {} ON plan_vector USING hnsw ((vector::vector({})) vector_cosine_ops)
         WHERE model = {}",
        index_name(model),
        first.len(),
        quote(model),
    );
    execute(tx, &index, params![]).await?;
    Ok(())
}

const COPY_TAIL: &str = ")
    INSERT INTO plan_vector (model, plan_id, vector)
    SELECT model, plan_id, CAST(vector AS vector) FROM incoming
    ON CONFLICT (model, plan_id) DO UPDATE SET vector = excluded.vector";

pub(super) async fn nearest(
    store: &Store,
    model: &str,
    query: &[f32],
    k: u32,
    exclude: &Exclude,
) -> Result<Vec<Neighbour>, StoreError> {
    let write = store.write().await?;
    execute(
        &write.tx,
        &format!("SET LOCAL hnsw.ef_search = {EF_SEARCH}"),
        params![],
    )
    .await?;
    if iterates(&write.tx).await? {
        execute(
            &write.tx,
            "SET LOCAL hnsw.iterative_scan = strict_order",
            params![],
        )
        .await?;
    }
    // The model stands in the text, not in a parameter: only so is its partial index chosen. A zero
    // vector has no cosine: pgvector says NaN, the exact scan 1.
    let sql = format!(
        "SELECT v.plan_id, p.family_id, p.content_hash,
                COALESCE(NULLIF(v.vector::vector({length}) <=> CAST($1 AS vector({length})), 'NaN'), 1) AS distance
         FROM plan_vector v JOIN plan_corpus p ON p.plan_id = v.plan_id
         WHERE v.model = {model}{active}
           AND ($2 IS NULL OR v.plan_id <> $2) AND ($3 IS NULL OR p.family_id <> $3)
           AND ($4 IS NULL OR p.owner_id <> $4)
         ORDER BY v.vector::vector({length}) <=> CAST($1 AS vector({length})) LIMIT $5",
        length = query.len(),
        model = quote(model),
        active = exclude.hidden.condition(),
    );
    let params = params![
        literal(query),
        exclude.plan,
        exclude.family,
        exclude.owner,
        i64::from(k)
    ];
    let mut found: Vec<Neighbour> = all(&write.tx, &sql, params).await?;
    write.commit().await?;
    sort(&mut found);
    Ok(found)
}

/// Whether this pgvector (0.8 and later) searches on when a filter has eaten the candidates.
async fn iterates(on: &impl ConnectionTrait) -> Result<bool, StoreError> {
    let sql = "SELECT extversion AS value FROM pg_extension WHERE extname = 'vector'";
    let version: Option<String> = scalar(on, sql, params![]).await?;
    let version = version.unwrap_or_default();
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    Ok((parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (0, 8))
}

/// The text form that pgvector reads: `[1,2.5]`.
fn literal(vector: &[f32]) -> String {
    let numbers: Vec<String> = vector.iter().map(f32::to_string).collect();
    format!("[{}]", numbers.join(","))
}

fn quote(text: &str) -> String {
    format!("'{}'", clean(text).replace('\'', "''"))
}

/// Postgres names end at 63 bytes, models' names may not.
fn index_name(model: &str) -> String {
    format!(
        "plan_vector_hnsw_{}",
        &hex::encode(Sha256::digest(model.as_bytes()))[..16]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_name_cannot_leave_its_quotes() {
        assert_eq!(
            quote("a'; DROP TABLE x; --\0"),
            "'a''; DROP TABLE x; --\u{FFFD}'"
        );
        assert_eq!(literal(&[1.0, -0.5]), "[1,-0.5]");
    }
}
