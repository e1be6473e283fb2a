//! Bad input is normal: each gets a problem document that says what to do, nothing is stored, and
//! the service stays healthy.

use std::io::Write;
use std::time::Duration;

use serde_json::json;
use testkit::service::raw::RawRequest;
use testkit::service::{Client, Reply};
use tokio::time::{Instant, sleep};
use zip::write::SimpleFileOptions;

use crate::support::World;
use crate::support::plans::example;

const JSON: &str = "application/json";
const ZIP: &str = "application/zip";
const MIB: usize = 1024 * 1024;

/// A body that must be refused.
struct Case {
    name: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
    status: u16,
    code: &'static str,
}

fn case(
    name: &'static str,
    content_type: &'static str,
    body: impl Into<Vec<u8>>,
    (status, code): (u16, &'static str),
) -> Case {
    Case {
        name,
        content_type,
        body: body.into(),
        status,
        code,
    }
}

const MALFORMED: (u16, &str) = (400, "malformed_json");
const UNREADABLE: (u16, &str) = (422, "unreadable_plan");
const HARMFUL: (u16, &str) = (422, "harmful_archive");
const UNSUPPORTED: (u16, &str) = (415, "unsupported_media_type");

fn json_cases() -> Vec<Case> {
    let plan = |more: &str| format!(r#"{{"title":"A plan","prompt":"Do it."{more}}}"#);
    let many: Vec<String> = (0..10_000).map(|n| format!(r#","key{n}":{n}"#)).collect();
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    vec![
        case("an empty body", JSON, "", UNREADABLE),
        case("no JSON", JSON, "title=A plan", MALFORMED),
        case(
            "half of a document",
            JSON,
            r#"{"title":"A plan","#,
            MALFORMED,
        ),
        case("two documents", JSON, plan("") + &plan(""), MALFORMED),
        case(
            "invalid UTF-8",
            JSON,
            b"{\"title\":\"\xff\xfe\",\"prompt\":\"x\"}".as_slice(),
            MALFORMED,
        ),
        case(
            "a lone surrogate",
            JSON,
            r#"{"title":"\ud800","prompt":"x"}"#,
            MALFORMED,
        ),
        case(
            "nested 100,000 deep",
            JSON,
            plan(&format!(r#","sections":{deep}"#)),
            UNREADABLE,
        ),
        case(
            "a number beyond all",
            JSON,
            plan(r#","costs":{"total":1e999}"#),
            MALFORMED,
        ),
        case("a list", JSON, "[]", UNREADABLE),
        case("a text", JSON, r#""plan""#, UNREADABLE),
        case("null", JSON, "null", UNREADABLE),
        case("no title", JSON, r#"{"prompt":"x"}"#, UNREADABLE),
        case("no prompt", JSON, r#"{"title":"x"}"#, UNREADABLE),
        case(
            "a number as title",
            JSON,
            r#"{"title":7,"prompt":"x"}"#,
            UNREADABLE,
        ),
        case(
            "an object as prompt",
            JSON,
            r#"{"title":"x","prompt":{}}"#,
            UNREADABLE,
        ),
        case("a text as wbs", JSON, plan(r#","wbs":"do it""#), UNREADABLE),
        case("an unknown field", JSON, plan(r#","rank":1"#), UNREADABLE),
        case("10,000 keys", JSON, plan(&many.concat()), UNREADABLE),
        case(
            "a key twice",
            JSON,
            plan(r#","title":"Another plan""#),
            MALFORMED,
        ),
        case(
            "a title of nothing to see",
            JSON,
            r#"{"title":"\u202e\u200b\u2066","prompt":"x"}"#,
            UNREADABLE,
        ),
    ]
}

fn other_cases() -> Vec<Case> {
    let plan = r#"{"title":"A plan","prompt":"Do it."}"#;
    vec![
        case("a plan as text", "text/plain", plan, UNSUPPORTED),
        case("a plan as XML", "application/xml", "<plan/>", UNSUPPORTED),
        case("no kind at all", "", plan, UNSUPPORTED),
        case(
            "a form",
            "application/x-www-form-urlencoded",
            "title=x",
            UNSUPPORTED,
        ),
        case("no zip", ZIP, "PK and no more", UNREADABLE),
        case("an empty zip", ZIP, zipped(&[]), UNREADABLE),
        case(
            "a zip of other things",
            ZIP,
            zipped(&[("cat.txt", b"meow")]),
            UNREADABLE,
        ),
        case(
            "a zip that climbs out",
            ZIP,
            zipped(&[("../../etc/001-plan.txt", b"x")]),
            HARMFUL,
        ),
        case(
            "a zip with an absolute path",
            ZIP,
            zipped(&[("/etc/001-plan.txt", b"x")]),
            HARMFUL,
        ),
        case("a zip bomb", ZIP, bomb(), HARMFUL),
        case(
            "a cut zip",
            ZIP,
            zipped(&[("001-1-plan.txt", b"x")])[..40].to_vec(),
            UNREADABLE,
        ),
    ]
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A few hundred kilobytes that would become 300 MiB of prompt.
fn bomb() -> Vec<u8> {
    zipped(&[("001-1-plan.txt", &vec![b'a'; 300 * MIB])])
}

async fn send(client: &Client, case: &Case) -> Reply {
    let request = client.request(reqwest::Method::POST, "/api/rank?visibility=public");
    let request = match case.content_type {
        "" => request,
        kind => request.header("content-type", kind),
    };
    client.send(request.body(case.body.clone())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_body_gets_its_problem_and_leaves_nothing_behind() {
    let world = World::new().await;
    let client = world.user("mallory").await;
    let before = world.plans_kept().await;
    let mut faults = Vec::new();
    for case in json_cases().iter().chain(&other_cases()) {
        let reply = send(&client, case).await;
        let got = (reply.status, reply.header("content-type").to_owned());
        if got != (case.status, "application/problem+json".to_owned()) {
            faults.push(format!("{}: {got:?} {}", case.name, reply.text()));
            continue;
        }
        let problem = reply.any_problem();
        let is_sentence = !problem["detail"].as_str().unwrap().starts_with(' ');
        if problem["code"] != case.code || !is_sentence {
            faults.push(format!("{}: {problem}", case.name));
        }
        assert!(
            reply.body.len() < 4_000,
            "{} is repeated at length",
            case.name
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(world.plans_kept().await, before);
    world.is_healthy().await;
}

/// What readers of the board would see turned round, or not see at all, is gone.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_in_a_good_plan_is_shown_without_its_tricks() {
    let world = World::new().await;
    let client = world.user("mallory").await;
    let mut plan = example("village-library-powys");
    plan["title"] = json!("Lib\u{202e}rary\u{200b} \u{0000}<script>alert(1)</script>\u{2066}");
    let reply = crate::support::submit(&client, &plan, "public").await;
    let id = crate::support::plan_id(&reply);
    let page = client.get(&format!("/plans/{id}")).await.with(200).text();
    for hidden in ['\u{202e}', '\u{200b}', '\u{2066}', '\0'] {
        assert!(!page.contains(hidden), "{hidden:?} is in the page");
    }
    assert!(page.contains("&lt;script&gt;") || !page.contains("alert(1)"));
    assert!(!page.contains("<script>alert"));
}

/// A request line and headers that announce `body`.
async fn announced(world: &World, key: &str, body: &str) -> RawRequest {
    let head = format!(
        "POST /api/rank HTTP/1.1\nHost: localhost\nAuthorization: Bearer {key}\n\
         Content-Type: application/zip\nConnection: close\n{body}\n\n"
    );
    RawRequest::open(world.service.address(), &head)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_says_it_is_too_large_is_refused_before_it_is_sent() {
    let world = World::new().await;
    let key = world.launcher.create_key("mallory", "user").await.secret;
    let began = Instant::now();
    let announced = announced(&world, &key, "Content-Length: 10000000000").await;
    let answer = announced.answer().await;
    assert_eq!(answer.status(), Some(413), "{}", answer.text());
    assert!(answer.text().contains("application/problem+json"));
    assert!(answer.text().contains("\"too_large\""));
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(world.plans_kept().await, 0);
    world.is_healthy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_a_length_is_cut_off_at_the_limit() {
    let world = World::new().await;
    let key = world.launcher.create_key("mallory", "user").await.secret;
    let mut request = announced(&world, &key, "Transfer-Encoding: chunked").await;
    let chunk = vec![b'x'; MIB];
    let mut sent = 0;
    // The server hangs up when it has seen enough.
    while sent < 200 && request.chunk(&chunk).await.is_ok() {
        sent += 1;
    }
    assert!(sent < 200, "the server swallowed {sent} MiB");
    let answer = request.answer().await;
    assert!(
        matches!(answer.status(), Some(413) | None),
        "{}",
        answer.text()
    );
    assert_eq!(world.plans_kept().await, 0);
    world.is_healthy().await;
}

/// Many connections that send a byte now and then hold nobody else up.
#[tokio::test(flavor = "multi_thread")]
async fn slow_bodies_hold_nobody_up_and_store_nothing() {
    let world = World::new().await;
    let key = world.launcher.create_key("mallory", "user").await.secret;
    let mut slow = Vec::new();
    for _ in 0..100 {
        slow.push(announced(&world, &key, "Content-Length: 100000").await);
    }
    for _ in 0..5 {
        for request in &mut slow {
            request.write(b"P").await.unwrap();
        }
        let began = Instant::now();
        world.is_healthy().await;
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "{:?}",
            began.elapsed()
        );
        sleep(Duration::from_secs(1)).await;
    }
    drop(slow);
    assert_eq!(world.plans_kept().await, 0);
    world.is_healthy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_never_end_are_not_waited_for() {
    let world = World::new().await;
    let head = "GET /readyz HTTP/1.1\nHost: localhost\nX-Slow: ";
    let request = RawRequest::open(world.service.address(), head)
        .await
        .unwrap();
    let began = Instant::now();
    let answer = request.answer().await;
    assert!(
        matches!(answer.status(), Some(408) | None),
        "{}",
        answer.text()
    );
    assert!(began.elapsed() < Duration::from_secs(40));
    world.is_healthy().await;
}
