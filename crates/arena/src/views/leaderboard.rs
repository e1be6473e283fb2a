//! A page of a board: rows, cursors both ways, and what the page says of the contest.
//!
//! A page is of one contest, since Elo means something only within one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::{
    Contest, ContestSummary, DomainCount, JudgeId, KpiValues, LeaderFilter, LeaderRow, PlanId,
    Standing, Store, Visibility,
};

use super::judges::{self, JudgeBrief};
use super::tier::TierRange;
use super::{ViewError, Viewer};

/// Rows of a page at most.
const MAX_ROWS: u32 = 200;

const MAX_DOMAINS: usize = 200;

/// Whose plans, on which board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The public contest.
    Public,
    /// The viewer's plans in the public contest, at the ranks that they hold there.
    Mine,
    /// The contest of the viewer's private plans among themselves.
    Private,
}

impl Scope {
    pub(crate) fn contest(self, viewer: Viewer) -> Result<Contest, ViewError> {
        match (self, viewer.account) {
            (Self::Public, _) | (Self::Mine, Some(_)) => Ok(Contest::Public),
            (Self::Private, Some(account)) => Ok(Contest::Private(account)),
            (Self::Mine | Self::Private, None) => Err(ViewError::NeedsAccount),
        }
    }
}

/// Which page.
#[derive(Debug, Clone)]
pub struct LeaderboardQuery {
    pub scope: Scope,
    /// Provisional plans are listed apart.
    pub standing: Standing,
    pub domain: Option<String>,
    /// Submitted at or after this time …
    pub since: Option<DateTime<Utc>>,
    /// … and before this one.
    pub until: Option<DateTime<Utc>>,
    pub flagged: Option<bool>,
    /// 1 to 200; what is outside is brought inside.
    pub limit: u32,
    pub cursor: Option<String>,
}

impl Default for LeaderboardQuery {
    fn default() -> Self {
        Self {
            scope: Scope::Public,
            standing: Standing::Established,
            domain: None,
            since: None,
            until: None,
            flagged: None,
            limit: 50,
            cursor: None,
        }
    }
}

impl LeaderboardQuery {
    pub(crate) fn filter(&self, viewer: Viewer) -> Result<LeaderFilter, ViewError> {
        Ok(LeaderFilter {
            contest: self.scope.contest(viewer)?,
            standing: self.standing,
            owner: viewer.account.filter(|_| self.scope == Scope::Mine),
            domain: self.domain.clone(),
            since: self.since,
            until: self.until,
            flagged: self.flagged,
            limit: self.limit.clamp(1, MAX_ROWS),
            cursor: self.cursor.clone(),
        })
    }
}

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeaderboardPage {
    pub items: Vec<BoardRow>,
    pub next_cursor: Option<String>,
    pub previous_cursor: Option<String>,
    pub contest: ContestOverview,
}

/// A plan as lists show it. Ratings are `None` before the first publication that holds it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoardRow {
    pub plan_id: PlanId,
    pub title: String,
    pub domain: Option<String>,
    pub visibility: Visibility,
    /// Among all rated plans of the contest, with its 90 % interval.
    pub rank: Option<i64>,
    pub rank_low: Option<i64>,
    pub rank_high: Option<i64>,
    pub elo: Option<f64>,
    pub elo_se: Option<f64>,
    /// The 90 % interval.
    pub elo_low: Option<f64>,
    pub elo_high: Option<f64>,
    /// 100 for the first, 0 for the last.
    pub percentile: Option<f64>,
    /// `None` while provisional or not rated.
    pub tier: Option<TierRange>,
    pub num_comparisons: i64,
    pub num_opponents: i64,
    pub num_opponent_owners: i64,
    pub provisional: bool,
    pub flagged: bool,
    /// Why it is provisional.
    pub comment: Option<String>,
    pub kpis: KpiValues,
    /// Whether it is the viewer's.
    pub mine: bool,
    /// The owner's own id of it; for the owner and for who sees all.
    pub external_id: Option<String>,
    pub submitted_at: DateTime<Utc>,
    pub rated_at: Option<DateTime<Utc>>,
}

impl BoardRow {
    /// `ranked` is how many plans hold a rank in the contest.
    pub(crate) fn of(row: LeaderRow, viewer: Viewer, ranked: i64) -> Self {
        let rated = row.elo.is_some();
        let provisional = row.provisional.unwrap_or(false) || !rated;
        let tier = (!provisional)
            .then(|| TierRange::of(row.rank_low, row.rank_high, ranked))
            .flatten();
        // What a former publication said of a plan that left the board is no rating.
        let number = |x: Option<f64>| x.filter(|_| rated);
        let count = |x: Option<i64>| x.filter(|_| rated);
        Self {
            plan_id: row.plan_id,
            title: row.title,
            domain: row.domain,
            visibility: row.visibility,
            rank: count(row.rank),
            rank_low: count(row.rank_low),
            rank_high: count(row.rank_high),
            elo: row.elo,
            elo_se: number(row.elo_se),
            elo_low: number(row.elo_low),
            elo_high: number(row.elo_high),
            percentile: number(row.percentile),
            tier,
            num_comparisons: row.num_comparisons,
            num_opponents: row.num_opponents,
            num_opponent_owners: row.num_opponent_owners,
            provisional,
            flagged: row.flagged.unwrap_or(false),
            comment: row.comment.filter(|_| rated),
            kpis: row.kpis,
            mine: viewer.owns(row.owner_id),
            external_id: row.external_id.filter(|_| viewer.sees_inside(row.owner_id)),
            submitted_at: row.submitted_at,
            rated_at: row.rated_at.filter(|_| rated),
        }
    }
}

/// What a page says of its contest, as of the last publication.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContestOverview {
    pub contest: Contest,
    /// 0 before the first publication.
    pub publication: i64,
    pub published_at: Option<DateTime<Utc>>,
    pub established: i64,
    pub provisional: i64,
    pub flagged: i64,
    pub comparisons: i64,
    /// The ends of one scale on which all intervals can be drawn.
    pub elo_low: Option<f64>,
    pub elo_high: Option<f64>,
    /// For whose contest it is and for who sees all.
    pub spent_nano_usd: Option<String>,
    /// By name, the plans without one left out, at most 200: the largest.
    pub domains: Vec<DomainCount>,
    pub judges: Vec<JudgeBrief>,
}

impl ContestOverview {
    /// Plans that hold a rank.
    pub fn ranked(&self) -> i64 {
        self.established + self.provisional
    }

    fn empty(contest: Contest) -> Self {
        Self {
            contest,
            publication: 0,
            published_at: None,
            established: 0,
            provisional: 0,
            flagged: 0,
            comparisons: 0,
            elo_low: None,
            elo_high: None,
            spent_nano_usd: None,
            domains: Vec::new(),
            judges: Vec::new(),
        }
    }

    fn of(summary: ContestSummary, viewer: Viewer, judges: Vec<JudgeBrief>) -> Self {
        let paid = match summary.contest {
            Contest::Public => viewer.sees_all,
            Contest::Private(owner) => viewer.sees_inside(owner),
        };
        Self {
            contest: summary.contest,
            publication: summary.publication,
            published_at: Some(summary.published_at),
            established: summary.established,
            provisional: summary.provisional,
            flagged: summary.flagged,
            comparisons: summary.comparisons,
            elo_low: summary.elo_min,
            elo_high: summary.elo_max,
            spent_nano_usd: paid.then(|| summary.spend_nano_usd.to_string()),
            domains: largest(summary.domains),
            judges,
        }
    }
}

/// One page of a board.
pub async fn leaderboard(
    store: &Store,
    viewer: Viewer,
    query: &LeaderboardQuery,
) -> Result<LeaderboardPage, ViewError> {
    let filter = query.filter(viewer)?;
    let contest = contest_overview(store, viewer, filter.contest).await?;
    let page = store.leaderboard(&filter).await?;
    let ranked = contest.ranked();
    let items = page.rows.into_iter();
    Ok(LeaderboardPage {
        items: items.map(|row| BoardRow::of(row, viewer, ranked)).collect(),
        next_cursor: page.next,
        previous_cursor: page.previous,
        contest,
    })
}

/// What the pages of a scope say of their contest; cheap enough to ask whether anything is new.
pub async fn overview(
    store: &Store,
    viewer: Viewer,
    scope: Scope,
) -> Result<ContestOverview, ViewError> {
    contest_overview(store, viewer, scope.contest(viewer)?).await
}

pub(super) async fn contest_overview(
    store: &Store,
    viewer: Viewer,
    contest: Contest,
) -> Result<ContestOverview, ViewError> {
    let Some(summary) = store.contest_summary(contest).await? else {
        return counted(store, contest).await;
    };
    let judges = judges::briefs(store, &judge_counts(&summary)).await?;
    Ok(ContestOverview::of(summary, viewer, judges))
}

/// A board that was published by a version without summaries: count until the next publication.
async fn counted(store: &Store, contest: Contest) -> Result<ContestOverview, ViewError> {
    let empty = ContestOverview::empty(contest);
    let published = store.ranking(contest).await?.filter(|r| r.published > 0);
    let Some(ranking) = published else {
        return Ok(empty);
    };
    Ok(ContestOverview {
        publication: ranking.published,
        established: store.count_leaders(contest, Standing::Established).await?,
        provisional: store.count_leaders(contest, Standing::Provisional).await?,
        ..empty
    })
}

/// Domains are free text of authors: of a million different ones a filter shows the largest.
fn largest(mut domains: Vec<DomainCount>) -> Vec<DomainCount> {
    domains.retain(|count| count.domain.is_some());
    domains.sort_by_key(|count| std::cmp::Reverse(count.established + count.provisional));
    domains.truncate(MAX_DOMAINS);
    domains.sort_by(|a, b| a.domain.cmp(&b.domain));
    domains
}

/// Verdicts of a judge in the ratings, as a publication keeps it.
#[derive(Debug, Deserialize)]
pub(super) struct JudgeCount {
    pub(super) judge_id: JudgeId,
    pub(super) verdicts: i64,
}

pub(super) fn judge_counts(summary: &ContestSummary) -> Vec<JudgeCount> {
    serde_json::from_str(&summary.judges).unwrap_or_default()
}
