//! Overrides, stored again in other orders, under other ids, by other people.

use store::{
    AuditAction, AuditCode, AuditDecision, AuditDecisionId, AuditItem, AuditItemId, AuditLabel,
    AuditLabelId, AuditReason, Comparison, ComparisonKind, Contest,
};
use testkit::databases::sqlite;

use crate::audit::{CALLS, ranked};
use crate::shuffled::{board, stored_again};
use crate::world::World;

/// Overrides a judged pair directly in the store, as a person with an id of this world.
async fn overridden(world: &World, number: i64, like: &Comparison, level: i64) {
    let log = world.comparisons(Contest::Public).await;
    let same = |c: &&Comparison| {
        (c.first_hash, c.second_hash, c.kind) == (like.first_hash, like.second_hash, like.kind)
    };
    let comparison = log.iter().find(same).unwrap();
    let reviewer = world.reviewer(&format!("Reviewer {number}")).await.account;
    let item = AuditItem {
        item_id: AuditItemId::new(world.now(), world.random()),
        contest: Contest::Public,
        number,
        comparison_id: comparison.comparison_id,
        stream: AuditReason::Random.stream(),
        reason: AuditReason::Random,
        swapped: level % 2 == 0,
        labels_wanted: 1,
        created_at: world.now(),
    };
    assert!(world.store.add_audit_item(&item).await.unwrap());
    let label = AuditLabel {
        label_id: AuditLabelId::new(world.now(), world.random()),
        item_id: item.item_id,
        comparison_id: item.comparison_id,
        reviewer_id: reviewer,
        level,
        swapped: item.swapped,
        seconds: 1,
        created_at: world.now(),
    };
    assert!(world.store.add_audit_label(&label).await.unwrap());
    let decision = AuditDecision {
        decision_id: AuditDecisionId::new(world.now(), world.random()),
        item_id: item.item_id,
        comparison_id: item.comparison_id,
        reviewer_id: reviewer,
        author_id: reviewer,
        action: AuditAction::Override,
        reason: Some(AuditCode::DomainKnowledge),
        note: None,
        quote: None,
        level: Some(level),
        swapped: item.swapped,
        weight: Some(2.5),
        supersedes: None,
        created_at: world.now(),
    };
    let people = store::NewJudge {
        judge_id: store::JudgeId::new(world.now(), world.random()),
        fingerprint: "human/reviewers/1".to_owned(),
        kind: "human".to_owned(),
        name: "human reviewers".to_owned(),
        version: "1".to_owned(),
        model: None,
        created_at: world.now(),
    };
    world.store.upsert_judge(&people).await.unwrap();
    assert!(
        world
            .store
            .add_audit_decision(&decision, None)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn the_same_verdicts_and_overrides_in_any_order_publish_the_same_bits() {
    let original = ranked(sqlite()).await;
    let log = original.comparisons(Contest::Public).await;
    let pairs = log
        .iter()
        .filter(|c| c.kind == ComparisonKind::Normal && c.level.is_some());
    let mut chosen: Vec<(&Comparison, i64)> =
        pairs.take(9).zip([-4, 4, 0, 3, -2, 1, 2, -1, -3]).collect();
    let mut expected = None;
    for seed in 2..5 {
        let world = stored_again(&original, seed).await;
        chosen.rotate_left(usize::try_from(seed).unwrap());
        for (number, (like, level)) in (1..).zip(&chosen) {
            overridden(&world, number, like, *level).await;
        }
        world.rank(Contest::Public, CALLS).await;
        assert_eq!(world.asked(), 0);
        let found = board(&world).await;
        assert_ne!(found, board(&original).await, "overrides count");
        assert_eq!(
            &found,
            expected.get_or_insert_with(|| found.clone()),
            "seed {seed}"
        );
    }
}
