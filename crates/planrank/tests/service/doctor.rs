//! `planrank doctor` and `planrank healthcheck`: what they find, and their exit codes.

use std::process::Stdio;

use serde_json::Value;
use testkit::databases::{postgres, sqlite};
use testkit::service::{Launcher, Role};

use crate::support::{World, launcher, on_both};

/// The exit code and what was printed, as JSON where it is.
async fn ended(launcher: &Launcher, arguments: &[&str]) -> (i32, Value) {
    let mut command = tokio::process::Command::from(launcher.command());
    let output = command.args(arguments).stderr(Stdio::null()).output();
    let output = output.await.unwrap();
    let printed = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().unwrap(), printed)
}

fn outcome<'a>(checks: &'a Value, what: &str) -> &'a str {
    let checks = checks.as_array().unwrap();
    let found = checks.iter().find(|check| check["what"] == what);
    found.unwrap_or_else(|| panic!("{what} in {checks:?}"))["outcome"]
        .as_str()
        .unwrap()
}

on_both! {
    async fn a_migrated_database_is_well(database) {
        let launcher = launcher(database);
        launcher.run(&["migrate"]).await;
        let (code, checks) = ended(&launcher, &["doctor", "--json"]).await;
        assert_eq!(code, 0, "{checks}");
        for what in ["database", "schema", "database permissions", "queue", "artifacts", "models"] {
            assert_eq!(outcome(&checks, what), "ok", "{checks}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_job_and_a_paused_kind_are_warnings() {
    let database = sqlite();
    let launcher = launcher(&database);
    launcher.run(&["migrate"]).await;
    launcher.run(&["admin", "pause", "rank"]).await;
    let (code, checks) = ended(&launcher, &["doctor", "--json"]).await;
    assert_eq!(
        (code, outcome(&checks, "queue")),
        (0, "warning"),
        "{checks}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_could_abuse_or_never_reach_fails() {
    let database = sqlite();
    let plain = launcher(&database);
    plain.run(&["migrate"]).await;
    for (settings, what) in [
        (
            [
                ("PLANRANK_DEV_LOGIN", "true"),
                ("PLANRANK_ADMINS", "a@b.org"),
            ],
            "sign-in",
        ),
        (
            [("PLANRANK_SECRET", "short"), ("PLANRANK_ADMINS", "a@b.org")],
            "secret",
        ),
        (
            [
                ("PLANRANK_ARTIFACTS", "ftp://host/x"),
                ("PLANRANK_ADMINS", "a@b.org"),
            ],
            "artifacts",
        ),
        (
            [
                ("PLANRANK_OIDC_ISSUER", "http://127.0.0.1:1"),
                ("PLANRANK_OIDC_CLIENT_ID", "x"),
            ],
            "sign-in with single sign-on",
        ),
    ] {
        let settings = settings
            .iter()
            .fold(plain.clone(), |launcher, (name, value)| {
                launcher.variable(name, value)
            });
        let settings = settings
            .variable("PLANRANK_OIDC_CLIENT_SECRET", "x")
            .variable("PLANRANK_PUBLIC_URL", "https://planrank.example.org");
        let (code, checks) = ended(&settings, &["doctor", "--json"]).await;
        assert_eq!((code, outcome(&checks, what)), (1, "failed"), "{checks}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_user_may_not_write_fails() {
    let Some(database) = postgres().await else {
        return;
    };
    let launcher = launcher(&database);
    launcher.run(&["migrate"]).await;
    let read_only = format!(
        "{}?options=-c%20default_transaction_read_only%3Don",
        database.url()
    );
    let (code, checks) = ended(&launcher, &["doctor", "--json", "--db", &read_only]).await;
    assert_eq!(
        (code, outcome(&checks, "database permissions")),
        (1, "failed"),
        "{checks}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_service_is_well_from_outside() {
    let world = World::new().await;
    let url = world.service.url();
    let (_, checks) = ended(&world.launcher, &["doctor", "--json", "--url", &url]).await;
    for what in [
        "service",
        "readiness",
        "API document",
        "security headers",
        "other sites",
    ] {
        assert_eq!(outcome(&checks, what), "ok", "{checks}");
    }
    let nowhere = ["doctor", "--json", "--url", "http://127.0.0.1:1"];
    let (code, checks) = ended(&world.launcher, &nowhere).await;
    assert_eq!(
        (code, outcome(&checks, "service")),
        (1, "failed"),
        "{checks}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_asks_its_own_process() {
    let database = sqlite();
    let launcher = launcher(&database);
    let service = launcher.start(Role::Web).await;
    let url = service.url();
    assert_eq!(ended(&launcher, &["healthcheck", "--url", &url]).await.0, 0);
    // The settings that the process serves with lead to it.
    let port = url.trim_end_matches('/').rsplit_once(':').unwrap().1;
    let same = launcher.clone().variable("PORT", port);
    assert_eq!(ended(&same, &["healthcheck"]).await.0, 0);
    service.stop().await;
    assert_eq!(ended(&same, &["healthcheck"]).await.0, 1);
    // A worker answers no requests; its database is asked.
    assert_eq!(
        ended(&same, &["healthcheck", "--role", "worker"]).await.0,
        0
    );
    let gone = same.variable("DATABASE_URL", "postgres://nobody:x@127.0.0.1:1/none");
    assert_eq!(
        ended(&gone, &["healthcheck", "--role", "worker"]).await.0,
        1
    );
}
