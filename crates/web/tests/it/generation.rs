//! Plans from prompts, over HTTP.

use reqwest::Method;
use serde_json::{Value, json};
use store::Role;
use testkit::service::{Client, Reply};

use crate::making::{PROMPT, asked, made, settled};
use crate::world::{World, makers};

async fn put(client: &Client, path: &str, tag: Option<&str>, body: &str) -> Reply {
    let mut request = client.request(Method::PUT, path).body(body.to_owned());
    if let Some(tag) = tag {
        request = request.header("if-match", tag);
    }
    client.send(request).await
}

#[tokio::test]
async fn a_plan_is_asked_for_followed_read_edited_and_taken_away() {
    for world in makers().await {
        let una = world.user("una", Role::User).await;
        let wish = json!({ "prompt": PROMPT, "title": "A footbridge", "visibility": "private", "max_cost_nano_usd": "1000000" });
        let taken = una.post_json("/api/plans", &wish).await;
        let said = taken.with(202).json();
        assert_eq!(taken.header("location"), said["status_url"]);
        let id = said["plan_id"].as_str().unwrap();
        let run = settled(&una, id, "completed").await;
        assert_eq!(
            (&run["title"], &run["offline"]),
            (&json!("A footbridge"), &json!(true))
        );
        assert_eq!(run["cost"]["cap_nano_usd"], "1000000");
        assert_eq!(
            run["progress"]["stages_done"],
            run["progress"]["stages_total"]
        );
        let own = una.get("/api/runs").await.with(200).json();
        assert_eq!(own["items"][0]["plan_id"], id);

        let path = format!("/api/plans/{id}/files/notes.json");
        let read = una.get(&path).await;
        assert!(read.with(200).text().contains("footbridge"));
        assert!(read.header("content-disposition").starts_with("attachment"));
        let tag = read.header("etag").to_owned();
        let again = una
            .request(Method::GET, &path)
            .header("if-none-match", &tag);
        una.send(again).await.with(304);

        let edit = "{\"summary\": \"A bridge for cyclists\"}";
        let stranger = format!("\"{}\"", "0".repeat(64));
        put(&una, &path, Some(&stranger), edit)
            .await
            .problem(412, "changed_meanwhile");
        put(&una, &path, Some("yesterday's"), edit)
            .await
            .problem(422, "invalid");
        put(&una, &path, Some(&tag), "{\"summary\":")
            .await
            .problem(422, "invalid");
        let edited = put(&una, &path, Some(&tag), edit).await.with(200).json();
        assert_eq!(edited["info"]["edited"], true);
        let stale: Vec<&str> = edited["stale"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert!(
            stale.contains(&"outline") && !stale.contains(&"notes"),
            "{stale:?}"
        );

        una.post_json(&format!("/api/plans/{id}/regenerate"), &json!({}))
            .await
            .with(200);
        settled(&una, id, "completed").await;
        let outline = una.get(&format!("/api/plans/{id}/files/outline.md")).await;
        assert!(outline.with(200).text().contains("cyclists"));

        let zip = una.get(&format!("/plans/{id}/download/zip")).await;
        assert!(zip.with(200).body.starts_with(b"PK"));
        let link = world
            .app
            .pipeline
            .link(id.parse().unwrap(), pipeline::Download::Markdown);
        let linked = world.client.get(&link.path).await;
        assert!(linked.with(200).text().contains("A footbridge"));
        world.client.get("/download/abc").await.with(404);
    }
}

#[tokio::test]
async fn the_report_runs_in_a_sandbox_without_this_sites_cookies() {
    let world = World::making_plans().await;
    let una = world.user("una", Role::User).await;
    let id = made(&una).await;
    let report = una.get(&format!("/plans/{id}/report")).await;
    let policy = report
        .with(200)
        .header("content-security-policy")
        .to_owned();
    assert!(report.header("content-type").starts_with("text/html"));
    assert!(
        policy.contains("sandbox allow-scripts") && !policy.contains("allow-same-origin"),
        "{policy}"
    );
    assert!(
        policy.contains("default-src 'none'") && policy.matches("; sandbox ").count() == 1,
        "{policy}"
    );
    // The same file under its name is a download that could do nothing if it were shown.
    for path in [
        format!("/api/plans/{id}/files/report.html"),
        format!("/plans/{id}/files/report.html?raw=yes"),
    ] {
        let raw = una.get(&path).await;
        assert!(
            raw.with(200)
                .header("content-disposition")
                .starts_with("attachment"),
            "{path}"
        );
        assert_eq!(
            raw.header("content-security-policy"),
            "default-src 'none'; sandbox"
        );
    }
}

#[tokio::test]
async fn what_is_not_the_callers_is_not_there() {
    let world = World::making_plans().await;
    let una = world.user("una", Role::User).await;
    let eve = world.user("eve", Role::User).await;
    let id = made(&una).await;
    for client in [&eve, &world.client] {
        for path in ["run", "events", "files", "files/notes.json"] {
            client
                .get(&format!("/api/plans/{id}/{path}"))
                .await
                .problem(404, "not_found");
        }
        for path in [
            "run",
            "run/events",
            "files",
            "files/notes.json",
            "report",
            "download/zip",
        ] {
            client.get(&format!("/plans/{id}/{path}")).await.with(404);
        }
    }
    for verb in [
        "stop",
        "resume",
        "retry",
        "regenerate",
        "files/notes.json/revert",
    ] {
        let path = format!("/api/plans/{id}/{verb}");
        eve.post_json(&path, &json!({}))
            .await
            .problem(404, "not_found");
    }
    put(
        &eve,
        &format!("/api/plans/{id}/files/notes.json"),
        None,
        "{}",
    )
    .await
    .problem(404, "not_found");
    assert_eq!(eve.get("/api/runs").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_wish_that_cant_be_granted_says_what_to_change() {
    let world = World::making_plans().await;
    let una = world.user("una", Role::User).await;
    for (wish, status, code, field) in [
        (json!({ "prompt": "" }), 422, "invalid", "prompt"),
        (
            json!({ "prompt": PROMPT, "profile": "no-such" }),
            422,
            "invalid",
            "profile",
        ),
        (
            json!({ "prompt": PROMPT, "max_cost_nano_usd": "two" }),
            422,
            "invalid",
            "max_cost_nano_usd",
        ),
        (
            json!({ "prompt": "x".repeat(70_000) }),
            413,
            "too_large",
            "",
        ),
        (json!({ "prompt": PROMPT, "speed": 3 }), 422, "invalid", ""),
    ] {
        let problem = una
            .post_json("/api/plans", &wish)
            .await
            .problem(status, code);
        assert_eq!(
            problem["field"].as_str().unwrap_or_default(),
            field,
            "{problem}"
        );
    }
    let id = made(&una).await;
    for (verb, code) in [
        ("stop", "not_stoppable"),
        ("resume", "not_resumable"),
        ("retry", "not_retryable"),
    ] {
        let path = format!("/api/plans/{id}/{verb}");
        una.post_json(&path, &json!({})).await.problem(409, code);
    }
}

#[tokio::test]
async fn the_same_wish_is_one_plan_and_a_request_with_a_key_is_done_once() {
    let world = World::new().await;
    let una = world.user("una", Role::User).await;
    let ask = async |key: &str, prompt: &str| {
        let request = una.request(Method::POST, "/api/plans");
        let request = request.header("idempotency-key", key);
        una.send(request.json(&json!({ "prompt": prompt }))).await
    };
    let first = ask("a", PROMPT).await.with(202).json();
    let again = ask("a", PROMPT).await.with(202).json();
    assert_eq!(
        (&first["plan_id"], &first["deduplicated"]),
        (&again["plan_id"], &json!(false))
    );
    assert_eq!(
        again["deduplicated"], false,
        "the same request is answered alike"
    );
    let other = ask("b", PROMPT).await.with(202).json();
    assert_eq!(
        (&other["plan_id"], &other["deduplicated"]),
        (&first["plan_id"], &json!(true))
    );
    ask("a", "Something else, in Ghent.")
        .await
        .problem(422, "idempotency_key_reused");
}

/// Reads a stream of events until its end.
async fn events(client: &Client, path: &str) -> Vec<(String, Value)> {
    let reply = client.get(path).await;
    assert!(
        reply
            .with(200)
            .header("content-type")
            .starts_with("text/event-stream")
    );
    let text = reply.text();
    let blocks = text.split("\n\n").filter(|block| block.contains("data:"));
    let line = |block: &str, name: &str| {
        let found = block.lines().find_map(|line| line.strip_prefix(name));
        found.unwrap_or_default().trim().to_owned()
    };
    let event = |block: &str| {
        (
            line(block, "event:"),
            serde_json::from_str(&line(block, "data:")).unwrap(),
        )
    };
    blocks.map(event).collect()
}

#[tokio::test]
async fn a_run_is_followed_to_its_end_by_events() {
    let world = World::making_plans().await;
    let una = world.user("una", Role::User).await;
    let id = asked(&una).await;
    for path in [
        format!("/api/plans/{id}/events"),
        format!("/plans/{id}/run/events"),
    ] {
        let told = events(&una, &path).await;
        let (name, last) = told.last().unwrap();
        assert_eq!(
            (name.as_str(), &last["state"]),
            ("end", &json!("completed")),
            "{path}"
        );
        let revisions: Vec<i64> = told
            .iter()
            .filter_map(|(_, e)| e["revision"].as_i64())
            .collect();
        assert!(revisions.is_sorted(), "{revisions:?}");
    }
}

#[tokio::test]
async fn streams_are_bounded_per_account_and_a_client_that_goes_gives_its_place_back() {
    // Without a worker for plans the run stays pending, so that its streams stay open.
    let world = World::new().await;
    let una = world.user("una", Role::User).await;
    let id = asked(&una).await;
    let path = format!("/api/plans/{id}/events");
    let mut open = Vec::new();
    for _ in 0..12 {
        let stream = una.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(stream.status(), 200);
        open.push(stream);
    }
    una.get(&path).await.problem(429, "rate_limited");
    let eve = world.user("eve", Role::User).await;
    let other = asked(&eve).await;
    let stream = eve
        .request(Method::GET, &format!("/api/plans/{other}/events"))
        .send()
        .await
        .unwrap();
    assert_eq!(stream.status(), 200);
    drop(open);
    for _ in 0..100 {
        if una
            .request(Method::GET, &path)
            .send()
            .await
            .unwrap()
            .status()
            == 200
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the places of clients that went were never given back");
}

#[tokio::test]
async fn a_prompt_is_reviewed_for_anybody_and_profiles_say_what_they_cost() {
    let world = World::making_plans().await;
    let review = world
        .client
        .post_json("/api/prompt/review", &json!({ "prompt": PROMPT }))
        .await;
    let review = review.with(200).json();
    assert_eq!(review["items"].as_array().unwrap().len(), 8, "{review}");
    assert_ne!(review["verdict"], "refused", "{review}");
    for example in &pipeline::examples::EXAMPLE_PROMPTS {
        let review = pipeline::review_prompt(example.text);
        let lacks = review.items.iter().filter(|item| item.score < 1.0);
        let lacks: Vec<&str> = lacks.map(|item| item.key.as_str()).collect();
        let is_ready = review.verdict == pipeline::screen::PromptVerdict::Ready;
        assert!(is_ready, "{}: {lacks:?} {:?}", example.id, review.problems);
    }
    let thin = world
        .client
        .post_json("/api/prompt/review", &json!({ "prompt": "Do something." }))
        .await;
    assert_ne!(thin.with(200).json()["verdict"], "ready");
    let profiles = world.client.get("/api/profiles").await.with(200).json();
    assert_eq!(profiles["items"][0]["offline"], true);
    assert_eq!(profiles["items"][0]["all"]["cost_nano_usd"], "0");
}
