//! Comparisons are scheduled whole, finished once, and listed in an order free of arrival.

use store::{
    ComparisonFilter, ComparisonKind, ComparisonState, Contest, NewComparison, Outcome,
    PlanComparisons, RoundState, StoreError, Which,
};

use crate::fixture::{at, on_both, pair, verdict};

on_both! {
    async fn a_round_is_written_whole_or_not_at_all(world) {
        world.system_plans(3).await;
        let judge = world.judge("offline").await;
        let fence = world.contest(Contest::Public).await;
        let store = &world.store;
        store.create_round(&fence, 1, &[pair(1, 2, judge)], at(1)).await.unwrap();
        let open = store.open_round(Contest::Public).await.unwrap().unwrap();
        assert_eq!((open.number, open.state), (1, RoundState::Open));
        let second_open = store.create_round(&fence, 2, &[pair(1, 3, judge)], at(2)).await;
        assert!(matches!(second_open, Err(StoreError::Conflict { .. })), "{second_open:?}");
        store.finish_comparison(&fence, pair(1, 2, judge).comparison_id, &verdict(2)).await.unwrap();
        store.close_round(&fence, 1, at(3)).await.unwrap();
        let repeats = NewComparison { comparison_id: pair(9, 9, judge).comparison_id, ..pair(1, 2, judge) };
        let again = store.create_round(&fence, 2, &[pair(1, 3, judge), repeats], at(4)).await;
        assert!(matches!(again, Err(StoreError::Conflict { .. })), "never the same ordered pair twice");
        assert_eq!(store.last_round(Contest::Public).await.unwrap(), 1);
        assert_eq!(store.comparisons(Contest::Public, &ComparisonFilter::default()).await.unwrap().len(), 1);
        store.create_round(&fence, 2, &[pair(2, 1, judge)], at(5)).await.unwrap();
    }

    async fn a_comparison_is_finished_once(world) {
        world.system_plans(2).await;
        let judge = world.judge("offline").await;
        let fence = world.contest(Contest::Public).await;
        world.store.create_round(&fence, 1, &[pair(1, 2, judge)], at(1)).await.unwrap();
        let id = pair(1, 2, judge).comparison_id;
        let early = world.store.close_round(&fence, 1, at(2)).await;
        assert!(matches!(early, Err(StoreError::Invalid { .. })), "{early:?}");
        assert!(world.store.finish_comparison(&fence, id, &verdict(-3)).await.unwrap());
        assert!(!world.store.finish_comparison(&fence, id, &verdict(4)).await.unwrap());
        let held = world.store.comparison(id).await.unwrap().unwrap();
        assert_eq!((held.state, held.level, held.cost_nano_usd), (ComparisonState::Done, Some(-3), 5_000));
        assert_eq!(held.finished_at, Some(at(60)));
        world.store.close_round(&fence, 1, at(2)).await.unwrap();
        world.store.close_round(&fence, 1, at(3)).await.unwrap();
        assert_eq!(world.store.open_round(Contest::Public).await.unwrap(), None);
    }

    async fn a_void_comparison_has_a_reason_and_no_level(world) {
        world.system_plans(2).await;
        let judge = world.judge("offline").await;
        let fence = world.contest(Contest::Public).await;
        world.store.create_round(&fence, 1, &[pair(1, 2, judge)], at(1)).await.unwrap();
        let id = pair(1, 2, judge).comparison_id;
        let void = Outcome { result: Err("quotes failed".to_owned()), verdict: None, ..verdict(0) };
        world.store.finish_comparison(&fence, id, &void).await.unwrap();
        let held = world.store.comparison(id).await.unwrap().unwrap();
        assert_eq!((held.state, held.level), (ComparisonState::Void, None));
        assert_eq!(held.void_reason.as_deref(), Some("quotes failed"));
        assert!(world.store.rated_pairs(Contest::Public).await.unwrap().is_empty());
        assert!(world.store.flag_comparison(&fence, id, "[\"odd\"]").await.unwrap());
        assert_eq!(world.store.comparison(id).await.unwrap().unwrap().flags.as_deref(), Some("[\"odd\"]"));
    }

    async fn a_level_beyond_the_scale_is_refused(world) {
        world.system_plans(2).await;
        let judge = world.judge("offline").await;
        let fence = world.contest(Contest::Public).await;
        world.store.create_round(&fence, 1, &[pair(1, 2, judge)], at(1)).await.unwrap();
        let id = pair(1, 2, judge).comparison_id;
        assert!(world.store.finish_comparison(&fence, id, &verdict(5)).await.is_err());
        assert_eq!(world.store.scheduled(Contest::Public, 1).await.unwrap().len(), 1);
    }

    async fn the_order_of_a_list_is_that_of_contents_not_of_arrival(world) {
        world.system_plans(4).await;
        let judge = world.judge("offline").await;
        let other = world.judge("a second judge").await;
        let fence = world.contest(Contest::Public).await;
        let second = NewComparison { comparison_id: pair(8, 8, other).comparison_id, ..pair(1, 2, other) };
        let round = [pair(4, 1, judge), pair(1, 3, judge), pair(1, 2, judge), second];
        world.store.create_round(&fence, 1, &round, at(1)).await.unwrap();
        let seqs: Vec<i64> = world.store.scheduled(Contest::Public, 1).await.unwrap().iter().map(|c| c.seq).collect();
        assert_eq!(seqs, [0, 1, 2, 3], "a round is judged in its own order");
        for new in &round {
            world.store.finish_comparison(&fence, new.comparison_id, &verdict(1)).await.unwrap();
        }
        let rated: Vec<_> = world.store.rated_pairs(Contest::Public).await.unwrap();
        let expected = [&round[3], &round[2], &round[1], &round[0]].map(|new| new.comparison_id);
        assert_eq!(rated.iter().map(|r| r.comparison_id).collect::<Vec<_>>(), expected);
        let listed = world.store.comparisons(Contest::Public, &ComparisonFilter::default()).await.unwrap();
        assert_eq!(listed.iter().map(|c| c.comparison_id).collect::<Vec<_>>(), expected);
        let of_all = ComparisonFilter {
            state: Some(listed[0].state), kind: Some(listed[0].kind), round: Some(listed[0].round), judge_id: Some(listed[0].judge_id),
        };
        assert!(world.store.comparisons(Contest::Public, &of_all).await.unwrap().contains(&listed[0]));
        let of_another_round = ComparisonFilter { round: Some(99), ..of_all };
        assert!(world.store.comparisons(Contest::Public, &of_another_round).await.unwrap().is_empty());
        let of_judge = ComparisonFilter { judge_id: Some(other), ..ComparisonFilter::default() };
        assert_eq!(world.store.comparisons(Contest::Public, &of_judge).await.unwrap().len(), 1);
    }

    async fn canaries_are_kept_apart_from_ratings(world) {
        world.system_plans(2).await;
        let judge = world.judge("offline").await;
        let fence = world.contest(Contest::Public).await;
        let canary = |n: u8, variant: &str| NewComparison {
            comparison_id: pair(n, n, judge).comparison_id,
            second_plan: pair(1, 2, judge).first_plan,
            kind: ComparisonKind::Canary,
            variant: variant.to_owned(),
            ..pair(1, 2, judge)
        };
        let round = [pair(1, 2, judge), canary(3, "padded/first"), canary(4, "padded/second")];
        world.store.create_round(&fence, 1, &round, at(1)).await.unwrap();
        for new in &round {
            world.store.finish_comparison(&fence, new.comparison_id, &verdict(1)).await.unwrap();
        }
        assert_eq!(world.store.rated_pairs(Contest::Public).await.unwrap().len(), 1);
        assert_eq!(world.store.pair_counts(Contest::Public).await.unwrap().len(), 1);
        let canaries = ComparisonFilter { kind: Some(ComparisonKind::Canary), ..ComparisonFilter::default() };
        assert_eq!(world.store.comparisons(Contest::Public, &canaries).await.unwrap().len(), 2);
        let of_plan = |which| PlanComparisons { plan: pair(1, 2, judge).first_plan, which, before: None, limit: 10 };
        assert_eq!(world.store.comparisons_of_plan(&of_plan(Which::All)).await.unwrap().len(), 3);
        assert_eq!(world.store.comparisons_of_plan(&of_plan(Which::Meetings)).await.unwrap().len(), 1);
    }

    async fn both_orders_of_a_pair_are_found_from_either_side(world) {
        world.system_plans(3).await;
        let judge = world.judge("offline").await;
        let fence = world.contest(Contest::Public).await;
        let back = NewComparison { kind: ComparisonKind::SecondOrder, ..pair(2, 1, judge) };
        world.store.create_round(&fence, 1, &[pair(1, 2, judge), back, pair(1, 3, judge)], at(1)).await.unwrap();
        let [one, two] = [pair(1, 2, judge).first_plan, pair(1, 2, judge).second_plan];
        assert_eq!(world.store.comparisons_between(two, one).await.unwrap().len(), 2);
        let counts = world.store.pair_counts(Contest::Public).await.unwrap();
        assert_eq!(counts.iter().map(|c| c.comparisons).collect::<Vec<_>>(), [1, 1, 1]);
    }
}
