//! A plan's way through the service by HTTP alone: submitted, measured, compared, ranked.

use serde_json::Value;
use testkit::databases::TestDatabase;
use testkit::service::{Client, Launcher, Role, Service};
use testkit::{LogSnapshot, ModelServer, ServerOptions, responder_by_name};

use crate::support::plans::{example, examples};
use crate::support::{launcher, on_both, plan_id, submit, two_rated, until_rated, user};

/// A scripted judge that never errs by much, so that none is suspended by bad luck.
const STEADY: &str = "judge:noise=0.3,position=0.2";

async fn scripted_model() -> ModelServer {
    let responder = responder_by_name(STEADY).unwrap();
    ModelServer::start(responder, ServerOptions::default())
        .await
        .unwrap()
}

/// A service whose judge is a scripted model, one whose plans are rated.
async fn judged_by_a_model(database: &TestDatabase, model: &ModelServer) -> (Service, Owners) {
    let launcher = launcher(database).judged_by(&model.base_url());
    let service = launcher.start(Role::All).await;
    let owners = owners(&launcher, &service).await;
    (service, owners)
}

/// Two, since the public plans of one owner don't meet.
type Owners = [Client; 2];

async fn owners(launcher: &Launcher, service: &Service) -> Owners {
    let ada = user(launcher, service, "ada", "user").await;
    let bob = user(launcher, service, "bob", "user").await;
    [ada, bob]
}

/// All examples, each with its owner.
fn shares(owners: &Owners) -> impl Iterator<Item = (&Client, Value)> {
    let plans = examples().into_iter().map(|(_, plan)| plan);
    owners.iter().cycle().zip(plans)
}

/// Submits all examples at once and waits for each.
async fn submit_examples(owners: &Owners) -> Vec<String> {
    let mut accepted = Vec::new();
    for (client, plan) in shares(owners) {
        let reply = submit(client, &plan, "public").await;
        assert_eq!(reply.status, 202, "{}", reply.text());
        assert!(!reply.header("location").is_empty());
        accepted.push((plan_id(&reply), reply.json()));
    }
    for (_, document) in &accepted {
        until_rated(&owners[0], document["status_url"].as_str().unwrap()).await;
    }
    accepted.into_iter().map(|(id, _)| id).collect()
}

/// Everybody on the public board: the ranked first, then the provisional.
async fn board(client: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    for standing in ["established", "provisional"] {
        let path = format!("/api/leaderboard?limit=200&standing={standing}");
        let page = client.get(&path).await.with(200).json();
        all.extend(page["items"].as_array().unwrap().clone());
    }
    all
}

/// Everything that a page shows is told of each plan.
async fn assert_all_is_told(client: &Client, ids: &[String]) {
    let board = board(client).await;
    assert_eq!(board.len(), ids.len());
    let established = board.iter().filter(|plan| plan["provisional"] == false);
    let ranks: Vec<u64> = established.map(|p| p["rank"].as_u64().unwrap()).collect();
    assert!(ranks.is_sorted(), "{ranks:?}");
    for id in ids {
        let plan = client
            .get(&format!("/api/plans/{id}"))
            .await
            .with(200)
            .json();
        assert_eq!(plan["kpis"].as_array().unwrap().len(), 5, "{plan}");
        assert!(plan["rating"]["elo"].is_number(), "{plan}");
        assert!(
            plan["rating"]["num_comparisons"].as_u64().unwrap() > 0,
            "{plan}"
        );
        client
            .get(&format!("/api/plan_metrics/{id}"))
            .await
            .with(200);
        for list in ["comparisons", "history"] {
            let page = client
                .get(&format!("/api/plans/{id}/{list}"))
                .await
                .with(200)
                .json();
            assert!(
                !page["items"].as_array().unwrap().is_empty(),
                "{list}: {page}"
            );
        }
    }
}

on_both! {
    async fn plans_submitted_by_http_are_measured_compared_by_a_model_and_ranked(database) {
        let model = scripted_model().await;
        let (service, owners) = judged_by_a_model(database, &model).await;
        let ids = submit_examples(&owners).await;
        assert_all_is_told(&owners[0], &ids).await;
        assert!(model.log().answered > 0);
        assert_eq!(model.log().repeated_answers(), 0);
        assert_eq!(service.stop().await.code, Some(0));
    }

    async fn the_same_plan_again_has_the_same_id_and_costs_no_call(database) {
        let model = scripted_model().await;
        let (_service, owners) = judged_by_a_model(database, &model).await;
        let ids = submit_examples(&owners).await;
        let before = settled(&model, &owners[0], &ids).await;
        let rated = board(&owners[0]).await;

        let mut again = Vec::new();
        for (client, plan) in shares(&owners) {
            let reply = submit(client, &plan, "public").await;
            assert_eq!(reply.json()["created"], false, "{}", reply.text());
            again.push(plan_id(&reply));
        }
        assert_eq!(again, ids);
        assert_eq!(settled(&model, &owners[0], &ids).await, before);
        assert_eq!(board(&owners[0]).await, rated);
    }

    async fn without_a_model_the_offline_judge_ranks_plans_submitted_by_http(database) {
        let launcher = launcher(database);
        let service = launcher.start(Role::All).await;
        let owners = owners(&launcher, &service).await;
        let ids = submit_examples(&owners).await;
        assert_all_is_told(&owners[0], &ids).await;
        let first = board(&owners[0]).await[0]["title"].as_str().unwrap().to_owned();
        let excellent = ["aarhus", "recife", "kisumu"].map(|w| first.to_lowercase().contains(w));
        assert!(excellent.contains(&true), "{first} is not one of the best");
    }

    async fn an_idempotency_key_stands_for_one_request_only(database) {
        let launcher = launcher(database);
        let service = launcher.start(Role::Web).await;
        let client = user(&launcher, &service, "ada", "user").await;
        let other = user(&launcher, &service, "bob", "user").await;
        let (library, vineyard) = (example("village-library-powys"), example("vineyard-organic-rioja"));
        let with_key = async |client: &Client, plan: &Value| {
            let request = client.request(reqwest::Method::POST, "/api/rank?visibility=public");
            client.send(request.header("idempotency-key", "order-1").json(plan)).await
        };
        let first = with_key(&client, &library).await.with(202).json();
        let second = with_key(&client, &library).await;
        assert_eq!(second.json()["plan_id"], first["plan_id"]);
        with_key(&client, &vineyard).await.problem(422, "idempotency_key_reused");
        // The key of one account says nothing about another's.
        let others = with_key(&other, &vineyard).await;
        assert_ne!(plan_id(&others), first["plan_id"]);
    }
}

/// The model server's counts once every plan is rated and no more calls come.
async fn settled(model: &ModelServer, client: &Client, ids: &[String]) -> LogSnapshot {
    for id in ids {
        until_rated(client, &format!("/api/plans/{id}")).await;
    }
    loop {
        let before = model.log();
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        if model.log() == before {
            return before;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_gets_the_result_and_whoever_does_not_gets_an_address() {
    let world = crate::support::World::new().await;
    let client = world.user("ada").await;
    let other = world.user("bob").await;
    plan_id(&submit(&other, &example("village-library-powys"), "public").await);
    let waiting = async |plan: &Value, preference: &str| {
        let request = client.request(reqwest::Method::POST, "/api/rank?visibility=public");
        client
            .send(request.header("prefer", preference).json(plan))
            .await
    };
    let waited = waiting(&example("vineyard-organic-rioja"), "wait=30").await;
    assert_eq!(waited.with(200).header("preference-applied"), "wait=30");
    let phase = waited.json()["status"]["phase"].clone();
    assert!(
        matches!(phase.as_str(), Some("provisional" | "rated")),
        "{phase}"
    );
    // A wait that is over, or that nobody understands, isn't an error.
    for preference in ["wait=0", "respond-async", "wait=nonsense"] {
        let reply = waiting(&example("crypto-metropolis"), preference).await;
        assert!(
            matches!(reply.status, 200 | 202),
            "{preference}: {}",
            reply.text()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_plan_leaves_the_board_and_comes_back_when_it_is_restored() {
    let world = crate::support::World::new().await;
    let client = world.user("ada").await;
    let other = world.user("bob").await;
    let [stays, goes] = two_rated([&other, &client], "public").await;
    let names = async || -> Vec<Value> {
        board(&client)
            .await
            .iter()
            .map(|plan| plan["plan_id"].clone())
            .collect()
    };
    client
        .post_json(
            &format!("/api/plans/{goes}/withdraw"),
            &serde_json::json!({}),
        )
        .await
        .with(200);
    assert_eq!(names().await, [stays.as_str()]);
    client
        .post_json(
            &format!("/api/plans/{goes}/restore"),
            &serde_json::json!({}),
        )
        .await
        .with(200);
    until_rated(&client, &format!("/api/plans/{goes}")).await;
    assert!(names().await.contains(&Value::String(goes)));
}
