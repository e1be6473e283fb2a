//! The board as people and programs read it: established plans by rank, provisional ones apart,
//! and who judged.

use rating::elo::{self, Verdict};
use serde::Serialize;
use store::{
    ComparisonFilter, ComparisonState, Contest, LeaderFilter, LeaderRow, PlanId, Spend, Standing,
    Store, StoreError,
};

use crate::contest::Field;

/// What to show of a board.
#[derive(Debug, Clone)]
pub struct BoardQuery {
    pub contest: Contest,
    pub domain: Option<String>,
    /// At most this many rows of each standing, 1 to 10,000.
    pub limit: u32,
}

/// One view of a contest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Board {
    pub contest: Contest,
    /// Best first, by posterior mean.
    pub established: Vec<LeaderRow>,
    /// Rated too vaguely to rank: few opponents, or a large standard error.
    pub provisional: Vec<LeaderRow>,
    /// In the whole contest, whatever the domain asked for.
    pub established_in_all: i64,
    pub provisional_in_all: i64,
    pub judges: Vec<JudgeNote>,
    /// Paid for model calls of this contest, ever.
    pub spent: Spend,
}

impl Board {
    pub fn is_empty(&self) -> bool {
        self.established.is_empty() && self.provisional.is_empty()
    }
}

/// A judge whose verdicts are in the ratings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgeNote {
    pub name: String,
    /// `offline` or `model`.
    pub kind: String,
    pub suspended_why: Option<String>,
}

/// Reads a board.
pub async fn board(store: &Store, query: &BoardQuery) -> Result<Board, StoreError> {
    Ok(Board {
        contest: query.contest,
        established: page(store, query, Standing::Established).await?,
        provisional: page(store, query, Standing::Provisional).await?,
        established_in_all: store
            .count_leaders(query.contest, Standing::Established)
            .await?,
        provisional_in_all: store
            .count_leaders(query.contest, Standing::Provisional)
            .await?,
        judges: judges(store).await?,
        spent: store.spend(Some(query.contest), None).await?,
    })
}

async fn page(
    store: &Store,
    query: &BoardQuery,
    standing: Standing,
) -> Result<Vec<LeaderRow>, StoreError> {
    let mut rows = Vec::new();
    let mut cursor = None;
    while let Some(left) = query
        .limit
        .checked_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX))
        .filter(|n| *n > 0)
    {
        let filter = LeaderFilter {
            contest: query.contest,
            standing,
            domain: query.domain.clone(),
            owner: None,
            since: None,
            until: None,
            flagged: None,
            limit: left.min(1000),
            cursor: cursor.take(),
        };
        let page = store.leaderboard(&filter).await?;
        rows.extend(page.rows);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(rows)
}

/// Judges that have judged something.
async fn judges(store: &Store) -> Result<Vec<JudgeNote>, StoreError> {
    let judges = store
        .judges()
        .await?
        .into_iter()
        .filter(|j| j.params != "{}");
    Ok(judges
        .map(|j| JudgeNote {
            name: j.name,
            kind: j.kind,
            suspended_why: j.suspended_why,
        })
        .collect())
}

/// A plan's place under plain Elo.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EloRow {
    pub rank: usize,
    pub plan_id: PlanId,
    pub title: String,
    pub elo: f64,
    /// Its rank by the posterior mean, for contrast.
    pub published_rank: Option<i64>,
}

/// The same verdicts under plain Elo (K = 32), in the order in which they were planned: for
/// study only, since another order of the same verdicts would give another table.
pub async fn plain_elo(store: &Store, contest: Contest) -> Result<Vec<EloRow>, StoreError> {
    let field = Field::load(store, contest).await?;
    let filter = ComparisonFilter {
        state: Some(ComparisonState::Done),
        ..ComparisonFilter::default()
    };
    let mut done = store.comparisons(contest, &filter).await?;
    done.sort_by_key(|c| (c.round, c.seq));
    let verdict = |c: &store::Comparison| {
        let (first, second) = (field.node_of(c.first_plan)?, field.node_of(c.second_plan)?);
        let level = i8::try_from(c.level?).ok()?;
        (first != second && c.variant.is_empty()).then_some(Verdict {
            first,
            second,
            level,
        })
    };
    let log: Vec<Verdict> = done.iter().filter_map(verdict).collect();
    let elos = elo::rate(field.nodes.len(), &log);
    let mut order: Vec<u32> = field.active().map(|(index, _)| index).collect();
    order.sort_by(|a, b| {
        elos[*b as usize]
            .total_cmp(&elos[*a as usize])
            .then(a.cmp(b))
    });
    let mut rows = Vec::with_capacity(order.len());
    for (place, index) in order.into_iter().enumerate() {
        let plan_id = field.nodes[index as usize].plan;
        let Some(row) = store.metrics(plan_id).await? else {
            continue;
        };
        rows.push(EloRow {
            rank: place + 1,
            plan_id,
            title: row.title,
            elo: elos[index as usize],
            published_rank: row.rank,
        });
    }
    Ok(rows)
}
