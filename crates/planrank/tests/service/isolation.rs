//! Who may do what: every route of the OpenAPI document and every page, asked by everybody.
//!
//! A route that is missing from the table fails the test, and so does a row whose route is gone.
//! Everybody has a session, since API keys can't manage API keys. `{plan}` and `{other}` are private
//! plans of the owner's, `{run}` is a private plan of theirs that was made here, `{file}` one of its
//! files and `{what}` one of its downloads, `{key}`, `{spare}`, `{page-key}` and `{page-spare}` API keys of the owner's,
//! `{account}` is somebody else's account, `{kind}` a kind of job, and `{nothing}` an id that names
//! nothing.

mod table;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use testkit::service::Client;

use crate::support::{World, two_rated};
use table::{ROWS, Row};

const PROMPT: &str = "Build a footbridge over the canal in Ghent, Belgium, by May 2028 for EUR 2 million, \
     so that 4,000 people a day save a detour. The bank must stay open to boats. It is a success if \
     4,000 cross daily. The heritage council has to agree; the risk is a high water level.";
const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

/// Everybody, in the order of a row's statuses.
struct People {
    all: [(&'static str, Client); 5],
    places: Vec<(&'static str, String)>,
}

async fn people(world: &World) -> People {
    let somebody = async |name, role| world.service.client().signed_in(name, role).await;
    let owner = somebody("owner", "user").await;
    let plans = two_rated([&owner, &owner], "private").await;
    let bystander = world.launcher.create_key("bystander", "user").await;
    let account = bystander.said["account_id"].as_str().unwrap().to_owned();
    let mut places: Vec<_> = ["{plan}", "{other}"].into_iter().zip(plans).collect();
    for place in ["{key}", "{spare}", "{page-key}", "{page-spare}"] {
        places.push((place, new_key(&owner).await));
    }
    places.push(("{run}", made(&owner).await));
    places.push(("{file}", "project_plan.md".to_owned()));
    places.push(("{what}", "zip".to_owned()));
    places.push(("{account}", account));
    places.push(("{kind}", "sweep".to_owned()));
    places.push(("{nothing}", NOTHING.to_owned()));
    People {
        all: [
            ("nobody", world.service.client()),
            ("a stranger", somebody("stranger", "user").await),
            ("the owner", owner),
            ("a reviewer", somebody("reviewer", "reviewer").await),
            ("an admin", somebody("admin", "admin").await),
        ],
        places,
    }
}

/// The id of a private plan that the service has made for them.
async fn made(client: &Client) -> String {
    let wish = serde_json::json!({ "prompt": PROMPT, "mode": "fast", "visibility": "private" });
    let asked = client.post_json("/api/plans", &wish).await.with(202).json();
    let id = asked["plan_id"].as_str().expect("an id").to_owned();
    let path = format!("/api/plans/{id}/run");
    for _ in 0..600 {
        let run = client.get(&path).await.with(200).json();
        match run["state"].as_str() {
            Some("completed") => return id,
            Some("pending" | "processing") => {}
            _ => panic!("the plan was not made: {run}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the plan was not made in time");
}

/// The id of a fresh API key of theirs.
async fn new_key(client: &Client) -> String {
    let wish = serde_json::json!({ "name": "a test", "scopes": ["read"] });
    let made = client.post_json("/api/account/keys", &wish).await;
    let key = &made.with(201).json()["key"];
    key["key_id"].as_str().expect("an id").to_owned()
}

impl People {
    fn path(&self, row: &Row) -> String {
        let start = row.path.to_owned();
        let fill = |path: String, (word, id): &(&str, String)| path.replace(word, id);
        self.places.iter().fold(start, fill)
    }
}

/// Nobody first and whoever owns a thing last, so that what is changed is still there to be refused.
const ORDER: [usize; 5] = [0, 1, 3, 4, 2];

async fn faults_of(row: &Row, people: &People) -> Vec<String> {
    let path = people.path(row);
    let mut faults = Vec::new();
    for index in ORDER {
        let (who, client) = &people.all[index];
        let method: Method = row.method.parse().unwrap();
        let mut request = client.request(method, &path);
        if let Some(body) = row.body {
            request = request
                .header("content-type", row.content_type())
                .body(body);
        }
        let reply = client.send(request).await;
        let expected = row.statuses[index];
        if reply.status != expected {
            let said: String = reply.text().chars().take(200).collect();
            let row = format!("{} {}", row.method, row.path);
            faults.push(format!(
                "{row} by {who}: {} instead of {expected}: {said}",
                reply.status
            ));
        }
    }
    faults
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_what_the_table_says() {
    let world = World::new().await;
    let people = people(&world).await;
    let mut faults = Vec::new();
    for row in ROWS {
        faults.extend(faults_of(row, &people).await);
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_document_is_in_the_table_and_the_other_way_round() {
    let world = World::new().await;
    let document = world
        .service
        .client()
        .get("/openapi.json")
        .await
        .with(200)
        .json();
    let documented = documented(&document);
    let tabled: BTreeSet<String> = ROWS.iter().filter_map(Row::documented).collect();
    let missing: Vec<_> = documented.difference(&tabled).collect();
    let gone: Vec<_> = tabled.difference(&documented).collect();
    assert!(missing.is_empty(), "not in the table: {missing:#?}");
    assert!(gone.is_empty(), "not in the document: {gone:#?}");
}

/// No document lists the pages, so their list is read from where they are routed.
#[test]
fn every_page_is_in_the_table_and_the_other_way_round() {
    const ROUTES: &str = include_str!("../../../web/src/pages.rs");
    // Not pages, but nobody's secret either.
    const PLAIN: [&str; 1] = ["/openapi.json"];
    let texts = ROUTES.split('"').skip(1).step_by(2);
    let paths = texts.filter(|text| text.starts_with('/'));
    let routed: BTreeSet<String> = paths.chain(PLAIN).map(table::nameless).collect();
    let tabled: BTreeSet<String> = ROWS.iter().filter_map(Row::page).collect();
    assert!(routed.len() > 30, "only {} pages were found", routed.len());
    assert_eq!(routed, tabled);
}

/// `GET /api/plans/{}`: names of parameters don't matter.
fn documented(document: &Value) -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                routes.insert(format!(
                    "{} {}",
                    method.to_uppercase(),
                    table::nameless(path)
                ));
            }
        }
    }
    routes
}

/// What the owner keeps private stands in nobody else's lists.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_plan_is_in_no_list_of_another() {
    let world = World::new().await;
    let people = people(&world).await;
    let (_, plan) = &people.places[0];
    for (who, client) in &people.all {
        let sees = matches!(*who, "the owner" | "an admin");
        for list in [
            "/api/leaderboard?scope=public",
            "/api/export?format=ndjson",
            "/rankings",
        ] {
            let text = client.get(list).await.with(200).text();
            assert!(!text.contains(plan.as_str()), "{who} finds it in {list}");
        }
        let own = client
            .get("/api/leaderboard?scope=private&standing=provisional")
            .await;
        assert_eq!(
            own.text().contains(plan.as_str()),
            *who == "the owner",
            "{who}"
        );
        let status = client
            .get(&format!("/api/plan_metrics/{plan}"))
            .await
            .status;
        assert_eq!(status == 200, sees, "{who} gets {status}");
    }
}
