//! The exact scan: every vector of the model against the query, in pages, so that memory stays
//! bounded however many plans there are.

use sea_orm::QueryResult;

use super::{Exclude, Neighbour, from_bytes, sort};
use crate::sql::{FromRow, all, get, params};
use crate::{Digest, FamilyId, PlanId, Store, StoreError};

const PAGE: i64 = 2_000;

struct Scanned {
    plan_id: PlanId,
    family_id: FamilyId,
    content_hash: Digest,
    vector: Vec<f32>,
}

impl FromRow for Scanned {
    fn from_row(row: &QueryResult) -> Result<Self, StoreError> {
        let vector = from_bytes(&get::<Vec<u8>>(row, "vector")?);
        Ok(Self {
            plan_id: get(row, "plan_id")?,
            family_id: get(row, "family_id")?,
            content_hash: get(row, "content_hash")?,
            vector,
        })
    }
}

pub(super) async fn nearest(
    store: &Store,
    model: &str,
    query: &[f32],
    k: u32,
    exclude: &Exclude,
) -> Result<Vec<Neighbour>, StoreError> {
    let sql = format!(
        "SELECT e.plan_id, p.family_id, p.content_hash, e.vector
               FROM plan_embedding e JOIN plan_corpus p ON p.plan_id = e.plan_id
               WHERE e.model = $1{}
                 AND ($2 IS NULL OR e.plan_id <> $2) AND ($3 IS NULL OR p.family_id <> $3)
                 AND ($4 IS NULL OR p.owner_id <> $4) AND ($5 IS NULL OR e.plan_id > $5)
               ORDER BY e.plan_id LIMIT $6",
        exclude.hidden.condition(),
    );
    let wanted = usize::try_from(k).unwrap_or(usize::MAX);
    let mut best: Vec<Neighbour> = Vec::new();
    let mut after: Option<PlanId> = None;
    loop {
        let params = params![
            model,
            exclude.plan,
            exclude.family,
            exclude.owner,
            after,
            PAGE
        ];
        let page: Vec<Scanned> = all(store.read(), &sql, params).await?;
        let Some(last) = page.last() else {
            return Ok(best);
        };
        after = Some(last.plan_id);
        best.extend(page.iter().map(|row| Neighbour {
            plan_id: row.plan_id,
            family_id: row.family_id,
            content_hash: row.content_hash,
            distance: cosine_distance(query, &row.vector),
        }));
        sort(&mut best);
        best.truncate(wanted);
    }
}

/// 1 − cosine, summed in `f64` in the order of the dimensions; 1 when a vector is zero.
pub(super) fn cosine_distance(a: &[f32], b: &[f32]) -> f64 {
    let (mut dot, mut norm_a, mut norm_b) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (f64::from(*x), f64::from(*y));
        dot += x * y;
        norm_a += x * x;
        norm_b += y * y;
    }
    let norms = (norm_a * norm_b).sqrt();
    if norms == 0.0 {
        1.0
    } else {
        (1.0 - dot / norms).clamp(0.0, 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::cosine_distance;

    #[test]
    fn cosine_distance_spans_0_to_2() {
        assert!(cosine_distance(&[1.0, 2.0], &[2.0, 4.0]).abs() < 1e-12);
        assert!((cosine_distance(&[1.0, 0.0], &[0.0, 3.0]) - 1.0).abs() < 1e-12);
        assert!((cosine_distance(&[1.0, 0.0], &[-2.0, 0.0]) - 2.0).abs() < 1e-12);
        assert!((cosine_distance(&[0.0, 0.0], &[1.0, 0.0]) - 1.0).abs() < 1e-12);
    }
}
