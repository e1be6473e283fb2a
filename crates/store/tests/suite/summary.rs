//! What is said of a contest as a whole: counted from the board at each publication.

use chrono::TimeDelta;
use store::{Contest, ContestStatus, NewSummary, RatingRow};

use crate::board::rating;
use crate::fixture::{account, at, on_both, plan};

fn spent(nano_usd: i64) -> NewSummary {
    NewSummary {
        comparisons: 12,
        spend_nano_usd: nano_usd,
        judges: r#"[{"name":"j"}]"#.to_owned(),
    }
}

fn provisional(n: u8, elo: f64) -> RatingRow {
    RatingRow {
        provisional: true,
        flagged: true,
        ..rating(n, elo, 3)
    }
}

on_both! {
    async fn a_publication_describes_the_board_that_it_leaves(world) {
        world.plans(&[plan(1), plan(2), store::NewPlan { domain: None, ..plan(3) }]).await;
        let fence = world.contest(Contest::Public).await;
        assert!(world.store.contest_summary(Contest::Public).await.unwrap().is_none());
        let rows = [rating(1, 1600.0, 1), rating(2, 1500.0, 2), provisional(3, 1400.0)];
        world.store.publish(&fence, 1, &rows, &spent(7), at(1)).await.unwrap();
        let summary = world.store.contest_summary(Contest::Public).await.unwrap().unwrap();
        assert_eq!((summary.publication, summary.published_at), (1, at(1)));
        assert_eq!((summary.established, summary.provisional, summary.flagged), (2, 1, 1));
        assert_eq!((summary.comparisons, summary.spend_nano_usd), (12, 7));
        assert_eq!((summary.elo_min, summary.elo_max), (Some(1334.0), Some(1666.0)));
        let domains: Vec<_> = summary.domains.iter()
            .map(|d| (d.domain.as_deref(), d.established, d.provisional)).collect();
        assert_eq!(domains, [(None, 0, 1), (Some("energy"), 2, 0)]);

        world.store.publish(&fence, 2, &[rating(1, 1600.0, 1)], &spent(9), at(2)).await.unwrap();
        let summary = world.store.contest_summary(Contest::Public).await.unwrap().unwrap();
        assert_eq!((summary.publication, summary.established, summary.provisional), (2, 1, 0));
        assert_eq!(summary.spend_nano_usd, 9);
    }

    async fn a_publication_that_comes_too_late_leaves_the_summary(world) {
        world.system_plans(2).await;
        let fence = world.contest(Contest::Public).await;
        world.store.publish(&fence, 5, &[rating(1, 1600.0, 1)], &spent(5), at(5)).await.unwrap();
        assert!(!world.store.publish(&fence, 4, &[], &spent(4), at(6)).await.unwrap());
        let summary = world.store.contest_summary(Contest::Public).await.unwrap().unwrap();
        assert_eq!((summary.publication, summary.established, summary.spend_nano_usd), (5, 1, 5));
    }

    async fn a_contest_says_what_it_waits_for(world) {
        let contest = Contest::Private(account(1));
        assert!(world.store.contest_status(contest).await.unwrap().is_none());
        let waiting = ContestStatus {
            contest,
            phase: "waiting".to_owned(),
            note: Some("a second plan is missing".to_owned()),
            again_at: Some(at(0) + TimeDelta::hours(1)),
            updated_at: at(0),
        };
        world.store.set_contest_status(&waiting).await.unwrap();
        assert_eq!(world.store.contest_status(contest).await.unwrap(), Some(waiting.clone()));
        let done = ContestStatus { phase: "settled".to_owned(), note: None, again_at: None, ..waiting };
        world.store.set_contest_status(&done).await.unwrap();
        assert_eq!(world.store.contest_status(contest).await.unwrap(), Some(done));
        assert!(world.store.contest_status(Contest::Public).await.unwrap().is_none());
    }
}
