use chrono::{DateTime, TimeDelta, Utc};
use kpi::Flag;
use store::Digest;

use super::*;

const ADA: u8 = 1;
const BOB: u8 = 2;
const SYSTEM: u8 = 0;

fn at(seconds: u8) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::from(seconds))
}

fn plan_id(n: u8) -> PlanId {
    PlanId::new(at(n), [n; 10])
}

fn owner(n: u8) -> AccountId {
    match n {
        SYSTEM => AccountId::SYSTEM,
        _ => AccountId::new(at(0), [n; 10]),
    }
}

/// Plan `n` of the family that plan `founder`, of `founder_owner`, founded.
fn plan(n: u8, by: u8, founder: u8, founder_owner: u8) -> PlanVector {
    let angle = f32::from(founder) * 0.07;
    PlanVector {
        plan_id: plan_id(n),
        owner_id: owner(by),
        family_id: FamilyId::new(at(founder), [founder; 10]),
        founder: plan_id(founder),
        founder_owner: owner(founder_owner),
        state: PlanState::Active,
        content_hash: Digest([n; 32]),
        created_at: at(n),
        vector: vec![angle.cos(), angle.sin(), 0.3],
    }
}

/// The given plans among twelve others of the system.
fn corpus(plans: &[PlanVector]) -> Corpus {
    let strangers = (100..112).map(|n| plan(n, SYSTEM, n, SYSTEM));
    Corpus::of(plans.iter().cloned().chain(strangers).collect())
}

fn copied(corpus: &Corpus, n: u8) -> bool {
    let novelty = corpus.novelty(plan_id(n), &corpus.freeze().unwrap());
    novelty.flags.contains(&Flag::Copy)
}

#[test]
fn a_copier_gets_0_and_the_original_loses_nothing() {
    let alone = corpus(&[plan(1, ADA, 1, ADA)]);
    let robbed = corpus(&[plan(1, ADA, 1, ADA), plan(2, BOB, 1, ADA)]);
    let snapshot = alone.freeze().unwrap();
    assert_eq!(
        robbed.novelty(plan_id(1), &snapshot).value,
        alone.novelty(plan_id(1), &snapshot).value
    );
    assert!(!copied(&robbed, 1));
    assert_eq!(robbed.novelty(plan_id(2), &snapshot).value, Some(0.0));
    assert!(copied(&robbed, 2));
}

#[test]
fn an_owners_own_variants_are_no_copies() {
    let corpus = corpus(&[plan(1, ADA, 1, ADA), plan(2, ADA, 1, ADA)]);
    assert!(!copied(&corpus, 1) && !copied(&corpus, 2));
}

#[test]
fn of_system_plans_the_later_is_the_copy() {
    let together = PlanVector {
        created_at: at(2),
        ..plan(3, SYSTEM, 1, SYSTEM)
    };
    let corpus = corpus(&[
        plan(1, SYSTEM, 1, SYSTEM),
        plan(2, SYSTEM, 1, SYSTEM),
        together,
    ]);
    assert_eq!([1, 2, 3].map(|n| copied(&corpus, n)), [false, true, true]);
}

#[test]
fn hidden_plans_count_only_for_their_copies() {
    let hidden = PlanVector {
        state: PlanState::Withdrawn,
        ..plan(1, ADA, 1, ADA)
    };
    let twin_of_another_family = PlanVector {
        vector: hidden.vector.clone(),
        ..plan(3, BOB, 3, BOB)
    };
    let corpus = corpus(&[hidden, plan(2, BOB, 1, ADA), twin_of_another_family]);
    assert!(copied(&corpus, 2), "of a withdrawn plan");
    assert!(!counts(&corpus.plans[2], &corpus.plans[0]));
    assert_eq!(corpus.families(), 14);
    assert_eq!(corpus.freeze().unwrap().len(), 14);
}
