//! Small worlds for the tests: a migrated store on either backend, plans, a contest with a judge.

use std::time::Duration;

use chrono::{DateTime, Utc};
use store::{
    AccountId, Claim, ComparisonId, ComparisonKind, Contest, Digest, FamilyId, Fence, Inserted,
    JudgeId, NewComparison, NewJudge, NewPlan, Outcome, PlanId, Store, Visibility,
};
use testkit::databases::{self, TestDatabase};

/// [`testkit::on_both!`] in a [`World`].
macro_rules! on_both {
    ($($tests:tt)*) => { testkit::on_both! { crate::fixture::World; $($tests)* } };
}
pub(crate) use on_both;

/// A migrated store; the database goes when this goes.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) database: TestDatabase,
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
        Self { store, database }
    }

    /// Inserts plans and returns their ids.
    pub(crate) async fn plans(&self, plans: &[NewPlan]) -> Vec<PlanId> {
        let inserted = self.store.insert_plans(plans).await.unwrap();
        inserted
            .iter()
            .map(|Inserted { plan_id, .. }| *plan_id)
            .collect()
    }

    /// Inserts `count` system plans of different families.
    pub(crate) async fn system_plans(&self, count: u8) -> Vec<PlanId> {
        self.plans(&(1..=count).map(plan).collect::<Vec<_>>()).await
    }

    pub(crate) async fn judge(&self, name: &str) -> JudgeId {
        let judge = NewJudge {
            judge_id: JudgeId::new(at(0), bytes(name.bytes().map(usize::from).sum())),
            fingerprint: format!("fingerprint of {name}"),
            kind: "offline".to_owned(),
            name: name.to_owned(),
            version: "1".to_owned(),
            model: None,
            created_at: at(0),
        };
        self.store.upsert_judge(&judge).await.unwrap()
    }

    /// Opens a contest and claims it.
    pub(crate) async fn contest(&self, contest: Contest) -> Fence {
        self.store
            .open_ranking(contest, 7, "{}", at(0))
            .await
            .unwrap();
        match self
            .store
            .claim_ranking(contest, "driver", at(0), LEASE)
            .await
            .unwrap()
        {
            Claim::Granted(fence) => fence,
            held @ Claim::Held { .. } => panic!("a fresh contest was held: {held:?}"),
        }
    }
}

pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// A time `seconds` after the tests' epoch, 1 May 2026.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_777_593_600 + seconds, 0).unwrap()
}

pub(crate) fn bytes(n: usize) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&(n as u64).to_be_bytes());
    bytes
}

pub(crate) fn digest(n: u8) -> Digest {
    Digest([n; 32])
}

pub(crate) fn account(n: u8) -> AccountId {
    AccountId::new(at(0), bytes(1_000 + usize::from(n)))
}

pub(crate) fn family(n: u8) -> FamilyId {
    FamilyId::new(at(0), bytes(usize::from(n)))
}

/// A system plan; plans of different numbers differ in everything that tells plans apart.
pub(crate) fn plan(n: u8) -> NewPlan {
    NewPlan {
        plan_id: PlanId::new(at(i64::from(n)), bytes(usize::from(n))),
        owner_id: AccountId::SYSTEM,
        family_id: family(n),
        external_id: Some(format!("run-{n}")),
        title: format!("Plan {n}"),
        domain: Some("energy".to_owned()),
        visibility: Visibility::System,
        content_hash: digest(n),
        prompt: format!("Prompt {n}"),
        document: format!("{{\"title\":\"Plan {n}\"}}"),
        card: format!("{{\"card\":{n}}}"),
        signature: vec![n; 64],
        bands: vec![u64::from(n), u64::MAX - u64::from(n)],
        embedding: None,
        warnings: "[]".to_owned(),
        integrity: "[]".to_owned(),
        source_name: Some(format!("run-{n}.zip")),
        source_catalogue: None,
        created_at: at(i64::from(n)),
    }
}

/// A plan of a user.
pub(crate) fn user_plan(n: u8, owner: AccountId, visibility: Visibility) -> NewPlan {
    NewPlan {
        owner_id: owner,
        visibility,
        ..plan(n)
    }
}

/// A comparison of the plans with these numbers.
pub(crate) fn pair(first: u8, second: u8, judge: JudgeId) -> NewComparison {
    NewComparison {
        comparison_id: ComparisonId::new(
            at(0),
            bytes(usize::from(first) * 256 + usize::from(second)),
        ),
        first_plan: plan(first).plan_id,
        second_plan: plan(second).plan_id,
        first_hash: digest(first),
        second_hash: digest(second),
        judge_id: judge,
        kind: ComparisonKind::Normal,
        variant: String::new(),
        reason: "own".to_owned(),
    }
}

pub(crate) fn verdict(level: i8) -> Outcome {
    Outcome {
        result: Ok(level),
        verdict: Some("{\"overall\":1}".to_owned()),
        flags: None,
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
