//! People judge the judge: blind, then with its verdict before them; what they override moves the
//! ratings, and what they take back was never there.

use std::collections::BTreeSet;

use arena::audit::{
    Audit, AuditError, AuditSettings, BlindItem, Decision, Revealed, Reviewer, Ruling,
};
use arena::import::Submitter;
use store::{
    AccountId, AuditAction, AuditCode, AuditReason, ComparisonKind, Contest, JobId, JobPriority,
    NewJob, PlanId,
};
use testkit::databases::{TestDatabase, postgres, sqlite};

use crate::shuffled::board;
use crate::world::{World, examples};

pub(crate) const CALLS: u32 = 8;

/// Example plans, ranked.
pub(crate) async fn ranked(database: TestDatabase) -> World {
    let world = World::on(database, 1).await;
    world.submit(Submitter::SYSTEM, examples()).await;
    world.rank(Contest::Public, CALLS).await;
    world.asked();
    world
}

fn auditor(world: &World) -> Audit {
    world.audit(AuditSettings::default())
}

fn overriding(level: i8) -> Decision {
    Decision {
        reason: AuditCode::JudgeMissedEvidence,
        note: Some("The judge passed over the funding.".to_owned()),
        quote: None,
        ruling: Ruling::Override { level },
    }
}

async fn next(audit: &Audit, reviewer: Reviewer) -> BlindItem {
    audit.next_item(reviewer).await.unwrap().unwrap()
}

/// Labels items as equal until the judge preferred the left plan on one.
async fn left_preferred(audit: &Audit, reviewer: Reviewer) -> Revealed {
    loop {
        let item = next(audit, reviewer).await.item_id;
        audit.label(reviewer, item, 0, 60).await.unwrap();
        let revealed = audit.reveal(reviewer, item).await.unwrap();
        if revealed.judge_level > 0 {
            return revealed;
        }
    }
}

async fn elo(world: &World, plan: PlanId) -> f64 {
    let rows = world.board(Contest::Public).await;
    let row = rows.iter().find(|row| row.plan_id == plan).unwrap();
    row.elo.unwrap()
}

/// Whether a refit of the public contest waits in the queue.
async fn refit_waits(world: &World) -> bool {
    let job = NewJob {
        job_id: JobId::new(world.now(), world.random()),
        kind: "rank".to_owned(),
        key: Some("public".to_owned()),
        account_id: AccountId::SYSTEM,
        priority: JobPriority::Normal,
        payload: "{}".to_owned(),
        run_at: world.now(),
        max_attempts: 1,
    };
    !world
        .store
        .enqueue(&job, world.now())
        .await
        .unwrap()
        .created
}

async fn an_override_moves_ratings_as_previewed_and_withdrawn_gives_back_every_bit(world: &World) {
    let (audit, rita) = (auditor(world), world.reviewer("Rita").await);
    let before = board(world).await;
    let item = left_preferred(&audit, rita).await;
    let (left, right) = (
        elo(world, item.left_plan).await,
        elo(world, item.right_plan).await,
    );
    let preview = audit.preview(rita, item.item_id, -4).await.unwrap();
    assert!(
        (preview.left.elo_before - left).abs() < 1e-5,
        "{preview:?} {left}"
    );
    assert!(preview.left.elo_after < preview.left.elo_before);
    assert!(preview.right.elo_after > preview.right.elo_before);
    assert!(preview.left.rank_after >= preview.left.rank_before);
    world.rank(Contest::Public, CALLS).await;
    assert_eq!(
        board(world).await,
        before,
        "a preview and a label write no rating"
    );

    let decision = audit
        .decide(rita, item.item_id, &overriding(-4))
        .await
        .unwrap();
    assert!(refit_waits(world).await);
    let report = world.rank(Contest::Public, CALLS).await;
    assert_eq!(
        (report.comparisons, world.asked()),
        (0, 0),
        "people cost no call"
    );
    assert!((elo(world, item.left_plan).await - preview.left.elo_after).abs() < 1e-5);
    assert!((elo(world, item.right_plan).await - preview.right.elo_after).abs() < 1e-5);
    assert!(elo(world, item.left_plan).await < left && elo(world, item.right_plan).await > right);
    let moved = board(world).await;
    world.rank(Contest::Public, CALLS).await;
    assert_eq!(board(world).await, moved);

    audit
        .withdraw_decision(rita, decision.decision_id, None)
        .await
        .unwrap();
    world.rank(Contest::Public, CALLS).await;
    assert_eq!(board(world).await, before);
    let trail = audit.history(rita, None, 10).await.unwrap().items;
    let actions: Vec<_> = trail.iter().map(|e| (e.action, e.in_force)).collect();
    assert_eq!(
        actions,
        [
            (AuditAction::Withdraw, true),
            (AuditAction::Override, false)
        ]
    );
}

async fn whoever_goes_on_judges_every_pair_once_and_most_items_are_drawn_uniformly(world: &World) {
    let (audit, rita, sam) = (
        auditor(world),
        world.reviewer("Rita").await,
        world.reviewer("Sam").await,
    );
    let mut judged = BTreeSet::new();
    let mut reasons = Vec::new();
    for reviewer in [rita, sam] {
        while let Some(item) = audit.next_item(reviewer).await.unwrap() {
            let stored = world.store.audit_item(item.item_id).await.unwrap().unwrap();
            let comparison = world
                .store
                .comparison(stored.comparison_id)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(comparison.kind, ComparisonKind::Normal);
            assert!(
                judged.insert((reviewer.account, stored.comparison_id)),
                "judged twice"
            );
            let level = i8::try_from(comparison.level.unwrap()).unwrap();
            let level = if stored.swapped { -level } else { level };
            audit
                .label(reviewer, item.item_id, level, 30)
                .await
                .unwrap();
            reasons.push(stored.reason);
        }
    }
    let log = world.comparisons(Contest::Public).await;
    let pairs = log
        .iter()
        .filter(|c| c.kind == ComparisonKind::Normal && c.level.is_some());
    let by_rita = judged
        .iter()
        .filter(|(who, _)| *who == rita.account)
        .count();
    assert_eq!(by_rita, pairs.count());
    let random = reasons[..40]
        .iter()
        .filter(|r| **r == AuditReason::Random)
        .count();
    assert!((18..=32).contains(&random), "{random} of 40: {reasons:?}");
    let kinds: BTreeSet<AuditReason> = reasons.iter().copied().collect();
    assert!(kinds.contains(&AuditReason::TopOfBoard), "{kinds:?}");

    let figures = audit.statistics().await.unwrap();
    assert_eq!(figures.counts.labels, i64::try_from(judged.len()).unwrap());
    assert!(figures.overall.n > 20 && figures.overall.n <= by_rita as u64);
    let kappa = figures.overall.kappa_levels.unwrap();
    assert!(
        (kappa - 1.0).abs() < 1e-9,
        "they answered as the judge did: {kappa}"
    );
    assert!(figures.double_labelled > 0, "some are judged by two");
    assert!((figures.reviewers.unwrap().value - 1.0).abs() < 1e-9);
    assert_eq!(figures.judges.len(), 1);
    serde_json::to_string(&figures).unwrap();
}

async fn blind_comes_first_and_nothing_tells_the_answer(world: &World) {
    let (audit, rita, sam) = (
        auditor(world),
        world.reviewer("Rita").await,
        world.reviewer("Sam").await,
    );
    let item = next(&audit, rita).await;
    assert_eq!(
        next(&audit, rita).await.item_id,
        item.item_id,
        "the one at hand comes first"
    );
    let stored = world.store.audit_item(item.item_id).await.unwrap().unwrap();
    let comparison = world
        .store
        .comparison(stored.comparison_id)
        .await
        .unwrap()
        .unwrap();
    let seen = serde_json::to_string(&item).unwrap();
    for secret in [
        comparison.comparison_id.to_string(),
        comparison.first_plan.to_string(),
        "judge".to_owned(),
        "elo".to_owned(),
        "reason\"".to_owned(),
        "source".to_owned(),
    ] {
        assert!(!seen.contains(&format!("\"{secret}")), "{secret}");
    }
    let id = item.item_id;
    let keep = Decision {
        ruling: Ruling::Keep,
        ..overriding(0)
    };
    assert!(matches!(
        audit.reveal(rita, id).await,
        Err(AuditError::NotLabelled)
    ));
    assert!(matches!(
        audit.decide(rita, id, &keep).await,
        Err(AuditError::NotLabelled)
    ));
    assert!(matches!(
        audit.preview(rita, id, 1).await,
        Err(AuditError::NotLabelled)
    ));
    assert!(matches!(
        audit.label(sam, id, 1, 9).await,
        Err(AuditError::NotYours(_))
    ));
    assert!(matches!(
        audit.label(rita, id, 5, 9).await,
        Err(AuditError::InvalidLevel(5))
    ));
    audit.label(rita, id, 2, 9).await.unwrap();
    let again = audit.label(rita, id, -2, 9).await;
    assert!(
        matches!(again, Err(AuditError::AlreadyLabelled { level: 2 })),
        "{again:?}"
    );
    assert!(matches!(
        audit.reveal(sam, id).await,
        Err(AuditError::NotYours(_))
    ));
    assert_eq!(audit.reveal(rita, id).await.unwrap().label, 2);
}

async fn what_makes_no_sense_is_refused_in_words(world: &World) {
    let (audit, rita, sam) = (
        auditor(world),
        world.reviewer("Rita").await,
        world.reviewer("Sam").await,
    );
    let revealed = left_preferred(&audit, rita).await;
    let (id, level) = (revealed.item_id, revealed.judge_level);
    let agrees = Decision {
        reason: AuditCode::Agree,
        ..overriding(-1)
    };
    let quotes = |quote: &str| Decision {
        quote: Some(quote.to_owned()),
        ..overriding(-1)
    };
    let long = Decision {
        note: Some("ä".repeat(2_001)),
        ..overriding(-1)
    };
    let refused = async |decision: &Decision| {
        audit
            .decide(rita, id, decision)
            .await
            .unwrap_err()
            .to_string()
    };
    assert!(
        refused(&overriding(level))
            .await
            .contains("judge's own level")
    );
    assert!(refused(&overriding(-5)).await.contains("from -4"));
    assert!(refused(&agrees).await.contains("keeps the verdict"));
    assert!(
        refused(&quotes("nobody ever wrote this"))
            .await
            .contains("in neither plan")
    );
    assert!(
        refused(&long)
            .await
            .contains("2000 characters; it has 2001")
    );
    let line = revealed
        .left
        .sections
        .iter()
        .flat_map(|s| &s.lines)
        .next()
        .unwrap();
    let first = audit.decide(rita, id, &quotes(&line.text)).await.unwrap();
    let again = audit.decide(rita, id, &quotes(&line.text)).await.unwrap();
    assert_eq!(first, again, "the same again is one decision");
    let foreign = audit.withdraw_decision(sam, first.decision_id, None).await;
    assert!(matches!(foreign, Err(AuditError::NoSuchDecision(_))));
    let corrected = audit.decide(rita, id, &overriding(-3)).await.unwrap();
    assert_eq!(corrected.supersedes, Some(first.decision_id));
    let late = audit.withdraw_decision(rita, first.decision_id, None).await;
    assert!(matches!(late, Err(AuditError::Outdated)), "{late:?}");
    let admin = Reviewer {
        is_admin: true,
        ..sam
    };
    let withdrawn = audit
        .withdraw_decision(admin, corrected.decision_id, Some("a mistake"))
        .await
        .unwrap();
    assert_eq!(
        (withdrawn.reviewer_id, withdrawn.author_id),
        (rita.account, sam.account)
    );
    let small = world.audit(AuditSettings {
        preview_plans: 3,
        ..AuditSettings::default()
    });
    let large = small.preview(rita, id, -1).await;
    assert!(
        matches!(
            large,
            Err(AuditError::TooLarge {
                plans: 14,
                limit: 3
            })
        ),
        "{large:?}"
    );
}

macro_rules! on_both {
    ($($name:ident),*) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(&super::ranked(super::sqlite()).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(database) = super::postgres().await else { return };
                super::$name(&super::ranked(database).await).await;
            }
        }
    )*};
}
on_both!(
    an_override_moves_ratings_as_previewed_and_withdrawn_gives_back_every_bit,
    whoever_goes_on_judges_every_pair_once_and_most_items_are_drawn_uniformly,
    blind_comes_first_and_nothing_tells_the_answer,
    what_makes_no_sense_is_refused_in_words
);
