//! From a plan to the board, through HTTP alone.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use store::Role;

use crate::world::{plan, worlds};

#[tokio::test]
async fn a_submitted_plan_gets_kpis_comparisons_and_a_place_on_the_board() {
    for world in worlds().await {
        let mut last = Value::Null;
        for n in 0..6 {
            let user = world.user(&format!("user{n}"), Role::User).await;
            let name = ["alder", "birch", "cedar", "dogwood", "elm", "fir"][n];
            let taken = user.post_json("/api/rank", &plan(name)).await;
            taken.with(202);
            last = taken.json();
            assert_eq!(taken.header("location"), last["status_url"]);
            let again = user
                .post_json("/api/rank", &plan(name))
                .await
                .with(200)
                .json();
            assert_eq!(again["plan_id"], last["plan_id"]);
            assert_eq!(again["created"], false);
        }
        let path = last["status_url"].as_str().unwrap();
        let status = until_rated(&world.client, path).await;
        assert!(
            status["kpis"].as_array().is_some_and(|k| k.len() == 5),
            "{status}"
        );

        let path = "/api/leaderboard?standing=provisional";
        let mut board = world.client.get(path).await;
        for _ in 0..100 {
            if board.json()["items"]
                .as_array()
                .is_some_and(|i| i.len() == 6)
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            board = world.client.get(path).await;
        }
        assert_eq!(board.json()["items"].as_array().unwrap().len(), 6);
        let tag = board.header("etag").to_owned();
        let known = world
            .client
            .request(Method::GET, path)
            .header("If-None-Match", tag);
        world.client.send(known).await.with(304);

        let id = last["plan_id"].as_str().unwrap();
        for path in ["comparisons", "history", "advice"] {
            let reply = world.client.get(&format!("/api/plans/{id}/{path}")).await;
            reply.with(200);
        }
        let metrics = world.client.get(&format!("/api/plan_metrics/{id}")).await;
        assert!(metrics.with(200).json()["totals"]["done"].as_i64() > Some(0));
        world.client.get("/api/judges").await.with(200);
    }
}

async fn until_rated(client: &testkit::service::Client, path: &str) -> Value {
    for _ in 0..300 {
        let plan = client.get(path).await.with(200).json();
        if matches!(
            plan["status"]["phase"].as_str(),
            Some("rated" | "provisional")
        ) {
            return plan;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} was not rated");
}
