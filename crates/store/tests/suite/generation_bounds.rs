//! What a run may have in all, what is read of it in a list, and what comes too late for it.

use store::{
    AccountId, ArtifactChange, EditOutcome, GenerationEnd, MAX_EDITED_RUN, NewGeneration, Reopen,
};

use crate::fixture::{at, digest, on_both};
use crate::generation::{begun, file, plan, run, stage, wish};

on_both! {
    async fn an_edit_fits_into_what_a_run_may_have_in_all(world) {
        let epoch = begun(world, 1).await;
        let store = &world.store;
        let files = [file("pitch.md", 1), file("swot.md", 2)];
        store.finish_stage(epoch, &stage(1, "[]"), &files, at(3)).await.unwrap();
        store.end_generation(plan(1), epoch, GenerationEnd::Stopped, at(4)).await.unwrap();
        let other = store.artifact(plan(1), "swot.md").await.unwrap().unwrap().size;
        let sized = |n, size| ArtifactChange::To { sha256: digest(n), size };
        let most = MAX_EDITED_RUN - other;
        let fits = store.edit_artifact(plan(1), "pitch.md", sized(3, most), None, at(5)).await.unwrap();
        assert!(matches!(fits, EditOutcome::Done(_)), "{fits:?}");
        let beyond = store.edit_artifact(plan(1), "swot.md", sized(4, other + 1), None, at(6)).await.unwrap();
        assert_eq!(beyond, EditOutcome::TooLarge { size: MAX_EDITED_RUN + 1 });
        let smaller = store.edit_artifact(plan(1), "pitch.md", sized(5, most - 1), None, at(7)).await.unwrap();
        assert!(matches!(smaller, EditOutcome::Done(_)), "{smaller:?}");
    }

    async fn a_late_note_of_the_ranking_changes_no_run_that_was_opened_again(world) {
        let epoch = begun(world, 1).await;
        let store = &world.store;
        store.end_generation(plan(1), epoch, GenerationEnd::Completed { title: None }, at(3)).await.unwrap();
        let seen = run(world, 1).await.revision;
        store.reopen_generation(plan(1), seen, Reopen::Regenerate, None, at(4)).await.unwrap();
        store.note_ranking(plan(1), epoch, Some(plan(1)), None, at(5)).await.unwrap();
        let reopened = run(world, 1).await;
        assert_eq!((reopened.ranked_at, reopened.ranked_plan_id), (None, None));
    }

    async fn a_list_has_the_beginning_of_each_prompt(world) {
        let new = NewGeneration { prompt: "é".repeat(5_000), ..wish(1, AccountId::SYSTEM, 1) };
        world.store.create_generation(&new, None, at(-1), at(0)).await.unwrap();
        let listed = world.store.list_generations(AccountId::SYSTEM, None, 1).await.unwrap();
        assert_eq!(listed[0].prompt, "é".repeat(400));
        assert_eq!(run(world, 1).await.prompt, new.prompt);
    }
}
