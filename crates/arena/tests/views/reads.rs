//! What the views say.

use arena::views::{
    self, AdviceSource, LeaderboardQuery, Scope, StrengthSource, ViewError, Viewer,
};
use store::PlanState;

use crate::world::{PRIVATE, PUBLIC, SYSTEM, World, ada, bob, id, on_both};

async fn board(world: &World, viewer: Viewer, scope: Scope) -> Vec<String> {
    let query = LeaderboardQuery {
        scope,
        ..LeaderboardQuery::default()
    };
    let page = views::leaderboard(&world.store, viewer, &query)
        .await
        .unwrap();
    page.items.into_iter().map(|row| row.title).collect()
}

on_both! {
    async fn a_board_is_that_of_its_scope(world) {
        let (anybody, owner) = (Viewer::ANYBODY, Viewer::of(ada()));
        assert_eq!(board(world, anybody, Scope::Public).await, ["=Plan 1", "=Plan 2"]);
        assert_eq!(board(world, owner, Scope::Mine).await, ["=Plan 2"]);
        assert_eq!(board(world, owner, Scope::Private).await, ["=Plan 3"]);
        assert!(board(world, Viewer::of(bob()), Scope::Private).await.is_empty());
        for scope in [Scope::Mine, Scope::Private] {
            let query = LeaderboardQuery { scope, ..LeaderboardQuery::default() };
            let refused = views::leaderboard(&world.store, anybody, &query).await;
            assert!(matches!(refused, Err(ViewError::NeedsAccount)), "{refused:?}");
        }
    }

    async fn a_page_tells_its_contest_and_whose_rows_are_whose(world) {
        let query = LeaderboardQuery { limit: 1, ..LeaderboardQuery::default() };
        let viewer = Viewer::of(ada());
        let first = views::leaderboard(&world.store, viewer, &query).await.unwrap();
        assert_eq!((first.items[0].mine, first.previous_cursor.is_some()), (false, false));
        let contest = &first.contest;
        assert_eq!((contest.publication, contest.comparisons, contest.spent_nano_usd.as_deref()), (1, 3, None));
        assert_eq!(contest.judges[0].name, "test judge");
        let next = LeaderboardQuery { cursor: first.next_cursor.clone(), ..query.clone() };
        let second = views::leaderboard(&world.store, viewer, &next).await.unwrap();
        assert_eq!((second.items[0].mine, second.next_cursor.is_some()), (true, false));
        let back = LeaderboardQuery { cursor: second.previous_cursor, ..query };
        let again = views::leaderboard(&world.store, viewer, &back).await.unwrap();
        assert_eq!(again.items, first.items);
        assert_eq!(again.next_cursor, first.next_cursor);
    }

    async fn an_owner_lists_plans_in_every_state(world) {
        let store = &world.store;
        let first = views::my_plans(store, ada(), None, 3, None).await.unwrap();
        let rest = views::my_plans(store, ada(), first.next_cursor.as_deref(), 3, None).await.unwrap();
        let states: Vec<PlanState> = first.items.iter().chain(&rest.items).map(|p| p.state).collect();
        assert_eq!(states, [PlanState::Quarantined, PlanState::Withdrawn, PlanState::Active, PlanState::Active]);
        assert_eq!(rest.next_cursor, None);
        let withdrawn = views::my_plans(store, ada(), None, 10, Some(PlanState::Withdrawn)).await.unwrap();
        assert_eq!(withdrawn.items.len(), 1);
        assert!(views::my_plans(store, bob(), None, 10, None).await.unwrap().items.is_empty());
        let wrong = views::my_plans(store, ada(), Some("x"), 10, None).await;
        assert!(matches!(wrong, Err(ViewError::BadCursor)));
    }

    async fn a_plans_page_quotes_its_evidence_and_says_what_was_removed(world) {
        let view = views::plan(&world.store, Viewer::ANYBODY, id(PUBLIC)).await.unwrap();
        assert_eq!(view.kpis[0].evidence[0].quote, "Prompt");
        assert_eq!((view.prompt.as_str(), view.card[0].items[0].text.as_str()), ("Prompt of plan 2", "Plan 2"));
        assert_eq!(view.plan.integrity[0].text, "3 invisible characters were removed from the text");
        assert_eq!(view.plan.warnings[0].code, "missing");
        assert_eq!(view.standing.rank, Some(2));
    }

    async fn a_comparison_speaks_of_the_plan_that_was_asked_about(world) {
        for (n, level, own, words) in [(SYSTEM, 2, 1, "clearly better"), (PUBLIC, -2, 2, "clearly better")] {
            let page = views::comparisons_of(&world.store, Viewer::of(ada()), id(n), None, 10).await.unwrap();
            let met = page.items.iter().find(|c| c.opponent.as_ref().is_some_and(|o| [id(SYSTEM), id(PUBLIC)].contains(&o.plan_id)));
            let met = met.unwrap();
            assert_eq!((met.level, met.level_words.as_deref()), (Some(level), Some(words)));
            let quote = met.dimensions[0].own_quote.as_ref().unwrap();
            assert_eq!(quote.text, format!("words of plan {own}"));
            assert_eq!(met.flags[0].code, "contradicted");
        }
    }

    async fn comparisons_are_paged(world) {
        let store = &world.store;
        let first = views::comparisons_of(store, Viewer::of(ada()), id(SYSTEM), None, 2).await.unwrap();
        let rest = views::comparisons_of(store, Viewer::of(ada()), id(SYSTEM), first.next_cursor.as_deref(), 2).await.unwrap();
        let mut ids: Vec<_> = first.items.iter().chain(&rest.items).map(|c| c.comparison_id).collect();
        ids.dedup();
        assert_eq!((ids.len(), rest.next_cursor), (3, None));
        let wrong = views::comparisons_of(store, Viewer::ANYBODY, id(SYSTEM), Some("1"), 2).await;
        assert!(matches!(wrong, Err(ViewError::BadCursor)));
    }

    async fn a_better_plan_nearby_and_advice_say_where_they_come_from(world) {
        let near = views::better_nearby(&world.store, Viewer::ANYBODY, id(PUBLIC)).await.unwrap();
        assert_eq!(near.items.iter().map(|i| i.plan.plan_id).collect::<Vec<_>>(), [id(SYSTEM)]);
        let sources: Vec<_> = near.items[0].does_better.iter().map(|s| s.source).collect();
        assert_eq!(sources, [StrengthSource::Verdict, StrengthSource::Kpi]);
        assert!(views::better_nearby(&world.store, Viewer::ANYBODY, id(SYSTEM)).await.unwrap().items.is_empty());
        let advice = views::advice(&world.store, Viewer::ANYBODY, id(PUBLIC)).await.unwrap();
        let items: Vec<_> = advice.items.iter().map(|i| (i.source, i.subject.as_str())).collect();
        assert_eq!(items, [(AdviceSource::Judges, "risks"), (AdviceSource::Kpi, "prompt_quality/budget")]);
        assert_eq!(advice.items[0].reasons, ["risks are named"]);
    }

    async fn a_private_plan_is_compared_with_a_public_one_without_a_probability(world) {
        let pair = views::compare(&world.store, Viewer::of(ada()), id(PUBLIC), id(SYSTEM)).await.unwrap();
        assert!(pair.probability_a_better.unwrap() < 0.01);
        assert_eq!((pair.meetings.len(), pair.cards.len()), (1, 1));
        let across = views::compare(&world.store, Viewer::of(ada()), id(PRIVATE), id(SYSTEM)).await.unwrap();
        assert_eq!(across.probability_a_better, None);
        let same = views::compare(&world.store, Viewer::ANYBODY, id(PUBLIC), id(PUBLIC)).await;
        assert!(matches!(same, Err(ViewError::SamePlan)));
    }
}
