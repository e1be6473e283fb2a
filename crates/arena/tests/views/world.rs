//! A board with a plan in every state, whose comparisons are with one plan of the system.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;
use store::{
    AccountId, Claim, ComparisonId, ComparisonKind, Contest, Digest, FamilyId, Fence, JudgeId,
    KpiRow, KpiValues, NewComparison, NewEmbedding, NewJudge, NewPlan, NewSummary, Outcome, PlanId,
    RatingRow, Store, Visibility,
};
use testkit::databases::{self, TestDatabase};

/// [`testkit::on_both!`] in a [`World`].
macro_rules! on_both {
    ($($tests:tt)*) => { testkit::on_both! { crate::world::World; $($tests)* } };
}
pub(crate) use on_both;

pub(crate) struct World {
    pub(crate) store: Store,
    _database: TestDatabase,
}

/// The plans, by what became of them; all but the system's are Ada's.
pub(crate) const SYSTEM: u8 = 1;
pub(crate) const PUBLIC: u8 = 2;
pub(crate) const PRIVATE: u8 = 3;
pub(crate) const WITHDRAWN: u8 = 4;
pub(crate) const QUARANTINED: u8 = 5;

pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_777_593_600 + seconds, 0).unwrap()
}

fn random(n: u8) -> [u8; 10] {
    [0, 0, 0, 0, 0, 0, 0, 0, 0, n]
}

pub(crate) fn ada() -> AccountId {
    AccountId::new(at(0), random(100))
}

pub(crate) fn bob() -> AccountId {
    AccountId::new(at(0), random(101))
}

pub(crate) fn id(n: u8) -> PlanId {
    PlanId::new(at(i64::from(n)), random(n))
}

pub(crate) fn comparison_id(first: u8, second: u8) -> ComparisonId {
    ComparisonId::new(at(0), random(10 * first + second))
}

fn plan(n: u8, owner: AccountId, visibility: Visibility) -> NewPlan {
    let card = json!({ "sections": [{ "kind": "title", "omitted": 0,
        "items": [{ "id": "T1", "text": format!("Plan {n}"), "source": "plan.json" }] }] });
    NewPlan {
        plan_id: id(n),
        owner_id: owner,
        family_id: FamilyId::new(at(0), random(n)),
        external_id: Some(format!("own-id-{n}")),
        title: format!("=Plan {n}"),
        domain: Some("energy".to_owned()),
        visibility,
        content_hash: Digest([n; 32]),
        prompt: format!("Prompt of plan {n}"),
        document: "{}".to_owned(),
        card: card.to_string(),
        signature: vec![n; 64],
        bands: vec![u64::from(n)],
        embedding: Some(NewEmbedding {
            model: "card-char-ngrams/1".to_owned(),
            vector: vec![1.0, f32::from(n)],
        }),
        warnings: json!([{ "kind": "missing", "source": "team.json", "detail": "" }]).to_string(),
        integrity: json!({ "zero_width_removed": 3 }).to_string(),
        source_name: Some(format!("file-{n}.zip")),
        source_catalogue: None,
        created_at: at(i64::from(n)),
    }
}

fn rating(n: u8, elo: f64, rank: i64) -> RatingRow {
    RatingRow {
        plan_id: id(n),
        elo,
        elo_se: 20.0,
        elo_low: elo - 33.0,
        elo_high: elo + 33.0,
        rank,
        rank_low: rank,
        rank_high: rank,
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

fn pair(first: u8, second: u8, judge: JudgeId) -> NewComparison {
    NewComparison {
        comparison_id: comparison_id(first, second),
        first_plan: id(first),
        second_plan: id(second),
        first_hash: Digest([first; 32]),
        second_hash: Digest([second; 32]),
        judge_id: judge,
        kind: ComparisonKind::Normal,
        variant: String::new(),
        reason: "own".to_owned(),
    }
}

/// A verdict for the plan shown first, with quotes that name their plans.
fn verdict(first: u8, second: u8) -> Outcome {
    let quote =
        |n: u8| json!({ "item": "T1", "text": format!("words of plan {n}"), "found": true });
    let dimension = |name: &str, preference: i8| {
        json!({ "name": name, "preference": preference, "reason": "risks are named", "verified": true,
                "first_quote": quote(first), "second_quote": quote(second) })
    };
    let verdict = json!({ "overall": 2, "because": "its risks", "flags": [],
        "dimensions": [dimension("Risk handling", 3)], "remaining": dimension("Rest", 0) });
    Outcome {
        result: Ok(2),
        verdict: Some(verdict.to_string()),
        flags: Some("[\"contradicted\"]".to_owned()),
        model: Some("m".to_owned()),
        prompt_version: Some("1".to_owned()),
        request_hash: Some("aa".to_owned()),
        input_tokens: 100,
        output_tokens: 20,
        cost_nano_usd: 5_000,
        calls: 1,
        finished_at: at(60),
    }
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        Self::on(databases::sqlite()).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::on(databases::postgres().await?).await)
    }

    async fn on(database: TestDatabase) -> Self {
        let store = Store::connect(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        let world = Self {
            store,
            _database: database,
        };
        world.fill().await;
        world
    }

    async fn fill(&self) {
        let store = &self.store;
        for (account, name) in [(ada(), "Ada"), (bob(), "Bob")] {
            store.add_account(account, name, at(0)).await.unwrap();
        }
        let plans = [
            plan(SYSTEM, AccountId::SYSTEM, Visibility::System),
            plan(PUBLIC, ada(), Visibility::Public),
            plan(PRIVATE, ada(), Visibility::Private),
            plan(WITHDRAWN, ada(), Visibility::Public),
            plan(QUARANTINED, ada(), Visibility::Public),
        ];
        store.insert_plans(&plans).await.unwrap();
        for n in [SYSTEM, PUBLIC, PRIVATE, WITHDRAWN, QUARANTINED] {
            store.put_kpis(id(n), &kpis(n)).await.unwrap();
        }
        self.judge_public().await;
        self.publish(Contest::Private(ada()), &[rating(PRIVATE, 1500.0, 1)])
            .await;
        store.withdraw_plan(id(WITHDRAWN), "wish").await.unwrap();
        store
            .quarantine_plan(id(QUARANTINED), "canary")
            .await
            .unwrap();
    }

    /// The system's plan beats all of Ada's public ones.
    async fn judge_public(&self) {
        let judge = NewJudge {
            judge_id: JudgeId::new(at(0), random(1)),
            fingerprint: "offline/test".to_owned(),
            kind: "offline".to_owned(),
            name: "test judge".to_owned(),
            version: "1".to_owned(),
            model: None,
            created_at: at(0),
        };
        let judge = self.store.upsert_judge(&judge).await.unwrap();
        let fence = self.contest(Contest::Public).await;
        let seconds = [PUBLIC, WITHDRAWN, QUARANTINED];
        let round: Vec<NewComparison> = seconds.iter().map(|n| pair(SYSTEM, *n, judge)).collect();
        self.store
            .create_round(&fence, 1, &round, at(1))
            .await
            .unwrap();
        for n in seconds {
            let outcome = verdict(SYSTEM, n);
            let done = self
                .store
                .finish_comparison(&fence, comparison_id(SYSTEM, n), &outcome);
            assert!(done.await.unwrap());
        }
        let rows = [
            rating(SYSTEM, 1700.0, 1),
            rating(PUBLIC, 1500.0, 2),
            rating(WITHDRAWN, 1450.0, 3),
            rating(QUARANTINED, 1400.0, 4),
        ];
        let summary = NewSummary {
            comparisons: 3,
            spend_nano_usd: 15_000,
            judges: json!([{ "judge_id": judge, "verdicts": 3 }]).to_string(),
        };
        self.store
            .publish(&fence, 1, &rows, &summary, at(2))
            .await
            .unwrap();
    }

    async fn publish(&self, contest: Contest, rows: &[RatingRow]) {
        let fence = self.contest(contest).await;
        let summary = NewSummary::default();
        self.store
            .publish(&fence, 1, rows, &summary, at(2))
            .await
            .unwrap();
    }

    async fn contest(&self, contest: Contest) -> Fence {
        self.store
            .open_ranking(contest, 7, "{}", at(0))
            .await
            .unwrap();
        let lease = Duration::from_secs(30);
        let claim = self.store.claim_ranking(contest, "driver", at(0), lease);
        match claim.await.unwrap() {
            Claim::Granted(fence) => fence,
            held @ Claim::Held { .. } => panic!("a fresh contest was held: {held:?}"),
        }
    }
}

fn kpis(n: u8) -> KpiRow {
    let value = if n == SYSTEM { 0.9 } else { 0.5 };
    let evidence = json!({ "model_cost_nano_usd": "77", "kpis": { "prompt_quality": {
        "value": value, "version": "prompt_quality/1", "flags": [], "unknown_reason": null,
        "evidence": [{ "source": "prompt", "quote": "Prompt", "span": [0, 6] }],
        "detail": { "items": { "budget": if n == SYSTEM { 1.0 } else { 0.0 } } } } } });
    KpiRow {
        values: KpiValues {
            prompt_quality: Some(value),
            ..KpiValues::default()
        },
        version: "1".to_owned(),
        evidence: evidence.to_string(),
        extracted_at: at(1),
    }
}
