//! Answers with something in them are as the OpenAPI document says. What is sent as the document
//! allows it, and as it doesn't, is the fuzz run's subject (`scripts/fuzz-api`).

use serde_json::{Value, json};
use store::Role;
use testkit::service::Reply;

use crate::world::{World, ranked, until};

/// The document, to hold answers against.
struct Document(Value);

impl Document {
    fn new() -> Self {
        Self(serde_json::to_value(web::document()).unwrap())
    }

    /// Fails unless the document declares this answer, and its body fits.
    fn check(&self, method: &str, path: &str, reply: &Reply) {
        let status = reply.status.to_string();
        let answer = &self.0["paths"][path][method]["responses"][&status];
        assert!(answer.is_object(), "{method} {path} never answers {status}");
        let schema = &answer["content"]["application/json"]["schema"];
        let mut root = json!({ "components": self.0["components"] });
        root["allOf"] = json!([schema]);
        let validator = jsonschema::validator_for(&root).unwrap();
        assert!(
            !validator.is_valid(&json!("text")),
            "{path} promises nothing"
        );
        let body = reply.json();
        let faults: Vec<String> = validator
            .iter_errors(&body)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{method} {path}: {faults:?}\n{body}");
    }
}

#[tokio::test]
async fn every_answer_with_something_in_it_fits_the_document() {
    let (world, document) = (World::new().await, Document::new());
    let owner = ranked(&world, 5).await;
    let admin = world.user("admin", Role::Admin).await;
    let mine = owner.get("/api/plans").await.with(200).json();
    let id = mine["items"][0]["plan_id"].as_str().unwrap().to_owned();
    let path = format!("/api/plans/{id}/comparisons");
    let met = until(&owner, &path, |page| !page["items"][0].is_null()).await;
    let other = met["items"][0]["opponent"]["plan_id"].as_str().unwrap();
    for (template, query) in [
        ("/api/leaderboard", "?standing=provisional"),
        (
            "/api/leaderboard",
            "?scope=mine&standing=provisional&limit=1",
        ),
        ("/api/export", "?comparisons=true"),
        ("/api/judges", ""),
        ("/api/account", ""),
        ("/api/plans", ""),
        ("/api/plans/{plan_id}", ""),
        ("/api/plans/{plan_id}/comparisons", "?limit=2"),
        ("/api/plans/{plan_id}/history", ""),
        ("/api/plans/{plan_id}/advice", ""),
        ("/api/plan_metrics/{plan_id}", ""),
        ("/api/compare/{a}/{b}", ""),
        ("/api/admin/jobs", ""),
        ("/api/admin/queue", ""),
        ("/api/admin/accounts", ""),
        ("/api/audit/statistics", ""),
        ("/api/audit/next", ""),
    ] {
        let path = template.replace("{plan_id}", &id);
        let path = path.replace("{a}", &id).replace("{b}", other);
        let needs_role = path.contains("/admin/") || path.contains("/audit/");
        let asker = if needs_role { &admin } else { &owner };
        let reply = asker.get(&format!("{path}{query}")).await;
        reply.with(200);
        document.check("get", template, &reply);
    }
}

#[tokio::test]
async fn what_a_review_answers_fits_the_document() {
    let (world, document) = (World::new().await, Document::new());
    ranked(&world, 5).await;
    let reviewer = world.user("reviewer", Role::Reviewer).await;
    let item = reviewer.get("/api/audit/next").await.with(200).json();
    let id = item["item_id"].as_str().unwrap();
    for (verb, body) in [
        ("label", json!({ "level": 0 })),
        ("preview", json!({ "level": 4 })),
        (
            "decide",
            json!({ "reason": "agree", "note": "as I see it" }),
        ),
    ] {
        let reply = reviewer
            .post_json(&format!("/api/audit/{id}/{verb}"), &body)
            .await;
        reply.with(200);
        document.check("post", &format!("/api/audit/{{item_id}}/{verb}"), &reply);
    }
    let reply = reviewer.get(&format!("/api/audit/{id}")).await;
    document.check("get", "/api/audit/{item_id}", &reply);
    let reply = reviewer.get("/api/audit/history").await;
    document.check("get", "/api/audit/history", &reply);
    let statistics = reviewer.get("/api/audit/statistics").await;
    document.check("get", "/api/audit/statistics", &statistics);
}
