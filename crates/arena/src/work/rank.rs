//! Ranks one contest until its budget of comparisons is used, and says what it waits for.
//!
//! Who arrives while it runs enqueues the next run, so nobody is lost at the end of this one.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use queue::{Done, Failure, Handler, Job, Stop};
use serde::Deserialize;
use store::{AccountId, Contest, ContestStatus, FamilyId, StoreError};

use super::store_failed;
use crate::lease::{Holder, LeaseError};
use crate::progress::Silent;
use crate::rank::{self, RankEnd, RankError, RankReport, Run};
use crate::service::{RANK, Service};

/// Plans that are looked at to know whether any two may meet; with more, some do.
const ENOUGH: u32 = 1_000;

pub(super) struct Rank(pub(super) Service);

#[derive(Deserialize)]
struct Payload {
    contest: Contest,
}

#[async_trait]
impl Handler for Rank {
    fn kind(&self) -> &'static str {
        RANK
    }

    async fn run(&self, job: &Job, stop: &Stop) -> Result<Done, Failure> {
        let Ok(Payload { contest }) = Payload::deserialize(&job.payload) else {
            let why = "the job names no contest".to_owned();
            return Err(Failure::Fatal { why });
        };
        self.attempt(job, contest, stop)
            .await
            .unwrap_or_else(|error| Err(store_failed(&error)))
    }
}

impl Rank {
    async fn attempt(
        &self,
        job: &Job,
        contest: Contest,
        stop: &Stop,
    ) -> Result<Result<Done, Failure>, StoreError> {
        let service = &self.0;
        if let Some(note) = lonely(service, contest).await? {
            self.say(contest, "waiting", Some(note), None).await?;
            return Ok(Ok(Done::Finished));
        }
        let left = service.left_today().await?;
        if left.is_some_and(|left| left <= 0) {
            return self.without_money(contest).await;
        }
        self.say(contest, "comparing", None, None).await?;
        match self.rank(job, contest, left, stop).await {
            Ok(report) => self.ended(contest, report).await,
            Err(error) => self.failed(contest, &error).await,
        }
    }

    async fn rank(
        &self,
        job: &Job,
        contest: Contest,
        left: Option<i64>,
        stop: &Stop,
    ) -> Result<RankReport, RankError> {
        let service = &self.0;
        let models = service.models_for(contest, left);
        let meter = || models.spent();
        let run = Run {
            store: &service.store,
            clock: service.clock.clone(),
            entropy: service.entropy.clone(),
            contest,
            jury: models.jury.clone(),
            settings: rank::Settings {
                calls_per_plan: service.settings.calls_per_plan,
                seed: service.settings.seed,
                concurrency: service.settings.concurrency,
            },
            cadence: service.settings.cadence,
            abandon_round: service.settings.abandon_round,
            stop: rank::Stop::default(),
            observer: &Silent,
            meter: &meter,
            holder: holder(&service.holder, job),
        };
        // The run ends by itself soon after it is asked to: calls under way are kept.
        let asked = async {
            stop.requested().await;
            run.stop.request();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ended = rank::rank(&run) => ended,
            () = asked => unreachable!("it waits for ever"),
        }
    }

    async fn ended(
        &self,
        contest: Contest,
        report: RankReport,
    ) -> Result<Result<Done, Failure>, StoreError> {
        match report.end {
            RankEnd::Complete => {
                self.say(contest, "settled", None, None).await?;
                Ok(Ok(Done::Finished))
            }
            RankEnd::Interrupted => Ok(Err(Failure::Released)),
            RankEnd::BudgetReached { .. } => self.without_money(contest).await,
            RankEnd::NoJudge { why } => {
                let note = format!("nobody may judge at present: {why}");
                self.in_an_hour(contest, note).await
            }
        }
    }

    async fn failed(
        &self,
        contest: Contest,
        error: &RankError,
    ) -> Result<Result<Done, Failure>, StoreError> {
        let retry = |why: &str| {
            let why = why.to_owned();
            Ok(Err(Failure::Retry { why }))
        };
        match error {
            // Somebody else drives it: this job looks again, since it may know of newcomers.
            RankError::Lease(LeaseError::Held { .. })
            | RankError::Store(StoreError::LeaseLost { .. }) => Ok(Ok(Done::Again {
                at: self.0.now() + TimeDelta::seconds(3),
            })),
            RankError::Store(error) | RankError::Lease(LeaseError::Store(error)) => {
                Ok(Err(store_failed(error)))
            }
            RankError::NoPlans => {
                let note = "there is no plan to compare".to_owned();
                self.say(contest, "waiting", Some(note), None).await?;
                Ok(Ok(Done::Finished))
            }
            RankError::JudgeUnavailable { .. } => {
                tracing::warn!(%error, %contest, "the judge can't be reached");
                let why = "the judge can't be reached at present; it is tried again";
                self.say(contest, "waiting", Some(why.to_owned()), None)
                    .await?;
                retry(why)
            }
            RankError::Judge(_) | RankError::OtherJudge { .. } => {
                tracing::error!(%error, %contest, "the contest can't be judged");
                let note = "the judge refuses or was replaced; an operator must act".to_owned();
                self.in_an_hour(contest, note).await
            }
            RankError::Rating(_) | RankError::BrokenPlan { .. } => {
                tracing::error!(%error, %contest, "the contest can't be ranked");
                let why = "the contest can't be ranked; an operator must look".to_owned();
                self.say(contest, "failed", Some(why.clone()), None).await?;
                Ok(Err(Failure::Fatal { why }))
            }
        }
    }

    async fn without_money(&self, contest: Contest) -> Result<Result<Done, Failure>, StoreError> {
        let at = self.0.when_money_is_back();
        let note = "today's budget for model calls is used; it goes on tomorrow (UTC)".to_owned();
        self.say(contest, "paused", Some(note), Some(at)).await?;
        Ok(Ok(Done::Again { at }))
    }

    async fn in_an_hour(
        &self,
        contest: Contest,
        note: String,
    ) -> Result<Result<Done, Failure>, StoreError> {
        let at = self.0.now() + TimeDelta::hours(1);
        self.say(contest, "stopped", Some(note), Some(at)).await?;
        Ok(Ok(Done::Again { at }))
    }

    async fn say(
        &self,
        contest: Contest,
        phase: &str,
        note: Option<String>,
        again_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let status = ContestStatus {
            contest,
            phase: phase.to_owned(),
            note,
            again_at,
            updated_at: self.0.now(),
        };
        self.0.store.set_contest_status(&status).await
    }
}

/// Two runs of one process are two drivers. Behind the last slash a token says nothing about
/// which process it names.
fn holder(process: &Holder, job: &Job) -> Holder {
    Holder {
        token: format!("{}.{}.{}", process.token, job.id, job.fence),
        is_dead: process.is_dead.clone(),
    }
}

/// Why nobody has anybody to meet, in a contest that has shown nothing yet.
async fn lonely(service: &Service, contest: Contest) -> Result<Option<String>, StoreError> {
    let ranking = service.store.ranking(contest).await?;
    if ranking.is_some_and(|ranking| ranking.published > 0) {
        return Ok(None);
    }
    let present = service.store.contenders(contest, ENOUGH).await?;
    if present.len() < 2 {
        return Ok(Some("waiting for a second plan".to_owned()));
    }
    if contest != Contest::Public {
        return Ok(None);
    }
    let owners: BTreeSet<AccountId> = present.iter().map(|p| p.owner_id).collect();
    let families: BTreeSet<FamilyId> = present.iter().map(|p| p.family_id).collect();
    let one_owner = owners.len() == 1 && !owners.contains(&AccountId::SYSTEM);
    Ok(if one_owner {
        let note = "every plan here is of one owner, whose plans don't meet each other in public: waiting for another's";
        Some(note.to_owned())
    } else if families.len() < 2 {
        Some("every plan here is a near copy of the same one: waiting for another".to_owned())
    } else {
        None
    })
}
