//! Who may do what: every use case, by its owner, by another, by an administrator, by anybody.

use pipeline::service::{Feedback, NewRun, PipelineError};
use pipeline::{Download, Pipeline, Viewer};
use queue::Stop;
use store::{AccountId, PlanId, Visibility};

use super::world::{World, on_both};

/// Everything that names a run.
const ALL: [&str; 13] = [
    "status",
    "wait",
    "files",
    "read",
    "download",
    "fetch",
    "stop",
    "resume",
    "retry",
    "edit",
    "revert",
    "regenerate",
    "feedback",
];
const READING: [&str; 6] = ["status", "wait", "files", "read", "download", "fetch"];

/// Whether the run was there for the viewer; what else is wrong doesn't matter.
async fn is_there(pipeline: &Pipeline, viewer: Viewer, id: PlanId, what: &str) -> bool {
    let moment = std::time::Duration::from_millis(1);
    let file = "plan.md";
    let outcome: Result<(), PipelineError> = match what {
        "status" => pipeline.status(viewer, id).await.map(drop),
        "wait" => pipeline.wait(viewer, id, None, moment).await.map(drop),
        "files" => pipeline.files(viewer, id).await.map(drop),
        "read" => pipeline.read(viewer, id, file).await.map(drop),
        "download" => pipeline.download(viewer, id, Download::Zip).await.map(drop),
        "fetch" => pipeline.fetch(viewer, id, Download::Zip).await.map(drop),
        "stop" => pipeline.stop(viewer, id).await.map(drop),
        "resume" => pipeline.resume(viewer, id, None).await.map(drop),
        "retry" => pipeline.retry(viewer, id, None).await.map(drop),
        "edit" => {
            let bytes = b"# Mine".to_vec();
            pipeline
                .edit(viewer, id, file, bytes, Some(&"0".repeat(64)))
                .await
                .map(drop)
        }
        "revert" => pipeline.revert(viewer, id, file).await.map(drop),
        "regenerate" => pipeline.regenerate(viewer, id).await.map(drop),
        "feedback" => {
            let feedback = Feedback {
                category: "plan".to_owned(),
                message: "Good.".to_owned(),
                plan_id: Some(id),
                rating: None,
            };
            match viewer.account {
                Some(account) => pipeline.feedback(account, feedback).await.map(drop),
                None => return false,
            }
        }
        other => panic!("{other}"),
    };
    !matches!(outcome, Err(PipelineError::NotFound))
}

async fn completed(world: &World, owner: AccountId, visibility: Visibility) -> PlanId {
    let wish = NewRun {
        visibility,
        ..NewRun::of(format!("Build a {visibility} bridge."))
    };
    let id = world.pipeline.create(owner, wish).await.unwrap().plan_id;
    world.pipeline.drive(id, &Stop::new()).await.unwrap();
    id
}

on_both! {
    async fn what_is_not_yours_is_not_there(world) {
        let (owner, other) = (world.account(1).await, world.account(2).await);
        let waiting = world.pipeline.create(owner, NewRun::of("Build a wooden bridge.")).await.unwrap().plan_id;
        let public = completed(world, owner, Visibility::Public).await;
        let private = completed(world, owner, Visibility::Private).await;
        let admin = Viewer { account: Some(other), sees_all: true };
        for (run, id) in [("waiting", waiting), ("public", public), ("private", private)] {
            for what in ALL {
                let open = run == "public" && READING.contains(&what);
                for (who, viewer, expected) in [
                    ("another", Viewer::of(other), open || (run == "public" && what == "feedback")),
                    ("anybody", Viewer::ANYBODY, open),
                ] {
                    let there = is_there(&world.pipeline, viewer, id, what).await;
                    assert_eq!(there, expected, "{who}: {what} of the {run} run");
                }
            }
        }
        for id in [public, private] {
            for what in ALL {
                assert!(is_there(&world.pipeline, Viewer::of(owner), id, what).await, "owner: {what}");
                let admits = what != "feedback" || id == public;
                assert_eq!(is_there(&world.pipeline, admin, id, what).await, admits, "admin: {what}");
            }
        }
        let page = world.pipeline.list(Viewer::of(other), 50, None).await.unwrap();
        assert_eq!(page.runs, [], "lists hold one's own");
    }

    async fn a_run_that_does_not_exist_is_like_one_of_somebody_else(world) {
        let absent = PlanId(uuid::Uuid::from_u128(5));
        for what in ALL {
            let there = is_there(&world.pipeline, Viewer::SYSTEM, absent, what).await;
            assert!(!there, "{what}");
        }
    }
}
