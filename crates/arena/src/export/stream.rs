//! The stream: pages of plans, then pages of comparisons, each read when it is asked for.

use futures::{Stream, stream};
use store::{Comparison, Contest, LeaderFilter, PlanId, Standing, Store};

use super::{ExportQuery, ExportedComparison, Format};
use crate::views::{Scope, ViewError, Viewer};

/// Plans or comparisons of a page.
const PAGE: u32 = 500;
const MAX_PLANS: u32 = 1_000_000;

/// Streams an export as chunks of text. What is wrong with the query is said at once.
pub fn export(
    store: Store,
    viewer: Viewer,
    query: ExportQuery,
) -> Result<impl Stream<Item = Result<String, ViewError>> + Send + 'static, ViewError> {
    let contest = query.scope.contest(viewer)?;
    let work = Work {
        left: query.top.unwrap_or(MAX_PLANS).min(MAX_PLANS),
        with_comparisons: query.comparisons && query.format != Format::Csv,
        store,
        viewer,
        contest,
        query,
        exported: Vec::new(),
        first: true,
    };
    Ok(stream::try_unfold(
        (work, Step::Head),
        |(mut work, step)| async move {
            let Some((chunk, next)) = work.chunk(step).await? else {
                return Ok(None);
            };
            Ok(Some((chunk, (work, next))))
        },
    ))
}

/// What comes next.
enum Step {
    Head,
    Plans {
        standing: Standing,
        cursor: Option<String>,
    },
    Middle,
    Comparisons {
        after: Option<(i64, i64)>,
    },
    Tail,
    End,
}

struct Work {
    store: Store,
    viewer: Viewer,
    contest: Contest,
    query: ExportQuery,
    with_comparisons: bool,
    /// Plans that may still come.
    left: u32,
    /// Sorted once all plans are out; empty when no comparisons are wanted.
    exported: Vec<PlanId>,
    /// Whether the list being written has no element yet.
    first: bool,
}

impl Work {
    async fn chunk(&mut self, step: Step) -> Result<Option<(String, Step)>, ViewError> {
        let format = self.query.format;
        Ok(Some(match step {
            Step::Head => {
                let standing = Standing::Established;
                let cursor = None;
                (format.head(self.contest), Step::Plans { standing, cursor })
            }
            Step::Plans { standing, cursor } => self.plans(standing, cursor).await?,
            Step::Middle if self.with_comparisons => {
                self.exported.sort_unstable();
                self.first = true;
                (
                    format.middle().to_owned(),
                    Step::Comparisons { after: None },
                )
            }
            Step::Comparisons { after } => self.comparisons(after).await?,
            Step::Middle | Step::Tail => (format.tail().to_owned(), Step::End),
            Step::End => return Ok(None),
        }))
    }

    async fn plans(
        &mut self,
        standing: Standing,
        cursor: Option<String>,
    ) -> Result<(String, Step), ViewError> {
        if self.left == 0 {
            return Ok((String::new(), Step::Middle));
        }
        let query = &self.query;
        let filter = LeaderFilter {
            owner: self.viewer.account.filter(|_| query.scope == Scope::Mine),
            domain: query.domain.clone(),
            since: query.since,
            until: query.until,
            flagged: query.flagged,
            cursor,
            ..LeaderFilter::first(self.contest, standing, self.left.min(PAGE))
        };
        let page = self.store.leaderboard(&filter).await?;
        let mut chunk = String::new();
        for row in &page.rows {
            chunk.push_str(&query.format.plan(row, self.viewer, self.first));
            self.first = false;
            if self.with_comparisons {
                self.exported.push(row.plan_id);
            }
        }
        self.left -= u32::try_from(page.rows.len()).unwrap_or(self.left);
        let next = match (page.next, standing) {
            (Some(cursor), standing) => Step::Plans {
                standing,
                cursor: Some(cursor),
            },
            (None, Standing::Established) => Step::Plans {
                standing: Standing::Provisional,
                cursor: None,
            },
            (None, Standing::Provisional) => Step::Middle,
        };
        Ok((chunk, next))
    }

    async fn comparisons(
        &mut self,
        after: Option<(i64, i64)>,
    ) -> Result<(String, Step), ViewError> {
        let page = self
            .store
            .comparisons_after(self.contest, after, PAGE)
            .await?;
        let Some(last) = page.last().map(|row| (row.round, row.seq)) else {
            return Ok((String::new(), Step::Tail));
        };
        let mut chunk = String::new();
        for row in page {
            if !self.shows(&row) {
                continue;
            }
            let mut row = ExportedComparison::from(row);
            row.cost_nano_usd = row.cost_nano_usd.filter(|_| self.pays());
            chunk.push_str(&self.query.format.comparison(&row, self.first));
            self.first = false;
        }
        Ok((chunk, Step::Comparisons { after: Some(last) }))
    }

    /// Whose contest it is sees money and canaries.
    fn pays(&self) -> bool {
        match self.contest {
            Contest::Public => self.viewer.sees_all,
            Contest::Private(owner) => self.viewer.sees_inside(owner),
        }
    }

    fn shows(&self, row: &Comparison) -> bool {
        let among = |plan: &PlanId| self.exported.binary_search(plan).is_ok();
        let open = row.variant.is_empty() && row.finished_at.is_some();
        among(&row.first_plan) && among(&row.second_plan) && (open || self.pays())
    }
}
