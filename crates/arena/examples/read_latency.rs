//! How long each view takes on a database, such as one that `scripts/load/fill` made.
//!
//! `cargo run --release -p arena --example read_latency -- URL [RUNS]`
//!
//! Prints a Markdown table: median, 99th percentile and slowest of RUNS reads (200), in
//! milliseconds, one after another on one connection pool.

use std::future::Future;
use std::time::{Duration, Instant};

use arena::views::{self, LeaderboardQuery, Scope, ViewError, Viewer};
use chrono::{TimeDelta, Utc};
use store::{AccountId, Contest, LeaderFilter, PlanId, Standing, Store};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let url = args.next().ok_or("give the URL of a database")?;
    let runs: usize = args.next().map_or(Ok(200), |runs| runs.parse())?;
    let store = Store::connect(&url).await?;
    store.migrate().await?;
    let subjects = Subjects::pick(&store).await?;
    println!("| view | p50 ms | p99 ms | slowest ms |\n|---|--:|--:|--:|");
    boards(&store, &subjects, runs).await?;
    plans(&store, &subjects, runs).await?;
    Ok(())
}

/// What to read: plans that have everything, an owner, cursors.
struct Subjects {
    plans: Vec<PlanId>,
    owner: AccountId,
    domain: Option<String>,
    deep: Option<String>,
    back: Option<String>,
}

impl Subjects {
    async fn pick(store: &Store) -> Result<Self, ViewError> {
        let mut filter = LeaderFilter::first(Contest::Public, Standing::Established, 1_000);
        let top = store.leaderboard(&filter).await?;
        filter.cursor.clone_from(&top.next);
        let second = store.leaderboard(&filter).await?;
        Ok(Self {
            owner: top.rows.first().map_or(AccountId::SYSTEM, |r| r.owner_id),
            domain: top.rows.iter().find_map(|row| row.domain.clone()),
            plans: top.rows.iter().map(|row| row.plan_id).collect(),
            deep: second.next,
            back: second.previous,
        })
    }

    fn plan(&self, run: usize) -> PlanId {
        self.plans[run * 7 % self.plans.len()]
    }
}

async fn boards(store: &Store, subjects: &Subjects, runs: usize) -> Result<(), ViewError> {
    let ago = |days| Some(now() - TimeDelta::days(days));
    let base = LeaderboardQuery::default();
    let queries = [
        ("leaderboard", base.clone()),
        (
            "leaderboard, row 2,000",
            LeaderboardQuery {
                cursor: subjects.deep.clone(),
                ..base.clone()
            },
        ),
        (
            "leaderboard, backwards",
            LeaderboardQuery {
                cursor: subjects.back.clone(),
                ..base.clone()
            },
        ),
        (
            "leaderboard, 200 rows",
            LeaderboardQuery {
                limit: 200,
                ..base.clone()
            },
        ),
        (
            "leaderboard, provisional",
            LeaderboardQuery {
                standing: Standing::Provisional,
                ..base.clone()
            },
        ),
        (
            "leaderboard, domain",
            LeaderboardQuery {
                domain: subjects.domain.clone(),
                ..base.clone()
            },
        ),
        (
            "leaderboard, domain of nobody",
            LeaderboardQuery {
                domain: Some("no such".to_owned()),
                ..base.clone()
            },
        ),
        (
            "leaderboard, flagged",
            LeaderboardQuery {
                flagged: Some(true),
                ..base.clone()
            },
        ),
        (
            "leaderboard, not flagged",
            LeaderboardQuery {
                flagged: Some(false),
                ..base.clone()
            },
        ),
        (
            "leaderboard, since 300 days",
            LeaderboardQuery {
                since: ago(300),
                ..base.clone()
            },
        ),
        (
            "leaderboard, since the newest 0.2 %",
            LeaderboardQuery {
                since: newest(store, subjects).await?,
                ..base.clone()
            },
        ),
        (
            "leaderboard, until, domain",
            LeaderboardQuery {
                until: ago(300),
                domain: subjects.domain.clone(),
                ..base.clone()
            },
        ),
        (
            "leaderboard, mine",
            LeaderboardQuery {
                scope: Scope::Mine,
                ..base
            },
        ),
    ];
    let viewer = Viewer::of(subjects.owner);
    for (name, query) in queries {
        measure(name, runs, |_| views::leaderboard(store, viewer, &query)).await?;
    }
    Ok(())
}

/// The time after which some 0.2 % of the plans were submitted.
async fn newest(
    store: &Store,
    subjects: &Subjects,
) -> Result<Option<chrono::DateTime<Utc>>, ViewError> {
    let mut times = Vec::new();
    for plan in &subjects.plans {
        times.extend(store.plan(*plan).await?.map(|plan| plan.created_at));
    }
    times.sort_unstable();
    Ok(times.get(times.len() * 998 / 1_000).copied())
}

async fn plans(store: &Store, subjects: &Subjects, runs: usize) -> Result<(), ViewError> {
    let anybody = Viewer::ANYBODY;
    let plan = |run| subjects.plan(run);
    let owner = subjects.owner;
    measure("plan", runs, |run| views::plan(store, anybody, plan(run))).await?;
    measure("comparisons", runs, |run| {
        views::comparisons_of(store, anybody, plan(run), None, 50)
    })
    .await?;
    measure("history", runs, |run| {
        views::history(store, anybody, plan(run))
    })
    .await?;
    measure("better nearby", runs.min(50), |run| {
        views::better_nearby(store, anybody, subjects.plans[500 + run % 500])
    })
    .await?;
    measure("advice", runs, |run| {
        views::advice(store, anybody, plan(run))
    })
    .await?;
    measure("compare", runs, |run| {
        views::compare(store, anybody, plan(run), plan(run + 1))
    })
    .await?;
    measure("metrics", runs, |run| {
        views::metrics(store, anybody, plan(run), None, 50)
    })
    .await?;
    measure("judges", runs, |_| views::judges(store)).await?;
    measure("my plans", runs, |_| {
        views::my_plans(store, owner, None, 50, None)
    })
    .await
}

async fn measure<T, F: Future<Output = Result<T, ViewError>>>(
    name: &str,
    runs: usize,
    read: impl Fn(usize) -> F,
) -> Result<(), ViewError> {
    let mut times: Vec<Duration> = Vec::with_capacity(runs);
    for run in 0..runs {
        let began = instant();
        read(run).await?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let at =
        |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    println!(
        "| {name} | {:.1} | {:.1} | {:.1} |",
        at(50),
        at(99),
        at(100)
    );
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "it measures how long reads take")]
fn instant() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "ages of plans are told from now")]
fn now() -> chrono::DateTime<Utc> {
    Utc::now()
}
