//! The pages over HTTP, as browsers meet them.

mod access;
mod forms;
mod generating;
mod login;
mod promises;

use store::Role;
use testkit::service::{Client, Reply};

use crate::world::{World, plan};

const FORM: &str = "application/x-www-form-urlencoded";

/// Everybody who looks at pages.
struct People {
    visitor: Client,
    user: Client,
    reviewer: Client,
    admin: Client,
}

async fn people(world: &World) -> People {
    People {
        visitor: world.client.clone(),
        user: world.client.signed_in("una", "user").await,
        reviewer: world.client.signed_in("rea", "reviewer").await,
        admin: world.client.signed_in("ada", "admin").await,
    }
}

/// The fields of a form, sent as browsers send them.
async fn send(client: &Client, path: &str, fields: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    client.post(path, FORM, body).await
}

const BOUNDARY: &str = "----a-boundary-of-this-test";

/// The upload form; the part `file` is a file.
async fn upload(client: &Client, parts: &[(&str, &str)]) -> Reply {
    let part = |(name, value): &(&str, &str)| {
        let file = if *name == "file" {
            "; filename=\"my plan.json\"\r\nContent-Type: application/json"
        } else {
            ""
        };
        format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n"
        )
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    let body = format!("{}--{BOUNDARY}--\r\n", parts.concat());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    client.post("/submit", &kind, body).await
}

/// A plan of this client's; the address of its page.
async fn submitted(client: &Client, title: &str, visibility: &str) -> String {
    let text = plan(title).to_string();
    let reply = upload(client, &[("file", &text), ("visibility", visibility)]).await;
    reply.with(303).header("location").to_owned()
}

/// The name of a public plan that others have submitted, and two of them rated.
async fn board_of_two(world: &World) -> [String; 2] {
    let mut pages = Vec::new();
    for title in ["heron", "stork"] {
        let owner = world.user(title, Role::User).await;
        let taken = owner
            .post_json("/api/rank?visibility=public", &plan(title))
            .await;
        let id = taken.with(202).json()["plan_id"]
            .as_str()
            .unwrap()
            .to_owned();
        pages.push(id);
    }
    for id in &pages {
        until(&world.client, &format!("/plans/{id}"), "provisional").await;
    }
    pages.try_into().unwrap()
}

/// Waits until a page says something.
async fn until(client: &Client, path: &str, words: &str) -> Reply {
    for _ in 0..300 {
        let reply = client.get(path).await;
        if reply.text().contains(words) {
            return reply;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{path} never said {words:?}");
}
