//! Every view × every viewer × a plan in every state.

use arena::views::{self, ViewError, Viewer};

use crate::world::{
    PRIVATE, PUBLIC, QUARANTINED, SYSTEM, WITHDRAWN, World, ada, bob, comparison_id, id, on_both,
};

const REVIEWER: Viewer = Viewer {
    account: None,
    sees_all: true,
};

/// Whether each view of a plan answers; anything but an answer or "not found" fails.
async fn answers(world: &World, viewer: Viewer, n: u8) -> Vec<(&'static str, bool)> {
    let (store, plan) = (&world.store, id(n));
    let (a, b) = (id(SYSTEM), plan);
    vec![
        ("plan", seen(views::plan(store, viewer, plan).await)),
        (
            "comparisons",
            seen(views::comparisons_of(store, viewer, plan, None, 10).await),
        ),
        ("history", seen(views::history(store, viewer, plan).await)),
        (
            "better nearby",
            seen(views::better_nearby(store, viewer, plan).await),
        ),
        ("advice", seen(views::advice(store, viewer, plan).await)),
        (
            "metrics",
            seen(views::metrics(store, viewer, plan, None, 10).await),
        ),
        (
            "compare, first",
            seen(views::compare(store, viewer, b, a).await),
        ),
        (
            "compare, second",
            seen(views::compare(store, viewer, a, b).await),
        ),
    ]
}

fn seen<T>(answer: Result<T, ViewError>) -> bool {
    match answer {
        Ok(_) => true,
        Err(ViewError::NotFound) => false,
        Err(other) => panic!("{other}"),
    }
}

on_both! {
    async fn each_view_shows_a_plan_to_whom_it_may_and_nobody_else(world) {
        let viewers = [
            ("anybody", Viewer::ANYBODY, false),
            ("another user", Viewer::of(bob()), false),
            ("its owner", Viewer::of(ada()), true),
            ("a reviewer", REVIEWER, true),
        ];
        for (n, open) in [(PUBLIC, true), (PRIVATE, false), (WITHDRAWN, false), (QUARANTINED, false)] {
            for (who, viewer, inside) in viewers {
                for (view, seen) in answers(world, viewer, n).await {
                    assert_eq!(seen, open || inside, "{view} of plan {n} for {who}");
                }
            }
        }
    }

    async fn a_plan_that_does_not_exist_answers_as_one_that_is_hidden(world) {
        for (view, seen) in answers(world, REVIEWER, 99).await {
            assert!(!seen, "{view}");
        }
    }

    async fn a_hidden_opponent_has_no_id_title_or_words(world) {
        for (viewer, hidden) in [(Viewer::ANYBODY, 2), (Viewer::of(bob()), 2), (Viewer::of(ada()), 0), (REVIEWER, 0)] {
            let page = views::comparisons_of(&world.store, viewer, id(SYSTEM), None, 10).await.unwrap();
            assert_eq!(page.items.len(), 3, "its rating rests on all three");
            let nameless: Vec<_> = page.items.iter().filter(|c| c.opponent.is_none()).collect();
            assert_eq!(nameless.len(), hidden, "{viewer:?}");
            let raw = views::metrics(&world.store, viewer, id(SYSTEM), None, 10).await.unwrap();
            let text = serde_json::to_string(&(&page, &raw)).unwrap();
            for n in [WITHDRAWN, QUARANTINED] {
                for word in [format!("words of plan {n}"), format!("=Plan {n}"), id(n).to_string()] {
                    assert_eq!(text.contains(&word), hidden == 0, "{word} for {viewer:?}");
                }
            }
        }
    }

    async fn money_and_the_owners_notes_are_for_the_owner_and_reviewers(world) {
        for (viewer, inside) in [(Viewer::ANYBODY, false), (Viewer::of(bob()), false), (Viewer::of(ada()), true), (REVIEWER, true)] {
            let store = &world.store;
            let plan = views::plan(store, viewer, id(PUBLIC)).await.unwrap();
            let comparisons = views::comparisons_of(store, viewer, id(PUBLIC), None, 10).await.unwrap();
            let raw = views::metrics(store, viewer, id(PUBLIC), None, 10).await.unwrap();
            let text = serde_json::to_string(&(&plan, &comparisons, &raw)).unwrap();
            for secret in ["\"5000\"", "\"77\"", "own-id-2", "file-2.zip"] {
                assert_eq!(text.contains(secret), inside, "{secret} for {viewer:?}");
            }
        }
    }

    async fn a_judges_question_is_told_to_whom_both_plans_may_be(world) {
        for (n, viewer, told) in [
            (PUBLIC, Viewer::ANYBODY, true),
            (WITHDRAWN, Viewer::of(bob()), false),
            (WITHDRAWN, Viewer::of(ada()), true),
            (QUARANTINED, REVIEWER, true),
        ] {
            let answer = views::judge_prompt(&world.store, viewer, comparison_id(SYSTEM, n)).await;
            assert_eq!(seen(answer), told, "plan {n} for {viewer:?}");
        }
    }
}
