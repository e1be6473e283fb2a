//! The board: published whole, paged by key, hidden plans off it.

use store::{
    Contest, LeaderFilter, NewPlan, NewSummary, PlanId, RatingRow, Standing, StoreError, Visibility,
};

use crate::fixture::{World, account, at, digest, on_both, plan, user_plan};

pub(crate) fn rating(n: u8, elo: f64, rank: i64) -> RatingRow {
    RatingRow {
        plan_id: plan(n).plan_id,
        elo,
        elo_se: 40.0,
        elo_low: elo - 66.0,
        elo_high: elo + 66.0,
        rank,
        rank_low: rank,
        rank_high: rank + 1,
        percentile: 50.0,
        num_comparisons: 12,
        num_opponents: 9,
        num_opponent_owners: 1,
        provisional: false,
        flagged: false,
        bucket_id: Some(0),
        comment: None,
    }
}

fn filter(limit: u32) -> LeaderFilter {
    LeaderFilter {
        contest: Contest::Public,
        standing: Standing::Established,
        domain: None,
        owner: None,
        since: None,
        until: None,
        flagged: None,
        limit,
        cursor: None,
    }
}

/// The titles of every page of a board.
async fn titles(world: &World, mut filter: LeaderFilter) -> Vec<String> {
    let mut titles = Vec::new();
    loop {
        let page = world.store.leaderboard(&filter).await.unwrap();
        assert!(page.rows.len() <= usize::try_from(filter.limit).unwrap());
        titles.extend(page.rows.into_iter().map(|row| row.title));
        filter.cursor = page.next;
        if filter.cursor.is_none() {
            return titles;
        }
    }
}

on_both! {
    async fn pages_are_ordered_by_elo_with_ties_by_content(world) {
        world.system_plans(5).await;
        let fence = world.contest(Contest::Public).await;
        let rows = [rating(1, 1500.0, 2), rating(2, 1500.0, 2), rating(3, 1500.0, 2), rating(4, 1600.5, 1), rating(5, 1400.0, 5)];
        assert!(world.store.publish(&fence, 1, &rows, &NewSummary::default(), at(1)).await.unwrap());
        let expected = ["Plan 4", "Plan 3", "Plan 2", "Plan 1", "Plan 5"];
        for limit in [1, 2, 5, 100] {
            assert_eq!(titles(world, filter(limit)).await, expected, "pages of {limit}");
        }
        let row = &world.store.leaderboard(&filter(1)).await.unwrap().rows[0];
        assert_eq!((row.elo, row.elo_se, row.rank, row.num_comparisons), (Some(1600.5), Some(40.0), Some(1), 12));
        assert_eq!(world.store.count_leaders(Contest::Public, Standing::Established).await.unwrap(), 5);
    }

    async fn pages_read_backwards_hold_the_rows_that_they_held_forwards(world) {
        world.system_plans(7).await;
        let fence = world.contest(Contest::Public).await;
        let rows: Vec<RatingRow> = (1..=7).map(|n| rating(n, 1500.0 + f64::from(n / 2), 1)).collect();
        world.store.publish(&fence, 1, &rows, &NewSummary::default(), at(1)).await.unwrap();
        for (limit, owner) in [(1, None), (2, None), (3, Some(store::AccountId::SYSTEM)), (7, None)] {
            let first = LeaderFilter { owner, ..filter(limit) };
            let mut pages = vec![world.store.leaderboard(&first).await.unwrap()];
            while let Some(cursor) = pages.last().unwrap().next.clone() {
                pages.push(world.store.leaderboard(&LeaderFilter { cursor: Some(cursor), ..first.clone() }).await.unwrap());
            }
            assert_eq!(pages[0].previous, None);
            for two in pages.windows(2) {
                let back = LeaderFilter { cursor: two[1].previous.clone(), ..first.clone() };
                assert_eq!(world.store.leaderboard(&back).await.unwrap(), two[0], "pages of {limit}");
            }
        }
    }

    async fn a_first_page_read_backwards_is_filled_up(world) {
        world.system_plans(4).await;
        let fence = world.contest(Contest::Public).await;
        let rows: Vec<RatingRow> = (1..=4).map(|n| rating(n, 1500.0 + f64::from(n), 1)).collect();
        world.store.publish(&fence, 1, &rows, &NewSummary::default(), at(1)).await.unwrap();
        let first = world.store.leaderboard(&filter(2)).await.unwrap();
        let second = world.store.leaderboard(&LeaderFilter { cursor: first.next, ..filter(2) }).await.unwrap();
        world.store.withdraw_plan(plan(4).plan_id, "wish").await.unwrap();
        let back = world.store.leaderboard(&LeaderFilter { cursor: second.previous, ..filter(2) }).await.unwrap();
        assert_eq!(back.rows.iter().map(|r| r.title.as_str()).collect::<Vec<_>>(), ["Plan 3", "Plan 2"]);
    }

    async fn a_long_history_is_thinned_and_keeps_its_ends(world) {
        world.system_plans(1).await;
        let fence = world.contest(Contest::Public).await;
        for n in 1..=23 {
            let row = [rating(1, 1500.0 + f64::from(n), 1)];
            world.store.publish(&fence, i64::from(n), &row, &NewSummary::default(), at(i64::from(n))).await.unwrap();
        }
        for (points, most) in [(2, 2), (5, 5), (22, 22), (23, 23), (200, 23)] {
            let history = world.store.rating_history_thinned(plan(1).plan_id, Contest::Public, points).await.unwrap();
            let numbers: Vec<i64> = history.iter().map(|row| row.publication).collect();
            assert!(numbers.len() <= most && numbers.len() + 1 >= most, "{points}: {numbers:?}");
            assert_eq!((numbers.first(), numbers.last()), (Some(&1), Some(&23)));
            assert!(numbers.is_sorted());
        }
    }

    async fn a_page_stays_where_it_was_when_others_are_rated(world) {
        world.system_plans(4).await;
        let fence = world.contest(Contest::Public).await;
        let rows = [rating(1, 1600.0, 1), rating(2, 1500.0, 2), rating(3, 1400.0, 3)];
        world.store.publish(&fence, 1, &rows, &NewSummary::default(), at(1)).await.unwrap();
        let first = world.store.leaderboard(&filter(2)).await.unwrap();
        let more = [rating(1, 1600.0, 2), rating(2, 1500.0, 3), rating(3, 1400.0, 4), rating(4, 1700.0, 1)];
        world.store.publish(&fence, 2, &more, &NewSummary::default(), at(2)).await.unwrap();
        let second = world.store.leaderboard(&LeaderFilter { cursor: first.next, ..filter(2) }).await.unwrap();
        assert_eq!(second.rows.iter().map(|r| r.title.as_str()).collect::<Vec<_>>(), ["Plan 3"]);
    }

    async fn a_plan_left_out_leaves_the_board_even_while_the_clock_stands_still(world) {
        world.system_plans(2).await;
        let fence = world.contest(Contest::Public).await;
        world.store.publish(&fence, 1, &[rating(1, 1600.0, 1), rating(2, 1500.0, 2)], &NewSummary::default(), at(1)).await.unwrap();
        world.store.publish(&fence, 2, &[rating(2, 1500.0, 1)], &NewSummary::default(), at(1)).await.unwrap();
        assert_eq!(titles(world, filter(10)).await, ["Plan 2"]);
        assert_eq!(world.store.metrics(plan(1).plan_id).await.unwrap().unwrap().elo, None);
    }

    async fn filters_narrow_the_board(world) {
        let other = NewPlan { domain: Some("space".to_owned()), ..plan(2) };
        world.plans(&[plan(1), other, plan(3), plan(4)]).await;
        let fence = world.contest(Contest::Public).await;
        let rows = [
            rating(1, 1600.0, 1),
            rating(2, 1550.0, 2),
            RatingRow { provisional: true, ..rating(3, 1700.0, 3) },
            RatingRow { flagged: true, ..rating(4, 1500.0, 3) },
        ];
        world.store.publish(&fence, 1, &rows, &NewSummary::default(), at(1)).await.unwrap();
        let base = filter(10);
        let cases = [
            (base.clone(), vec!["Plan 1", "Plan 2", "Plan 4"]),
            (LeaderFilter { domain: Some("space".to_owned()), ..base.clone() }, vec!["Plan 2"]),
            (LeaderFilter { standing: Standing::Provisional, ..base.clone() }, vec!["Plan 3"]),
            (LeaderFilter { since: Some(at(2)), ..base.clone() }, vec!["Plan 2", "Plan 4"]),
            (LeaderFilter { until: Some(at(2)), ..base.clone() }, vec!["Plan 1"]),
            (LeaderFilter { since: Some(at(2)), until: Some(at(4)), ..base.clone() }, vec!["Plan 2"]),
            (LeaderFilter { owner: Some(account(1)), ..base.clone() }, vec![]),
            (LeaderFilter { flagged: Some(false), ..base.clone() }, vec!["Plan 1", "Plan 2"]),
            (LeaderFilter { flagged: Some(true), ..base.clone() }, vec!["Plan 4"]),
            (LeaderFilter { contest: Contest::Private(account(1)), ..base }, vec![]),
        ];
        for (filter, expected) in cases {
            assert_eq!(titles(world, filter.clone()).await, expected, "{filter:?}");
        }
    }

    async fn hidden_plans_and_second_family_members_are_not_on_the_board(world) {
        let copy = NewPlan { family_id: plan(1).family_id, ..plan(2) };
        world.plans(&[plan(1), copy, plan(3)]).await;
        let fence = world.contest(Contest::Public).await;
        let rows = [rating(1, 1600.0, 1), rating(2, 1600.0, 1), rating(3, 1500.0, 2)];
        world.store.publish(&fence, 1, &rows, &NewSummary::default(), at(1)).await.unwrap();
        assert_eq!(titles(world, filter(10)).await, ["Plan 1", "Plan 3"]);
        world.store.quarantine_plan(plan(1).plan_id, "canary").await.unwrap();
        world.store.withdraw_plan(plan(3).plan_id, "wish").await.unwrap();
        assert_eq!(titles(world, filter(10)).await, ["Plan 2"]);
    }

    async fn a_publication_counts_once_and_history_grows(world) {
        world.system_plans(2).await;
        let fence = world.contest(Contest::Public).await;
        let store = &world.store;
        assert!(store.publish(&fence, 1, &[rating(1, 1500.0, 1), rating(2, 1400.0, 2)], &NewSummary::default(), at(1)).await.unwrap());
        assert!(!store.publish(&fence, 1, &[rating(1, 9.0, 1)], &NewSummary::default(), at(2)).await.unwrap());
        assert!(store.publish(&fence, 2, &[rating(1, 1510.0, 1)], &NewSummary::default(), at(3)).await.unwrap());
        let history = store.rating_history(plan(1).plan_id).await.unwrap();
        let seen: Vec<_> = history.iter().map(|row| (row.publication, row.elo, row.published_at)).collect();
        assert_eq!(seen, [(1, 1500.0, at(1)), (2, 1510.0, at(3))]);
        assert_eq!(titles(world, filter(10)).await, ["Plan 1"], "a plan left out leaves the board");
        assert_eq!(store.ranking(Contest::Public).await.unwrap().unwrap().published, 2);
    }

    async fn contests_do_not_touch_each_others_boards(world) {
        world.store.add_account(account(1), "Ada", at(0)).await.unwrap();
        world.plans(&[plan(1), user_plan(2, account(1), Visibility::Private)]).await;
        let public = world.contest(Contest::Public).await;
        let private = world.contest(Contest::Private(account(1))).await;
        world.store.publish(&public, 1, &[rating(1, 1600.0, 1), rating(2, 1.0, 2)], &NewSummary::default(), at(1)).await.unwrap();
        world.store.publish(&private, 1, &[rating(2, 1500.0, 1)], &NewSummary::default(), at(1)).await.unwrap();
        assert_eq!(titles(world, filter(10)).await, ["Plan 1"]);
        let own = LeaderFilter { contest: Contest::Private(account(1)), ..filter(10) };
        assert_eq!(titles(world, own).await, ["Plan 2"]);
        assert_eq!(world.store.metrics(plan(2).plan_id).await.unwrap().unwrap().elo, Some(1500.0));
    }

    async fn ratings_that_are_no_numbers_and_cursors_of_others_are_refused(world) {
        world.system_plans(1).await;
        let fence = world.contest(Contest::Public).await;
        let nan = world.store.publish(&fence, 1, &[rating(1, f64::NAN, 1)], &NewSummary::default(), at(1)).await;
        assert!(matches!(nan, Err(StoreError::Invalid { .. })), "{nan:?}");
        for cursor in ["", "'; DROP TABLE plan_metrics", "00"] {
            let wrong = LeaderFilter { cursor: Some(cursor.to_owned()), ..filter(1) };
            assert!(matches!(world.store.leaderboard(&wrong).await, Err(StoreError::Invalid { .. })));
        }
    }

    async fn a_thousand_ratings_are_published_in_one_go(world) {
        let many: Vec<NewPlan> = (0..1_000_u16).map(numbered).collect();
        world.plans(&many).await;
        let fence = world.contest(Contest::Public).await;
        let rows: Vec<RatingRow> =
            (0..1_000_u16).map(|n| RatingRow { plan_id: many[usize::from(n)].plan_id, ..rating(1, f64::from(n), 1) }).collect();
        world.store.publish(&fence, 1, &rows, &NewSummary::default(), at(1)).await.unwrap();
        assert_eq!(titles(world, filter(300)).await.len(), 1_000);
    }
}

fn numbered(n: u16) -> NewPlan {
    let mut hash = digest(0);
    hash.0[..2].copy_from_slice(&n.to_be_bytes());
    let random = crate::fixture::bytes(usize::from(n));
    NewPlan {
        plan_id: PlanId::new(at(0), random),
        family_id: store::FamilyId::new(at(0), random),
        external_id: None,
        content_hash: hash,
        ..plan(1)
    }
}
