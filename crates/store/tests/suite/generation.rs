//! Runs: begun once, driven by one, stopped and let go on by people; their stages and files.

use chrono::{DateTime, Utc};
use store::{
    AccountId, ArtifactChange, Call, Digest, EditOutcome, GENERATE, Generation, GenerationCreated,
    GenerationEnd, GenerationState, JobId, JobPriority, LeaseTerms, NewArtifact, NewFeedback,
    NewGeneration, NewJob, PlanId, Reopen, Reopened, StageCall, StageRow, StageState, StopAsked,
    Store, StoreError, Visibility,
};

use crate::fixture::{World, account, at, bytes, digest, on_both};

const WINDOW: i64 = 600;

pub(crate) fn plan(n: usize) -> PlanId {
    PlanId::new(at(0), bytes(n))
}

pub(crate) fn wish(n: usize, owner: AccountId, dedupe: u8) -> NewGeneration {
    NewGeneration {
        plan_id: plan(n),
        owner_id: owner,
        title: "Bridge".to_owned(),
        titled: false,
        prompt: "Build a bridge.".to_owned(),
        mode: "all".to_owned(),
        profile: "offline".to_owned(),
        start_date: "2026-05-01".to_owned(),
        visibility: Visibility::Public,
        max_cost_nano_usd: None,
        estimated_nano_usd: 5,
        dedupe: digest(dedupe),
        created_at: at(0),
    }
}

fn job(n: usize, owner: AccountId) -> NewJob {
    NewJob {
        job_id: JobId::new(at(0), bytes(5_000 + n)),
        kind: GENERATE.to_owned(),
        key: Some(plan(n).to_string()),
        account_id: owner,
        priority: JobPriority::Normal,
        payload: "{}".to_owned(),
        run_at: at(0),
        max_attempts: 3,
    }
}

async fn create(store: &Store, n: usize, dedupe: u8, now: DateTime<Utc>) -> GenerationCreated {
    let owner = AccountId::SYSTEM;
    let new = NewGeneration {
        created_at: now,
        ..wish(n, owner, dedupe)
    };
    let since = now - chrono::TimeDelta::seconds(WINDOW);
    store
        .create_generation(&new, Some(&job(n, owner)), since, now)
        .await
        .unwrap()
}

/// A run that a worker has under the epoch that is returned.
pub(crate) async fn begun(world: &World, n: usize) -> i64 {
    create(&world.store, n, 1, at(0)).await;
    let run = world.store.begin_generation(plan(n), at(1)).await.unwrap();
    run.unwrap().epoch
}

pub(crate) async fn run(world: &World, n: usize) -> Generation {
    world.store.generation(plan(n)).await.unwrap().unwrap()
}

pub(crate) fn stage(n: usize, outputs: &str) -> StageRow {
    StageRow {
        plan_id: plan(n),
        stage: "pitch".to_owned(),
        state: StageState::Done,
        inputs_hash: "aa".to_owned(),
        model: Some("m".to_owned()),
        calls_done: 1,
        calls_total: 1,
        cost_nano_usd: 9,
        input_tokens: 10,
        output_tokens: 20,
        started_at: Some(at(2)),
        finished_at: Some(at(3)),
        error: None,
        outputs: outputs.to_owned(),
    }
}

pub(crate) fn file(name: &str, content: u8) -> NewArtifact {
    NewArtifact {
        file: name.to_owned(),
        sha256: digest(content),
        size: i64::from(content),
    }
}

fn to(content: u8) -> ArtifactChange {
    ArtifactChange::To {
        sha256: digest(content),
        size: i64::from(content),
    }
}

async fn content(world: &World, n: usize, name: &str) -> Option<(Digest, bool)> {
    let row = world.store.artifact(plan(n), name).await.unwrap()?;
    Some((row.sha256, row.edited))
}

on_both! {
    async fn fifty_that_ask_for_the_same_at_once_get_one_run(world) {
        let asks = (0..50).map(|n| {
            let store = world.store.clone();
            tokio::spawn(async move { (plan(n), create(&store, n, 1, at(0)).await) })
        });
        let asks: Vec<_> = asks.collect();
        let mut made = Vec::new();
        let mut known = Vec::new();
        for ask in asks {
            match ask.await.unwrap() {
                (id, GenerationCreated::New) => made.push(id),
                (_, GenerationCreated::Known(run)) => known.push(run.plan_id),
            }
        }
        assert_eq!(made.len(), 1);
        assert_eq!(known, vec![made[0]; 49]);
        let runs = world.store.list_generations(AccountId::SYSTEM, None, 100).await.unwrap();
        assert_eq!(runs.len(), 1);
        let job = world.store.job_of_key(GENERATE, &made[0].to_string()).await.unwrap();
        assert!(job.is_some(), "the job comes with the run");
    }

    async fn the_same_wish_means_a_new_run_once_the_first_has_ended_or_is_old(world) {
        let store = &world.store;
        create(store, 1, 1, at(0)).await;
        assert!(matches!(create(store, 2, 1, at(599)).await, GenerationCreated::Known(_)));
        assert_eq!(create(store, 2, 2, at(1)).await, GenerationCreated::New, "another wish");
        assert_eq!(create(store, 3, 1, at(600)).await, GenerationCreated::New, "too old");
        store.stop_generation(plan(3), at(601)).await.unwrap();
        assert_eq!(create(store, 4, 1, at(602)).await, GenerationCreated::New, "it had ended");
        let begun = store.begin_generation(plan(4), at(603)).await.unwrap().unwrap();
        store.end_generation(plan(4), begun.epoch, GenerationEnd::Completed { title: None }, at(604))
            .await.unwrap();
        assert_eq!(create(store, 5, 1, at(605)).await, GenerationCreated::New, "it was complete");
    }

    async fn owners_do_not_share_runs(world) {
        let owner = account(1);
        world.store.add_account(owner, "Ada", at(0)).await.unwrap();
        create(&world.store, 1, 1, at(0)).await;
        let other = wish(2, owner, 1);
        let made = world.store.create_generation(&other, None, at(-1), at(0)).await.unwrap();
        assert_eq!(made, GenerationCreated::New);
        let hers = world.store.list_generations(owner, None, 10).await.unwrap();
        assert_eq!(hers.iter().map(|run| run.plan_id).collect::<Vec<_>>(), [plan(2)]);
    }

    async fn a_list_goes_on_where_the_page_before_ended(world) {
        for n in 1..=5 {
            create(&world.store, n, u8::try_from(n).unwrap(), at(0)).await;
        }
        let ids = |runs: Vec<Generation>| runs.iter().map(|run| run.plan_id).collect::<Vec<_>>();
        let first = world.store.list_generations(AccountId::SYSTEM, None, 2).await.unwrap();
        assert_eq!(ids(first), [plan(5), plan(4)]);
        let next = world.store.list_generations(AccountId::SYSTEM, Some(plan(4)), 9).await.unwrap();
        assert_eq!(ids(next), [plan(3), plan(2), plan(1)]);
    }

    async fn whoever_lost_a_run_writes_nothing(world) {
        let old = begun(world, 1).await;
        let new = world.store.begin_generation(plan(1), at(2)).await.unwrap().unwrap().epoch;
        assert!(new > old);
        let before = run(world, 1).await;
        let store = &world.store;
        let call = StageCall { model: None, cost_nano_usd: 1, input_tokens: 1, output_tokens: 1 };
        assert!(!store.begin_stage(plan(1), old, "pitch", 1, at(3)).await.unwrap());
        assert!(!store.count_stage_call(plan(1), old, "pitch", call, at(3)).await.unwrap());
        assert!(!store.finish_stage(old, &stage(1, "[]"), &[file("pitch.md", 1)], at(3)).await.unwrap());
        assert!(!store.fail_stage(plan(1), old, "pitch", "no", at(3)).await.unwrap());
        assert!(!store.end_generation(plan(1), old, GenerationEnd::Stopped, at(3)).await.unwrap());
        assert_eq!(run(world, 1).await, before);
        assert_eq!(store.generation_stages(&[plan(1)]).await.unwrap(), []);
        assert_eq!(store.artifacts(plan(1)).await.unwrap(), []);
    }

    async fn every_change_makes_the_revision_grow(world) {
        let epoch = begun(world, 1).await;
        let store = &world.store;
        let call = StageCall { model: Some("m"), cost_nano_usd: 7, input_tokens: 1, output_tokens: 2 };
        let mut last = run(world, 1).await.revision;
        let mut grew = async |what: &str| {
            let now = run(world, 1).await.revision;
            assert!(now > last, "{what}");
            last = now;
        };
        store.begin_stage(plan(1), epoch, "pitch", 2, at(4)).await.unwrap();
        grew("begin").await;
        store.count_stage_call(plan(1), epoch, "pitch", call, at(5)).await.unwrap();
        grew("call").await;
        store.finish_stage(epoch, &stage(1, "[]"), &[file("pitch.md", 1)], at(6)).await.unwrap();
        grew("finish").await;
        store.fail_stage(plan(1), epoch, "swot", "no", at(7)).await.unwrap();
        grew("fail").await;
        assert_eq!(run(world, 1).await.last_progress_at, at(7));
        store.end_generation(plan(1), epoch, GenerationEnd::Completed { title: Some("A") }, at(8))
            .await.unwrap();
        grew("end").await;
        store.edit_artifact(plan(1), "pitch.md", to(2), None, at(9)).await.unwrap();
        grew("edit").await;
        store.note_ranking(plan(1), epoch, Some(plan(1)), None, at(10)).await.unwrap();
        grew("ranking").await;
    }

    async fn a_stage_counts_its_calls_and_begins_anew(world) {
        let epoch = begun(world, 1).await;
        let store = &world.store;
        let call = StageCall { model: Some("m"), cost_nano_usd: 7, input_tokens: 3, output_tokens: 4 };
        for _ in 0..2 {
            store.begin_stage(plan(1), epoch, "pitch", 2, at(4)).await.unwrap();
            store.count_stage_call(plan(1), epoch, "pitch", call, at(5)).await.unwrap();
            store.count_stage_call(plan(1), epoch, "pitch", call, at(6)).await.unwrap();
            let rows = store.generation_stages(&[plan(1)]).await.unwrap();
            let [row] = rows.as_slice() else { panic!("{rows:?}") };
            assert_eq!((row.calls_done, row.calls_total, row.cost_nano_usd), (2, 2, 14));
            assert_eq!((row.input_tokens, row.output_tokens), (6, 8));
            assert_eq!((row.state, row.model.as_deref()), (StageState::Running, Some("m")));
        }
        store.end_generation(plan(1), epoch, GenerationEnd::Stopped, at(8)).await.unwrap();
        let rows = store.generation_stages(&[plan(1)]).await.unwrap();
        assert_eq!(rows[0].state, StageState::Waiting, "nothing runs in a run that has ended");
    }

    async fn a_stage_that_runs_again_replaces_its_files_but_not_an_edit(world) {
        let epoch = begun(world, 1).await;
        let store = &world.store;
        let first = [file("1-raw.json", 1), file("2-raw.json", 2), file("pitch.md", 3)];
        store.finish_stage(epoch, &stage(1, "[]"), &first, at(3)).await.unwrap();
        store.end_generation(plan(1), epoch, GenerationEnd::Completed { title: None }, at(4)).await.unwrap();
        store.edit_artifact(plan(1), "pitch.md", to(9), Some(digest(3)), at(5)).await.unwrap();
        let seen = run(world, 1).await.revision;
        store.reopen_generation(plan(1), seen, Reopen::Regenerate, None, at(6)).await.unwrap();
        let epoch = store.begin_generation(plan(1), at(7)).await.unwrap().unwrap().epoch;
        let second = [file("1-raw.json", 4), file("pitch.md", 5)];
        store.finish_stage(epoch, &stage(1, "[]"), &second, at(8)).await.unwrap();
        assert_eq!(content(world, 1, "1-raw.json").await, Some((digest(4), false)));
        assert_eq!(content(world, 1, "2-raw.json").await, None, "it was not written again");
        assert_eq!(content(world, 1, "pitch.md").await, Some((digest(9), true)));
        store.end_generation(plan(1), epoch, GenerationEnd::Completed { title: None }, at(9)).await.unwrap();
        store.edit_artifact(plan(1), "pitch.md", ArtifactChange::Revert, None, at(10)).await.unwrap();
        assert_eq!(content(world, 1, "pitch.md").await, Some((digest(5), false)));
    }

    async fn an_edit_needs_the_content_that_was_seen_and_a_run_at_rest(world) {
        let epoch = begun(world, 1).await;
        let store = &world.store;
        store.finish_stage(epoch, &stage(1, "[]"), &[file("pitch.md", 3)], at(3)).await.unwrap();
        let under_way = store.edit_artifact(plan(1), "pitch.md", to(4), None, at(4)).await.unwrap();
        assert_eq!(under_way, EditOutcome::UnderWay(GenerationState::Processing));
        store.end_generation(plan(1), epoch, GenerationEnd::Stopped, at(5)).await.unwrap();
        let missed = store.edit_artifact(plan(1), "pitch.md", to(4), Some(digest(1)), at(6)).await.unwrap();
        assert_eq!(missed, EditOutcome::Changed(digest(3)));
        let absent = store.edit_artifact(plan(1), "swot.md", to(4), None, at(6)).await.unwrap();
        assert_eq!(absent, EditOutcome::NoSuchFile);
        let other = store.edit_artifact(plan(2), "pitch.md", to(4), None, at(6)).await.unwrap();
        assert_eq!(other, EditOutcome::NoSuchFile);
        let done = store.edit_artifact(plan(1), "pitch.md", to(4), Some(digest(3)), at(6)).await.unwrap();
        assert!(matches!(done, EditOutcome::Done(row) if row.edited && row.sha256 == digest(4)));
        // Written back by hand is as good as reverted.
        let back = store.edit_artifact(plan(1), "pitch.md", to(3), None, at(7)).await.unwrap();
        assert!(matches!(back, EditOutcome::Done(row) if !row.edited));
    }

    async fn what_a_runs_calls_cost_is_added_to_it_once(world) {
        begun(world, 1).await;
        let call = |key: &str, cost: i64| Call {
            request_key: key.to_owned(),
            contest: None,
            plan_id: Some(plan(1)),
            stage: Some("pitch".to_owned()),
            provider: "p".to_owned(),
            model: "m".to_owned(),
            purpose: "generate".to_owned(),
            response: "{}".to_owned(),
            finish: "stop".to_owned(),
            input_tokens: 1,
            output_tokens: 1,
            cost_nano_usd: cost,
            created_at: at(3),
        };
        world.store.record_call(&call("a", 5)).await.unwrap();
        world.store.record_call(&call("b", 7)).await.unwrap();
        let again = world.store.record_call(&call("a", 100)).await.unwrap();
        assert_eq!((again.cost_nano_usd, again.stage.as_deref()), (5, Some("pitch")));
        assert_eq!(run(world, 1).await.spent_nano_usd, 12);
    }

    async fn a_retry_forgets_what_was_made_and_a_resumption_does_not(world) {
        let epoch = begun(world, 1).await;
        let store = &world.store;
        store.finish_stage(epoch, &stage(1, "[]"), &[file("pitch.md", 3)], at(3)).await.unwrap();
        let why = GenerationEnd::Failed { failure: "{}" };
        store.end_generation(plan(1), epoch, why, at(4)).await.unwrap();
        let failed = run(world, 1).await;
        assert_eq!((failed.state, failed.failure.as_deref()), (GenerationState::Failed, Some("{}")));
        let resume = Reopen::Resume { profile: "premium", max_cost_nano_usd: Some(9) };
        let job = job(1, AccountId::SYSTEM);
        let done = store.reopen_generation(plan(1), failed.revision, resume, Some(&job), at(5)).await;
        assert_eq!(done.unwrap(), Reopened::Done);
        let stale = store.reopen_generation(plan(1), failed.revision, resume, Some(&job), at(5)).await;
        assert_eq!(stale.unwrap(), Reopened::Changed, "two who resume it resume it once");
        let resumed = run(world, 1).await;
        assert_eq!((resumed.state, resumed.resume_count), (GenerationState::Pending, 1));
        assert_eq!((resumed.profile.as_str(), resumed.attempt), ("premium", 1));
        assert_eq!((resumed.max_cost_nano_usd, resumed.failure), (Some(9), None));
        assert_eq!(content(world, 1, "pitch.md").await, Some((digest(3), false)));
        let retry = Reopen::Retry { profile: "offline" };
        store.reopen_generation(plan(1), resumed.revision, retry, Some(&job), at(6)).await.unwrap();
        let retried = run(world, 1).await;
        assert_eq!((retried.attempt, retried.resume_count, retried.spent_nano_usd), (2, 0, 0));
        assert_eq!(store.artifacts(plan(1)).await.unwrap(), []);
        assert_eq!(store.generation_stages(&[plan(1)]).await.unwrap(), []);
    }

    async fn a_run_that_nobody_works_on_stops_at_once_and_another_when_its_worker_sees_it(world) {
        let store = &world.store;
        create(store, 1, 1, at(0)).await;
        let asked = store.stop_generation(plan(1), at(1)).await.unwrap();
        assert_eq!(asked, Some(StopAsked::Stopped));
        assert!(store.begin_generation(plan(1), at(2)).await.unwrap().is_none());
        let again = store.stop_generation(plan(1), at(3)).await.unwrap();
        assert_eq!(again, Some(StopAsked::Not(GenerationState::Stopped)));
        assert_eq!(store.stop_generation(plan(9), at(3)).await.unwrap(), None);

        create(store, 2, 2, at(0)).await;
        let kinds = [GENERATE];
        let terms = LeaseTerms {
            token: "worker",
            lease: chrono::TimeDelta::seconds(60),
            kinds: &kinds,
            first: None,
        };
        while let Some(claimed) = store.claim_job(terms, at(4)).await.unwrap() {
            if claimed.key == Some(plan(2).to_string()) {
                break;
            }
        }
        let epoch = store.begin_generation(plan(2), at(4)).await.unwrap().unwrap().epoch;
        let asked = store.stop_generation(plan(2), at(5)).await.unwrap();
        assert_eq!(asked, Some(StopAsked::Requested));
        assert!(store.generation_pulse(plan(2)).await.unwrap().unwrap().stop_requested);
        assert!(store.has_generation_worker(plan(2), at(6)).await.unwrap());
        assert!(!store.has_generation_worker(plan(2), at(600)).await.unwrap(), "it shows no life");
        assert!(!store.has_generation_worker(plan(9), at(6)).await.unwrap());
        assert!(store.end_generation(plan(2), epoch, GenerationEnd::Stopped, at(6)).await.unwrap());
        let stopped = run(world, 2).await;
        assert_eq!((stopped.state, stopped.stop_requested), (GenerationState::Stopped, false));
        assert_eq!(stopped.finished_at, Some(at(6)));
    }

    async fn a_title_that_was_given_stays(world) {
        for (n, titled, expected) in [(1, false, "Found"), (2, true, "Bridge")] {
            let new = NewGeneration { titled, ..wish(n, AccountId::SYSTEM, u8::try_from(n).unwrap()) };
            world.store.create_generation(&new, None, at(-1), at(0)).await.unwrap();
            let epoch = world.store.begin_generation(plan(n), at(1)).await.unwrap().unwrap().epoch;
            let end = GenerationEnd::Completed { title: Some("Found") };
            world.store.end_generation(plan(n), epoch, end, at(2)).await.unwrap();
            assert_eq!(run(world, n).await.title, expected);
        }
    }

    async fn feedback_is_kept_within_its_bounds(world) {
        let new = |n: usize, rating| NewFeedback {
            feedback_id: store::FeedbackId::new(at(0), bytes(n)),
            account_id: AccountId::SYSTEM,
            plan_id: None,
            category: "plan".to_owned(),
            message: "good\0".to_owned(),
            rating,
            created_at: at(0),
        };
        world.store.add_feedback(&new(1, Some(5))).await.unwrap();
        world.store.add_feedback(&new(2, None)).await.unwrap();
        let beyond = world.store.add_feedback(&new(3, Some(6))).await;
        assert!(matches!(beyond, Err(StoreError::Database(_))), "{beyond:?}");
    }
}
