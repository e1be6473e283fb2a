//! Families: groups of near copies that share one slot on the board.
//!
//! Who belongs together is decided elsewhere; here candidates are looked up by their LSH bands and
//! decisions are kept. `relist` holds the rule that of each family and contest one active plan is
//! listed: the representative, or the earliest that is active when it isn't.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::sql::{all, execute, from_row, params, placeholders, scalar};
use crate::{
    AccountId, Contest, Digest, FamilyId, PlanId, PlanState, Store, StoreError, Visibility,
};

/// A plan that shares at least one band with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub plan_id: PlanId,
    pub family_id: FamilyId,
    pub owner_id: AccountId,
    pub content_hash: Digest,
    pub signature: Vec<u8>,
    pub shared_bands: i64,
}

from_row!(Candidate {
    plan_id,
    family_id,
    owner_id,
    content_hash,
    signature,
    shared_bands
});

/// A plan as a contest sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entrant {
    pub plan_id: PlanId,
    pub owner_id: AccountId,
    pub family_id: FamilyId,
    pub representative: PlanId,
    pub content_hash: Digest,
    pub title: String,
    pub domain: Option<String>,
    pub visibility: Visibility,
    pub state: PlanState,
    /// Integrity flags as JSON.
    pub integrity: String,
    pub created_at: DateTime<Utc>,
    /// Whether phase 1 has measured it: before, it is not compared.
    pub has_kpis: bool,
}

from_row!(Entrant {
    plan_id,
    owner_id,
    family_id,
    representative,
    content_hash,
    title,
    domain,
    visibility,
    state,
    integrity,
    created_at,
    has_kpis,
});

/// A family as a contest sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FamilyRow {
    pub family_id: FamilyId,
    /// The founder of the family; when it isn't in this contest or is hidden, the first active
    /// member by content hash, and when none is active, the first member.
    pub representative: PlanId,
    /// The owners of the members, sorted, each once.
    pub owners: Vec<AccountId>,
    /// Sorted by content hash.
    pub members: Vec<Entrant>,
}

impl Store {
    /// Plans, hidden ones too, that share a band with `bands`, most shared bands first, at most `limit`.
    pub async fn band_candidates(
        &self,
        bands: &[u64],
        limit: u32,
    ) -> Result<Vec<Candidate>, StoreError> {
        if bands.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "WITH wanted (band_number, band_hash) AS (VALUES {}),
             shared AS (
                 SELECT b.plan_id, COUNT(*) AS shared_bands
                 FROM wanted w JOIN plan_band b ON b.band_number = w.band_number AND b.band_hash = w.band_hash
                 GROUP BY b.plan_id ORDER BY COUNT(*) DESC, b.plan_id LIMIT {}
             )
             SELECT s.plan_id, p.family_id, p.owner_id, p.content_hash, g.signature, s.shared_bands
             FROM shared s JOIN plan_corpus p ON p.plan_id = s.plan_id
                  JOIN plan_signature g ON g.plan_id = s.plan_id
             ORDER BY s.shared_bands DESC, s.plan_id",
            placeholders(self.backend(), bands.len(), 2),
            limit.max(1),
        );
        let pairs = (0_i64..).zip(bands);
        let params = pairs
            .flat_map(|(number, hash)| params![number, hash.cast_signed()])
            .collect();
        all(self.read(), &sql, params).await
    }

    /// Moves a plan to a family, which is founded when it does not exist yet.
    pub async fn assign_family(
        &self,
        plan: PlanId,
        family: FamilyId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let write = self.write().await?;
        let sql = "SELECT family_id AS value FROM plan_corpus WHERE plan_id = $1";
        let Some(left) = scalar::<FamilyId>(&write.tx, sql, params![plan]).await? else {
            return Err(StoreError::NotFound {
                what: "plan",
                id: plan.to_string(),
            });
        };
        let sql =
            "INSERT INTO plan_family (family_id, representative, created_at) VALUES ($1, $2, $3)
                   ON CONFLICT (family_id) DO NOTHING";
        execute(&write.tx, sql, params![family, plan, now]).await?;
        let sql = "UPDATE plan_corpus SET family_id = $1 WHERE plan_id = $2";
        execute(&write.tx, sql, params![family, plan]).await?;
        relist(&write.tx, left).await?;
        relist(&write.tx, family).await?;
        write.commit().await
    }

    /// Every plan of a contest, hidden ones too, sorted by content hash.
    pub async fn entrants(&self, contest: Contest) -> Result<Vec<Entrant>, StoreError> {
        let sql = "SELECT p.plan_id, p.owner_id, p.family_id, f.representative, p.content_hash, p.title, p.domain,
                          p.visibility, p.state, p.integrity, p.created_at,
                          m.kpi_version IS NOT NULL AS has_kpis
                   FROM plan_metrics m JOIN plan_corpus p ON p.plan_id = m.plan_id
                        JOIN plan_family f ON f.family_id = p.family_id
                   WHERE m.contest = $1 ORDER BY p.content_hash, p.plan_id";
        all(self.read(), sql, params![contest]).await
    }

    /// The families of a contest, sorted by the content hash of their first member.
    pub async fn families(&self, contest: Contest) -> Result<Vec<FamilyRow>, StoreError> {
        let mut places: BTreeMap<FamilyId, usize> = BTreeMap::new();
        let mut groups: Vec<Vec<Entrant>> = Vec::new();
        for entrant in self.entrants(contest).await? {
            let place = *places.entry(entrant.family_id).or_insert(groups.len());
            if place == groups.len() {
                groups.push(Vec::new());
            }
            groups[place].push(entrant);
        }
        Ok(groups.into_iter().filter_map(family).collect())
    }
}

fn family(members: Vec<Entrant>) -> Option<FamilyRow> {
    let first = members.first()?;
    let active = |entrant: &&Entrant| entrant.state == PlanState::Active;
    let founder = members
        .iter()
        .filter(active)
        .find(|m| m.plan_id == m.representative);
    let shown = founder
        .or_else(|| members.iter().find(active))
        .unwrap_or(first);
    let mut owners: Vec<AccountId> = members.iter().map(|m| m.owner_id).collect();
    owners.sort_unstable();
    owners.dedup();
    Some(FamilyRow {
        family_id: first.family_id,
        representative: shown.plan_id,
        owners,
        members,
    })
}

/// Marks which members of a family are listed: one per contest in public, all of a private
/// contest (where the family rule doesn't apply), none that is hidden.
pub(crate) async fn relist(tx: &impl ConnectionTrait, family: FamilyId) -> Result<(), StoreError> {
    let sql = "
        WITH member AS (
            SELECT p.plan_id, p.visibility, p.state,
                   ROW_NUMBER() OVER (
                       PARTITION BY CASE WHEN p.visibility = 'private' THEN 1 ELSE 0 END
                       ORDER BY CASE WHEN p.state = 'active' THEN 0 ELSE 1 END,
                                CASE WHEN p.plan_id = f.representative THEN 0 ELSE 1 END,
                                p.content_hash, p.plan_id
                   ) AS place
            FROM plan_corpus p JOIN plan_family f ON f.family_id = p.family_id
            WHERE p.family_id = $1
        )
        UPDATE plan_metrics SET listed = (member.state = 'active' AND (member.visibility = 'private' OR place = 1))
        FROM member WHERE plan_metrics.plan_id = member.plan_id";
    execute(tx, sql, params![family]).await?;
    Ok(())
}
