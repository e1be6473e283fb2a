//! What operators rely on: health, readiness, metrics, request ids, an end in order.

use std::time::Duration;

use testkit::databases::{postgres, sqlite};
use testkit::service::Role;
use tokio::time::{Instant, sleep};

use crate::support::plans::example;
use crate::support::{World, launcher, on_both, two_rated, user};

on_both! {
    async fn a_service_is_ready_within_a_second_and_ends_when_asked(database) {
        let launcher = launcher(database);
        launcher.run(&["migrate"]).await;
        let began = Instant::now();
        let service = launcher.start(Role::All).await;
        // The promise is one second of a released binary; this one is built for debugging.
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        let client = service.client();
        for path in ["/healthz", "/readyz"] {
            assert_eq!(client.get(path).await.with(200).json()["status"], "ok");
        }
        let ended = service.stop().await;
        assert_eq!(ended.code, Some(0), "{}", ended.log);
        assert!(!ended.log.to_lowercase().contains("panic"), "{}", ended.log);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_database_the_service_lives_and_is_not_ready() {
    let Some(database) = postgres().await else {
        return;
    };
    let launcher = launcher(&database);
    let service = launcher.start(Role::All).await;
    database.shut_out().await;
    let client = service.client();
    let problem = client
        .get("/readyz")
        .await
        .problem(503, "database_unavailable");
    assert!(problem["retry_after_secs"].as_u64().unwrap() > 0);
    client.get("/healthz").await.with(200);
    // A page says so too, and tells nothing of the address or the password.
    let page = client.get("/rankings").await;
    assert!(page.status >= 500, "{}", page.text());
    assert!(!page.text().contains("planrank:"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_for_whoever_shows_the_token() {
    let database = sqlite();
    let launcher = launcher(&database).variable("PLANRANK_METRICS_TOKEN", "let-me-see-the-figures");
    let service = launcher.start(Role::All).await;
    let anonymous = service.client();
    anonymous
        .get("/metrics")
        .await
        .problem(401, "unauthenticated");
    anonymous
        .with_key("another")
        .get("/metrics")
        .await
        .problem(401, "unauthenticated");
    let figures = anonymous
        .with_key("let-me-see-the-figures")
        .get("/metrics")
        .await;
    let text = figures.with(200).text();
    for name in [
        "planrank_http_requests_total",
        "planrank_http_request_seconds_bucket",
    ] {
        assert!(text.contains(name), "{name} is missing in\n{text}");
    }
    assert!(text.contains(r#"route="/readyz""#), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_counted() {
    let database = sqlite();
    let launcher = launcher(&database).variable("PLANRANK_METRICS_TOKEN", "let-me-see-the-figures");
    let service = launcher.start(Role::All).await;
    let client = user(&launcher, &service, "ada", "user").await;
    let other = user(&launcher, &service, "bob", "user").await;
    two_rated([&client, &other], "public").await;
    let figures = client
        .with_key("let-me-see-the-figures")
        .get("/metrics")
        .await;
    let text = figures.with(200).text();
    for name in ["planrank_jobs_total", "planrank_job_seconds"] {
        assert!(text.contains(name), "{name} is missing in\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_bears_a_request_id_that_the_log_knows() {
    let world = World::new().await;
    let client = world.service.client();
    let own = client
        .get("/healthz")
        .await
        .header("x-request-id")
        .to_owned();
    assert_eq!(own.len(), 32, "{own}");
    let with_id = async |id: &str| {
        let request = client.request(reqwest::Method::GET, "/no-such-page");
        let reply = client.send(request.header("x-request-id", id)).await;
        reply.header("x-request-id").to_owned()
    };
    assert_eq!(with_id("from-the-proxy-1").await, "from-the-proxy-1");
    assert_ne!(with_id("x").await, "x", "too short to be one");
    assert_ne!(with_id("a b c d e f g h").await, "a b c d e f g h");
    let log = world.service.log();
    for id in [own.as_str(), "from-the-proxy-1"] {
        assert!(log.contains(id), "{id} is not in\n{log}");
    }
}

/// Asked to stop, a replica answers what it has begun, and takes nothing new.
#[tokio::test(flavor = "multi_thread")]
async fn requests_under_way_are_finished_before_the_service_ends() {
    let world = World::new().await;
    let client = world.user("ada").await;
    world.launcher.run(&["admin", "pause", "extract"]).await;
    let request = client
        .request(reqwest::Method::POST, "/api/rank?visibility=public")
        .header("prefer", "wait=3")
        .json(&example("village-library-powys"));
    let waiting = tokio::spawn(async move { client.send(request).await });
    sleep(Duration::from_millis(800)).await;
    let World { service, .. } = world;
    let ended = service.stop().await;
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    let reply = waiting.await.unwrap();
    assert!(matches!(reply.status, 200 | 202), "{}", reply.text());
}
