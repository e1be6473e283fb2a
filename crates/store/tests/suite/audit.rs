//! Human audit: who is given what, that nothing said is ever changed, and what enters the fit.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Database};
use store::{
    AccountId, AuditAction, AuditCode, AuditDecision, AuditDecisionId, AuditItem, AuditItemId,
    AuditLabel, AuditLabelId, AuditReason, Contest, Fence, JobId, JobPriority, JudgeId, NewJob,
    PlanId, StoreError, Visibility,
};

use crate::fixture::{World, account, at, bytes, on_both, pair, plan, user_plan, verdict};

const CLAIM: Duration = Duration::from_mins(30);

/// Two reviewers and a round of judged pairs among four system plans.
async fn judged(world: &World, pairs: &[(u8, u8)]) -> (JudgeId, Fence) {
    world.system_plans(4).await;
    for n in [1, 2] {
        let name = format!("Reviewer {n}");
        world
            .store
            .add_account(account(n), &name, at(0))
            .await
            .unwrap();
    }
    let judge = world.judge("offline").await;
    let fence = world.contest(Contest::Public).await;
    let rows: Vec<_> = pairs.iter().map(|(a, b)| pair(*a, *b, judge)).collect();
    world
        .store
        .create_round(&fence, 1, &rows, at(1))
        .await
        .unwrap();
    for row in &rows {
        let id = row.comparison_id;
        assert!(
            world
                .store
                .finish_comparison(&fence, id, &verdict(2))
                .await
                .unwrap()
        );
    }
    world.store.close_round(&fence, 1, at(2)).await.unwrap();
    (judge, fence)
}

fn item(number: i64, pair_of: (u8, u8), judge: JudgeId, reason: AuditReason) -> AuditItem {
    AuditItem {
        item_id: AuditItemId::new(at(number), bytes(usize::try_from(number).unwrap())),
        contest: Contest::Public,
        number,
        comparison_id: pair(pair_of.0, pair_of.1, judge).comparison_id,
        stream: reason.stream(),
        reason,
        swapped: false,
        labels_wanted: 1,
        created_at: at(10),
    }
}

async fn claim(world: &World, reviewer: u8, seconds: i64) -> Option<i64> {
    let claimed = world
        .store
        .claim_audit_item(Contest::Public, account(reviewer), at(seconds), CLAIM)
        .await;
    claimed.unwrap().map(|item| item.number)
}

async fn label(world: &World, item: &AuditItem, reviewer: u8, level: i64) -> bool {
    let n = usize::try_from(item.number).unwrap() * 10 + usize::from(reviewer);
    let label = AuditLabel {
        label_id: AuditLabelId::new(at(20), bytes(n)),
        item_id: item.item_id,
        comparison_id: item.comparison_id,
        reviewer_id: account(reviewer),
        level,
        swapped: item.swapped,
        seconds: 90,
        created_at: at(20),
    };
    world.store.add_audit_label(&label).await.unwrap()
}

fn decision(n: usize, item: &AuditItem, reviewer: u8, level: Option<i64>) -> AuditDecision {
    AuditDecision {
        decision_id: AuditDecisionId::new(at(30), bytes(n)),
        item_id: item.item_id,
        comparison_id: item.comparison_id,
        reviewer_id: account(reviewer),
        author_id: account(reviewer),
        action: if level.is_some() {
            AuditAction::Override
        } else {
            AuditAction::Keep
        },
        reason: Some(AuditCode::JudgeMissedEvidence),
        note: Some("the budget is not funded".to_owned()),
        quote: None,
        level,
        swapped: item.swapped,
        weight: level.map(|_| 3.0),
        supersedes: None,
        created_at: at(30),
    }
}

fn rank_job(n: usize) -> NewJob {
    NewJob {
        job_id: JobId::new(at(30), bytes(n)),
        kind: "rank".to_owned(),
        key: Some("public".to_owned()),
        account_id: AccountId::SYSTEM,
        priority: JobPriority::Normal,
        payload: "{\"contest\":\"public\"}".to_owned(),
        run_at: at(30),
        max_attempts: 5,
    }
}

/// How many rows a table has.
async fn rows(world: &World, table: &str) -> i64 {
    let raw = Database::connect(world.database.url()).await.unwrap();
    let sql = format!("SELECT COUNT(*) AS n FROM {table}");
    let backend = raw.get_database_backend();
    let statement = sea_orm::Statement::from_string(backend, sql);
    let row = raw.query_one_raw(statement).await.unwrap().unwrap();
    raw.close().await.unwrap();
    row.try_get("", "n").unwrap()
}

async fn refused(world: &World, sql: &str) -> String {
    let raw = Database::connect(world.database.url()).await.unwrap();
    let error = raw.execute_unprepared(sql).await.unwrap_err().to_string();
    raw.close().await.unwrap();
    error
}

on_both! {
    async fn an_item_that_wants_one_label_is_one_persons_until_the_claim_ends(world) {
        let (judge, _) = judged(world, &[(1, 2)]).await;
        let item = item(1, (1, 2), judge, AuditReason::Random);
        assert!(world.store.add_audit_item(&item).await.unwrap());
        assert_eq!(claim(world, 1, 100).await, Some(1));
        assert_eq!(claim(world, 1, 200).await, Some(1), "the holder gets the same again");
        assert_eq!(claim(world, 2, 300).await, None);
        assert_eq!(claim(world, 2, 200 + 30 * 60).await, Some(1), "the claim has ended");
        assert!(world.store.has_audit_claim(item.item_id, account(1)).await.unwrap());
        assert!(!world.store.has_audit_claim(item.item_id, account(3)).await.unwrap());
        assert!(label(world, &item, 2, 1).await);
        assert_eq!(claim(world, 1, 9_999).await, None, "it has its label");
    }

    async fn of_two_who_ask_at_once_one_gets_the_item(world) {
        let (judge, _) = judged(world, &[(1, 2)]).await;
        let item = item(1, (1, 2), judge, AuditReason::Random);
        assert!(world.store.add_audit_item(&item).await.unwrap());
        let (a, b) = tokio::join!(claim(world, 1, 100), claim(world, 2, 100));
        assert_eq!(usize::from(a.is_some()) + usize::from(b.is_some()), 1, "{a:?} {b:?}");
    }

    async fn an_item_that_wants_two_labels_is_given_to_two_people(world) {
        let (judge, _) = judged(world, &[(1, 2)]).await;
        let item = AuditItem { labels_wanted: 2, ..item(1, (1, 2), judge, AuditReason::Random) };
        assert!(world.store.add_audit_item(&item).await.unwrap());
        assert_eq!((claim(world, 1, 100).await, claim(world, 2, 100).await), (Some(1), Some(1)));
        assert!(label(world, &item, 1, 1).await);
        assert_eq!(claim(world, 1, 200).await, None, "nobody judges a comparison twice");
        assert_eq!(claim(world, 2, 200).await, Some(1));
    }

    async fn nobody_is_given_own_plans_copies_of_them_or_hidden_ones(world) {
        let (judge, _) = judged(world, &[(1, 2), (2, 3), (3, 4)]).await;
        for (n, pair_of) in [(1, (1, 2)), (2, (2, 3)), (3, (3, 4))] {
            let item = item(n, pair_of, judge, AuditReason::Random);
            assert!(world.store.add_audit_item(&item).await.unwrap());
        }
        let copy = store::NewPlan { family_id: plan(1).family_id, ..user_plan(9, account(1), Visibility::Public) };
        world.store.insert_plans(&[copy]).await.unwrap();
        assert_eq!(claim(world, 1, 100).await, Some(2), "1 is of a family with an own plan");
        assert!(world.store.withdraw_plan(plan(4).plan_id, "wish").await.unwrap());
        assert_eq!(claim(world, 2, 100).await, Some(1));
        assert!(label(world, &item(1, (1, 2), judge, AuditReason::Random), 2, 0).await);
        assert_eq!(claim(world, 2, 200).await, None, "2 is held, 3 shows a withdrawn plan");
    }

    async fn a_number_and_a_comparison_of_a_stream_are_used_once(world) {
        let (judge, _) = judged(world, &[(1, 2), (3, 4)]).await;
        let first = item(1, (1, 2), judge, AuditReason::TopOfBoard);
        assert!(world.store.add_audit_item(&first).await.unwrap());
        assert!(!world.store.add_audit_item(&AuditItem { item_id: AuditItemId::new(at(5), bytes(5)), ..item(1, (3, 4), judge, AuditReason::Random) }).await.unwrap());
        assert!(!world.store.add_audit_item(&item(2, (1, 2), judge, AuditReason::Flagged)).await.unwrap());
        assert!(world.store.add_audit_item(&item(2, (1, 2), judge, AuditReason::Random)).await.unwrap());
        assert_eq!(world.store.last_audit_number(Contest::Public).await.unwrap(), 2);
        assert_eq!(world.store.audit_item(first.item_id).await.unwrap(), Some(first));
    }

    async fn the_first_label_of_a_person_stays(world) {
        let (judge, _) = judged(world, &[(1, 2)]).await;
        let item = item(1, (1, 2), judge, AuditReason::Random);
        assert!(world.store.add_audit_item(&item).await.unwrap());
        assert!(label(world, &item, 1, 3).await);
        assert!(!label(world, &item, 1, -3).await);
        let kept = world.store.audit_label(item.comparison_id, account(1)).await.unwrap().unwrap();
        assert_eq!((kept.level, kept.seconds), (3, 90));
    }

    async fn what_was_said_is_never_changed_or_deleted(world) {
        let (judge, _) = judged(world, &[(1, 2)]).await;
        let item = item(1, (1, 2), judge, AuditReason::Random);
        assert!(world.store.add_audit_item(&item).await.unwrap());
        assert!(label(world, &item, 1, 3).await);
        assert!(world.store.add_audit_decision(&decision(1, &item, 1, Some(1)), None).await.unwrap());
        for table in ["audit_item", "audit_label", "audit_decision"] {
            for sql in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET swapped = NOT swapped")] {
                let error = refused(world, &sql).await;
                assert!(error.contains(&format!("{table} is append-only")), "{sql}: {error}");
            }
            assert_eq!(rows(world, table).await, 1);
        }
    }

    async fn a_decision_needs_the_same_persons_label(world) {
        let (judge, _) = judged(world, &[(1, 2)]).await;
        let item = item(1, (1, 2), judge, AuditReason::Random);
        assert!(world.store.add_audit_item(&item).await.unwrap());
        assert!(label(world, &item, 1, 3).await);
        let error = world.store.add_audit_decision(&decision(1, &item, 2, Some(1)), None).await.unwrap_err();
        assert!(matches!(error, StoreError::Invalid { .. }), "{error}");
    }

    async fn a_decision_is_superseded_once_and_its_job_comes_with_it(world) {
        let (judge, _) = judged(world, &[(1, 2)]).await;
        let item = item(1, (1, 2), judge, AuditReason::Random);
        assert!(world.store.add_audit_item(&item).await.unwrap());
        assert!(label(world, &item, 1, 3).await);
        let first = decision(1, &item, 1, Some(1));
        assert!(world.store.add_audit_decision(&first, Some(&rank_job(1))).await.unwrap());
        let again = world.store.add_audit_decision(&decision(2, &item, 1, None), Some(&rank_job(2))).await;
        assert!(!again.unwrap(), "a person's first decision is there already");
        assert_eq!(rows(world, "job").await, 1);
        let in_force = world.store.audit_overrides(Contest::Public).await.unwrap();
        assert_eq!(in_force.len(), 1);
        assert_eq!((in_force[0].first_plan, in_force[0].level, in_force[0].weight), (plan(1).plan_id, 1, 3.0));

        let withdrawal = AuditDecision {
            action: AuditAction::Withdraw, reason: None, level: None, weight: None,
            supersedes: Some(first.decision_id), ..decision(3, &item, 1, None)
        };
        assert!(world.store.add_audit_decision(&withdrawal, Some(&rank_job(3))).await.unwrap());
        let late = AuditDecision { supersedes: Some(first.decision_id), ..decision(4, &item, 1, Some(-4)) };
        assert!(!world.store.add_audit_decision(&late, Some(&rank_job(4))).await.unwrap());
        assert_eq!(world.store.audit_overrides(Contest::Public).await.unwrap(), []);
        let newest = world.store.newest_audit_decision(item.comparison_id, account(1)).await.unwrap();
        assert_eq!(newest, Some(withdrawal));
        assert_eq!(world.store.audit_decision(first.decision_id).await.unwrap(), Some(first));
    }

    async fn only_drawn_comparisons_count_for_agreement_whatever_item_they_were_labelled_for(world) {
        let (judge, _) = judged(world, &[(1, 2), (3, 4)]).await;
        let targeted = item(1, (1, 2), judge, AuditReason::TopOfBoard);
        assert!(world.store.add_audit_item(&targeted).await.unwrap());
        assert!(label(world, &targeted, 1, -2).await);
        assert_eq!(world.store.audit_ratings(Contest::Public).await.unwrap(), []);
        assert!(world.store.add_audit_item(&item(2, (1, 2), judge, AuditReason::Random)).await.unwrap());
        let ratings = world.store.audit_ratings(Contest::Public).await.unwrap();
        assert_eq!(ratings.len(), 1);
        assert_eq!((ratings[0].verdict, ratings[0].label, ratings[0].judge_id), (2, -2, judge));
        let counts = world.store.audit_counts(Contest::Public).await.unwrap();
        assert_eq!((counts.items, counts.random_items, counts.labels, counts.reviewers), (2, 1, 1, 1));
    }

    async fn a_draw_finds_judged_pairs_that_were_not_drawn_before(world) {
        let (judge, fence) = judged(world, &[(1, 2), (3, 4)]).await;
        world.store.create_round(&fence, 2, &[pair(1, 3, judge)], at(5)).await.unwrap();
        let slots = world.store.audit_slots(Contest::Public).await.unwrap();
        let slots: Vec<_> = slots.iter().map(|s| (s.round, s.slots)).collect();
        assert_eq!(slots, [(1, 2), (2, 1)]);
        let draw = async |places: &[(i64, i64)]| {
            world.store.audit_draw(Contest::Public, account(1), places).await.unwrap()
        };
        assert_eq!(draw(&[(2, 0), (7, 3)]).await, None, "not judged yet, and no such place");
        assert_eq!(draw(&[]).await, None);
        let second = pair(3, 4, judge).comparison_id;
        assert_eq!(draw(&[(2, 0), (1, 1), (1, 0)]).await, Some(second), "the first place that fits");
        assert!(world.store.add_audit_item(&item(1, (3, 4), judge, AuditReason::Random)).await.unwrap());
        assert_eq!(draw(&[(1, 1), (1, 0)]).await, Some(pair(1, 2, judge).comparison_id));
    }

    async fn targets_are_found_by_what_is_odd_about_them(world) {
        let (judge, fence) = judged(world, &[(1, 2), (3, 4)]).await;
        let targets = async |reason| -> Vec<PlanId> {
            let found = world.store.audit_targets(Contest::Public, account(1), reason, 10).await.unwrap();
            let mut firsts = Vec::new();
            for target in found {
                firsts.push(world.store.comparison(target.comparison_id).await.unwrap().unwrap().first_plan);
            }
            firsts
        };
        assert_eq!(targets(AuditReason::Flagged).await, []);
        assert_eq!(targets(AuditReason::SuspectedInjection).await, []);
        assert_eq!(targets(AuditReason::Surprising).await, [plan(3).plan_id, plan(1).plan_id], "newest first");
        let flagged = pair(1, 2, judge).comparison_id;
        assert!(world.store.flag_comparison(&fence, flagged, "[\"contradicted\"]").await.unwrap());
        assert_eq!(targets(AuditReason::Contradicted).await, [plan(1).plan_id]);
        assert!(world.store.add_audit_item(&item(1, (1, 2), judge, AuditReason::Contradicted)).await.unwrap());
        assert_eq!(targets(AuditReason::Contradicted).await, [], "it is an item already");
        assert_eq!(targets(AuditReason::TopOfBoard).await, [], "nothing is rated");
    }

    async fn the_trail_comes_in_pages_and_tells_nothing_to_those_who_still_judge(world) {
        let (judge, _) = judged(world, &[(1, 2), (3, 4)]).await;
        let waits = AuditItem { labels_wanted: 2, ..item(1, (1, 2), judge, AuditReason::Random) };
        let done = item(2, (3, 4), judge, AuditReason::Random);
        for item in [&waits, &done] {
            assert!(world.store.add_audit_item(item).await.unwrap());
            assert!(label(world, item, 1, 3).await);
        }
        assert!(world.store.add_audit_decision(&decision(1, &waits, 1, Some(1)), None).await.unwrap());
        assert!(world.store.add_audit_decision(&decision(2, &done, 1, None), None).await.unwrap());
        let page = async |viewer, before, limit| {
            world.store.audit_history(Contest::Public, account(viewer), before, limit).await.unwrap()
        };
        let first = page(1, None, 1).await;
        assert_eq!(first.items.iter().map(|e| e.number).collect::<Vec<_>>(), [2]);
        let second = page(1, first.next_cursor, 1).await;
        assert_eq!(second.next_cursor, None);
        let entry = &second.items[0];
        assert_eq!((entry.number, entry.verdict, entry.label, entry.level), (1, 2, 3, Some(1)));
        assert_eq!((entry.first_title.as_str(), entry.reviewer_name.as_str()), ("Plan 1", "Reviewer 1"));
        assert!(entry.in_force);
        let others: Vec<i64> = page(2, None, 10).await.items.iter().map(|e| e.number).collect();
        assert_eq!(others, [2], "1 waits for a second blind label");
        let reasons = world.store.audit_reason_counts(Contest::Public).await.unwrap();
        assert_eq!(reasons.iter().map(|r| (r.action, r.decisions)).collect::<Vec<_>>(),
            [(AuditAction::Keep, 1), (AuditAction::Override, 1)]);
    }
}
