//! Jobs as the operator sees them: what failed, what is held back.

use anyhow::{Context, ensure};
use environment::Clock;
use store::{JobFilter, JobRow, JobState, Store};

use crate::cli::Global;
use crate::output::{self, Align, Table, plain};
use crate::system::SystemClock;

pub(super) async fn list(
    global: &Global,
    store: &Store,
    state: &str,
    limit: u32,
) -> anyhow::Result<()> {
    let state: JobState = state.parse().map_err(anyhow::Error::msg)?;
    let filter = JobFilter {
        state: Some(state),
        limit: u16::try_from(limit).unwrap_or(u16::MAX),
        ..JobFilter::default()
    };
    let page = store.jobs(&filter).await?;
    if global.json {
        return output::json(&serde_json::json!({ "items": page.jobs, "next_cursor": page.next }));
    }
    if page.jobs.is_empty() {
        return output::line(&format!("No job is {state}."));
    }
    table(&page.jobs)
}

fn table(jobs: &[JobRow]) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        ("job", Align::Left),
        ("kind", Align::Left),
        ("since", Align::Left),
        ("failed", Align::Right),
        ("last error", Align::Left),
    ]);
    for job in jobs {
        table.row([
            job.job_id.to_string(),
            plain(&job.kind, 20),
            job.created_at.format("%Y-%m-%d %H:%M").to_string(),
            job.attempts.to_string(),
            plain(job.last_error.as_deref().unwrap_or("–"), 80),
        ]);
    }
    output::line(&table.to_string())
}

pub(super) async fn retry(store: &Store, job: &str) -> anyhow::Result<()> {
    let id = job.parse().context("a job's id is a UUID")?;
    ensure!(
        store.retry_dead(id, SystemClock.now()).await?,
        "there is no dead job {id}, or another one of its key waits already"
    );
    output::line("The job waits for its turn again.")
}

pub(super) async fn discard(store: &Store, job: &str) -> anyhow::Result<()> {
    let id = job.parse().context("a job's id is a UUID")?;
    ensure!(
        store
            .discard_dead(id, "command line", SystemClock.now())
            .await?,
        "there is no dead job {id}"
    );
    output::line("The job is given up.")
}

pub(super) async fn pause(store: &Store, kind: &str, reason: &str) -> anyhow::Result<()> {
    store.pause_jobs(kind, reason, SystemClock.now()).await?;
    output::line(&format!(
        "Jobs of the kind {kind} are held back; those under way go on. `planrank admin resume {kind}` lets them go."
    ))
}

pub(super) async fn resume(store: &Store, kind: &str) -> anyhow::Result<()> {
    ensure!(
        store.resume_jobs(kind, SystemClock.now()).await?,
        "the kind {kind} isn't held back"
    );
    output::line(&format!("Jobs of the kind {kind} go on."))
}
