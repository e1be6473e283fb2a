//! Edits: they stay, what is built on them is stale, and regenerating makes only that again.

use pipeline::service::{Driven, PipelineError, RunState};
use pipeline::{StageState, Viewer};
use store::PlanId;

use super::world::{World, on_both};

async fn edit(
    world: &World,
    id: PlanId,
    file: &str,
    text: &str,
) -> Result<Vec<String>, PipelineError> {
    let bytes = text.as_bytes().to_vec();
    let edited = world
        .pipeline
        .edit(Viewer::SYSTEM, id, file, bytes, None)
        .await?;
    Ok(edited.stale)
}

async fn stale(world: &World, id: PlanId) -> Vec<String> {
    let status = world.pipeline.status(Viewer::SYSTEM, id).await.unwrap();
    let stale = status
        .stages
        .into_iter()
        .filter(|s| s.state == StageState::Stale);
    let mut ids: Vec<String> = stale.map(|stage| stage.id).collect();
    ids.sort();
    ids
}

on_both! {
    async fn an_edit_makes_stale_what_is_built_on_it_and_nothing_else(world) {
        let (id, _) = world.driven("Build a wooden bridge.").await;
        assert_eq!(stale(world, id).await, Vec::<String>::new());
        let mut named = edit(world, id, "team.json", r#"{"size": 9}"#).await.unwrap();
        named.sort();
        assert_eq!(named, ["costs", "staffing", "summary"]);
        assert_eq!(stale(world, id).await, named);
        let before = world.files(id).await;
        let status = world.pipeline.regenerate(Viewer::SYSTEM, id).await.unwrap();
        assert_eq!(status.state, RunState::Pending);
        assert_eq!(world.drive(id).await, Driven::Completed);
        assert_eq!(world.text(id, "team.json").await, r#"{"size": 9}"#, "the edit stays");
        assert!(world.text(id, "staffing.json").await.contains('9'));
        let after = world.files(id).await;
        let changed: Vec<&str> = before.iter().zip(&after)
            .filter(|(b, a)| b != a).map(|(b, _)| b.0.as_str()).collect();
        assert_eq!(changed, ["costs.json", "staffing.json", "summary.json", "summary.md"]);
        assert_eq!(stale(world, id).await, Vec::<String>::new());
    }

    async fn a_reverted_edit_leaves_all_as_it_was(world) {
        let (id, _) = world.driven("Build a wooden bridge.").await;
        let before = world.files(id).await;
        edit(world, id, "team.json", r#"{"size": 9}"#).await.unwrap();
        let reverted = world.pipeline.revert(Viewer::SYSTEM, id, "team.json").await.unwrap();
        assert_eq!((reverted.stale, reverted.info.edited), (vec![], false));
        assert_eq!(world.files(id).await, before);
        let nothing = world.pipeline.regenerate(Viewer::SYSTEM, id).await.unwrap_err();
        assert!(matches!(nothing, PipelineError::Conflict(_)), "{nothing}");
        // Reverted after regenerating, what was made from the edit is stale.
        edit(world, id, "team.json", r#"{"size": 9}"#).await.unwrap();
        world.pipeline.regenerate(Viewer::SYSTEM, id).await.unwrap();
        world.drive(id).await;
        world.pipeline.revert(Viewer::SYSTEM, id, "team.json").await.unwrap();
        assert_eq!(stale(world, id).await, ["costs", "staffing", "summary"]);
        world.pipeline.regenerate(Viewer::SYSTEM, id).await.unwrap();
        world.drive(id).await;
        assert_eq!(world.files(id).await, before);
    }

    async fn what_may_not_be_edited_and_what_is_no_content(world) {
        let (id, _) = world.driven("Build a wooden bridge.").await;
        for (file, text, field) in [
            ("screen.json", r#"{"verdict": "ALLOW"}"#, "file"),
            ("report.html", "<script>alert(1)</script>", "file"),
            ("team.json", "{", "content"),
        ] {
            match edit(world, id, file, text).await.unwrap_err() {
                PipelineError::InvalidArgument { field: found, .. } => assert_eq!(found, field, "{file}"),
                other => panic!("{file}: {other}"),
            }
        }
        let absent = edit(world, id, "nothing.md", "x").await.unwrap_err();
        assert!(matches!(absent, PipelineError::NotFound), "{absent}");
        let large = edit(world, id, "plan.md", &"x".repeat((512 << 10) + 1)).await.unwrap_err();
        assert!(matches!(large, PipelineError::TooLarge { .. }), "{large}");
        let seen = "0".repeat(64);
        let late = world.pipeline.edit(Viewer::SYSTEM, id, "plan.md", b"x".to_vec(), Some(&seen)).await;
        assert!(matches!(late, Err(PipelineError::Conflict(_))));
    }

    async fn nothing_is_edited_while_a_run_is_worked_on(world) {
        let (id, _) = world.driven("Build a wooden bridge.").await;
        edit(world, id, "team.json", r#"{"size": 9}"#).await.unwrap();
        world.pipeline.regenerate(Viewer::SYSTEM, id).await.unwrap();
        let refused = edit(world, id, "team.json", r#"{"size": 8}"#).await.unwrap_err();
        assert!(matches!(refused, PipelineError::NotEditable(_)), "{refused}");
    }
}
