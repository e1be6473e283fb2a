//! Reading runs: one, a list, and waiting for one to change.

use std::time::Duration;

use chrono::NaiveDate;
use store::{Generation, PlanId, StageRow};

use super::types::{
    Progress, RunCost, RunPage, RunState, RunStatus, RunSummary, StageStatus, Viewer,
};
use super::{Pipeline, PipelineError, outline};
use crate::Mode;
use crate::checkpoints::{StageRecord, stored};
use crate::failure::{FailureReason, RunFailure};
use crate::profiles::OFFLINE;

const EXCERPT_CHARS: usize = 160;
const MAX_PAGE: u32 = 50;
/// The longest that one wait lasts.
const MAX_WAIT: Duration = Duration::from_secs(55);
const FIRST_LOOK: Duration = Duration::from_millis(100);
const LAST_LOOK: Duration = Duration::from_secs(1);

impl Pipeline {
    /// Everything about a run.
    pub async fn status(&self, viewer: Viewer, id: PlanId) -> Result<RunStatus, PipelineError> {
        let run = self.readable(viewer, id).await?;
        self.status_of(run).await
    }

    /// The status as soon as its revision is another than `after_revision`, or, without one, as
    /// soon as the run has ended; in any case after `limit`, which is 55 seconds at most.
    pub async fn wait(
        &self,
        viewer: Viewer,
        id: PlanId,
        after_revision: Option<i64>,
        limit: Duration,
    ) -> Result<RunStatus, PipelineError> {
        let run = self.readable(viewer, id).await?;
        let seen = self.state_of(&run);
        let changed = self.changed(run, seen, after_revision);
        // Timed out or not, the status is what holds now.
        if let Ok(outcome) = tokio::time::timeout(limit.min(MAX_WAIT), changed).await {
            outcome?;
        }
        self.status(viewer, id).await
    }

    async fn changed(
        &self,
        mut run: Generation,
        seen: RunState,
        after_revision: Option<i64>,
    ) -> Result<(), PipelineError> {
        let mut pause = FIRST_LOOK;
        loop {
            let state = self.state_of(&run);
            let done = match after_revision {
                Some(revision) => run.revision != revision || state != seen,
                None => state.is_final(),
            };
            if done {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LAST_LOOK);
            let Some(pulse) = self.store.generation_pulse(run.plan_id).await? else {
                return Ok(());
            };
            run.state = pulse.state;
            run.revision = pulse.revision;
            run.last_progress_at = pulse.last_progress_at;
        }
    }

    /// The viewer's own runs, newest first.
    pub async fn list(
        &self,
        viewer: Viewer,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<RunPage, PipelineError> {
        let Some(owner) = viewer.account else {
            return Ok(RunPage {
                runs: Vec::new(),
                next_cursor: None,
            });
        };
        let before = cursor.map(str::parse).transpose();
        let before = before.map_err(|_| PipelineError::InvalidArgument {
            field: "cursor",
            expected: "the next_cursor of the page before, or left out".to_owned(),
            example: "019ac3f0-5d1e-7c3a-9a53-0b0c6f2d8e11".to_owned(),
        })?;
        let limit = limit.clamp(1, MAX_PAGE);
        let mut runs = self
            .store
            .list_generations(owner, before, limit + 1)
            .await?;
        let more = runs.len() > limit as usize;
        runs.truncate(limit as usize);
        let next_cursor = runs
            .last()
            .filter(|_| more)
            .map(|run| run.plan_id.to_string());
        let runs = self.summaries(runs).await?;
        Ok(RunPage { runs, next_cursor })
    }

    async fn summaries(&self, runs: Vec<Generation>) -> Result<Vec<RunSummary>, PipelineError> {
        let open = runs
            .iter()
            .filter(|run| self.state_of(run) != RunState::Completed);
        let open: Vec<PlanId> = open.map(|run| run.plan_id).collect();
        let rows = self.store.generation_stages(&open).await?;
        runs.into_iter()
            .map(|run| {
                let of_run = rows.iter().filter(|row| row.plan_id == run.plan_id);
                let of_run = of_run.cloned().collect();
                self.summary(run, of_run)
            })
            .collect()
    }

    fn summary(&self, run: Generation, rows: Vec<StageRow>) -> Result<RunSummary, PipelineError> {
        let state = self.state_of(&run);
        let mode = mode_of(&run)?;
        let fraction = if state == RunState::Completed {
            1.0
        } else {
            let records = records_of(rows)?;
            let graph = outline::graph(&self.settings.stages, mode)?;
            let now = self.now();
            outline::outlook(&self.settings, &graph, mode, records, &[], now)
                .progress
                .fraction
        };
        Ok(RunSummary {
            state,
            mode,
            fraction,
            prompt_excerpt: excerpt(&run.prompt, EXCERPT_CHARS),
            plan_id: run.plan_id,
            title: run.title,
            profile: run.profile,
            visibility: run.visibility,
            spent_nano_usd: run.spent_nano_usd,
            created_at: run.created_at,
            finished_at: run.finished_at,
            ranked_plan_id: run.ranked_plan_id,
            revision: run.revision,
        })
    }

    pub(super) async fn status_of(&self, run: Generation) -> Result<RunStatus, PipelineError> {
        let mode = mode_of(&run)?;
        let state = self.state_of(&run);
        let rows = self.store.generation_stages(&[run.plan_id]).await?;
        let files = self.store.artifacts(run.plan_id).await?;
        let files_count = files.len();
        let records = records_of(rows)?;
        let of = &self.settings.stages;
        let graph = outline::graph(of, mode)?;
        let stale = outline::stale(of, mode, run.attempt, &records, files)?;
        let stages = outline::stages(of, &graph, mode, &records, &stale);
        let ahead = outline::outlook(&self.settings, &graph, mode, records, &stale, self.now());
        let progress = match state {
            RunState::Completed => complete(&stages),
            _ => ahead.progress,
        };
        let elapsed = run.started_at.map_or(chrono::TimeDelta::zero(), |from| {
            run.finished_at.unwrap_or_else(|| self.now()) - from
        });
        let eta_secs = match state {
            RunState::Pending | RunState::Processing => Some(ahead.eta_secs),
            _ => None,
        };
        Ok(RunStatus {
            state,
            mode,
            stages,
            progress,
            eta_secs,
            failure: failure_of(&run).or_else(|| standstill(state)),
            prompt_excerpt: excerpt(&run.prompt, EXCERPT_CHARS),
            start_date: day_of(&run),
            elapsed_secs: u64::try_from(elapsed.num_seconds()).unwrap_or(0),
            cost: RunCost {
                spent_nano_usd: run.spent_nano_usd,
                estimated_nano_usd: run.estimated_nano_usd,
                cap_nano_usd: self.cap_of(&run),
            },
            files_count: u32::try_from(files_count).unwrap_or(u32::MAX),
            offline: run.profile == OFFLINE,
            resume_count: u32::try_from(run.resume_count).unwrap_or(u32::MAX),
            attempt: u32::try_from(run.attempt).unwrap_or(u32::MAX),
            plan_id: run.plan_id,
            owner_id: run.owner_id,
            title: run.title,
            prompt: run.prompt,
            profile: run.profile,
            visibility: run.visibility,
            stop_requested: run.stop_requested,
            created_at: run.created_at,
            started_at: run.started_at,
            finished_at: run.finished_at,
            last_progress_at: run.last_progress_at,
            ranked_plan_id: run.ranked_plan_id,
            ranking_note: run.ranking_note,
            revision: run.revision,
        })
    }

    /// What an attempt at the run may cost: its own cap, within the service's.
    pub(crate) fn cap_of(&self, run: &Generation) -> Option<i64> {
        let caps = [run.max_cost_nano_usd, self.settings.max_cost_nano_usd];
        caps.into_iter().flatten().min()
    }
}

fn records_of(rows: Vec<StageRow>) -> Result<Vec<StageRecord>, PipelineError> {
    let records = rows.into_iter().map(stored::record);
    Ok(records.collect::<Result<_, _>>()?)
}

fn complete(stages: &[StageStatus]) -> Progress {
    let count = u32::try_from(stages.len()).unwrap_or(u32::MAX);
    let calls = stages.iter().map(|stage| stage.calls_done).sum();
    Progress {
        fraction: 1.0,
        stages_done: count,
        stages_total: count,
        calls_done: calls,
        calls_expected: calls,
        current: Vec::new(),
    }
}

/// What is said of a run of which nothing comes.
fn standstill(state: RunState) -> Option<RunFailure> {
    (state == RunState::Stalled).then(|| RunFailure {
        reason: FailureReason::Stalled,
        stage: None,
        message: "nothing has come of it for a while: its worker is gone, or its models answer no \
                  more. Resume it to go on where it stands"
            .to_owned(),
        recoverable: true,
    })
}

pub(crate) fn failure_of(run: &Generation) -> Option<RunFailure> {
    let failure = run.failure.as_deref()?;
    serde_json::from_str(failure).ok()
}

pub(crate) fn mode_of(run: &Generation) -> Result<Mode, PipelineError> {
    run.mode
        .parse()
        .map_err(|why| PipelineError::PipelineVersionMismatch { why })
}

pub(crate) fn day_of(run: &Generation) -> NaiveDate {
    let created = run.created_at.date_naive();
    run.start_date.parse().unwrap_or(created)
}

/// The beginning of a text, on one line.
pub(super) fn excerpt(text: &str, chars: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= chars {
        return line;
    }
    let cut: String = line.chars().take(chars.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}
