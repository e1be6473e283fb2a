//! Making a plan on pages, as a browser without scripts does it.

use testkit::service::{Client, Reply};

use super::promises::check;
use super::{BOUNDARY, people, send, until};
use crate::making::{PROMPT, made};
use crate::world::World;

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

/// The form of an edit.
async fn edit(client: &Client, path: &str, parts: &[(&str, &str)]) -> Reply {
    let part = |(name, value): &(&str, &str)| {
        format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        )
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    let body = format!("{}--{BOUNDARY}--\r\n", parts.concat());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    client.post(path, &kind, body).await
}

#[tokio::test]
async fn a_person_checks_a_prompt_creates_a_plan_and_reads_it() {
    let world = World::making_plans().await;
    let people = people(&world).await;
    let checked = send(
        &people.visitor,
        "/plans/new",
        &[("prompt", PROMPT), ("act", "check")],
    )
    .await;
    let checked = checked.with(200).text();
    assert!(
        checked.contains("said clearly") && checked.contains("footbridge"),
        "{checked}"
    );

    let wish = [
        ("prompt", PROMPT),
        ("title", "Una's bridge"),
        ("mode", "fast"),
        ("visibility", "private"),
        ("act", "create"),
    ];
    // Whoever isn't logged in is told so, and loses nothing.
    let refused = send(&people.visitor, "/plans/new", &wish).await;
    assert!(refused.with(401).text().contains("footbridge"));
    let created = send(&people.user, "/plans/new", &wish).await;
    let run = created.with(303).header("location").to_owned();
    until(&people.user, &run, "Open the report").await;
    let page = check(&people.user, &run).await;
    assert!(page.contains("Draft without a language model"));
    let plan = run.trim_end_matches("/run");
    // Not in the ranking of this test: the address of a plan leads to how it was made.
    assert_eq!(
        people.user.get(plan).await.with(303).header("location"),
        run
    );
    for path in [
        "files",
        "files/notes.md",
        "files/notes.json",
        "files/notes.md?edit=yes",
        "files/report.html",
    ] {
        check(&people.user, &format!("{plan}/{path}")).await;
    }
    assert!(
        check(&people.user, "/plans")
            .await
            .contains("Una&#39;s bridge")
    );
    people.user.get(&format!("{plan}/report")).await.with(200);
    let from = check(
        &people.user,
        &format!("/plans/new?from={}", plan.trim_start_matches("/plans/")),
    )
    .await;
    assert!(from.contains("footbridge"));
}

#[tokio::test]
async fn what_is_wrong_with_a_wish_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let world = World::making_plans().await;
    let people = people(&world).await;
    for (field, value) in [
        ("start_date", "soon"),
        ("max_cost", "two"),
        ("profile", "no-such"),
    ] {
        let fields = [("prompt", PROMPT), ("act", "create"), (field, value)];
        let reply = send(&people.user, "/plans/new", &fields).await;
        let html = reply.with(422).text();
        assert!(
            html.contains(&format!("href=\"#{field}\"")),
            "{field}: {html}"
        );
        assert!(html.contains("footbridge"), "{field}");
    }
}

#[tokio::test]
async fn an_edit_is_kept_undone_and_never_overwrites_somebody_elses() {
    let world = World::making_plans().await;
    let people = people(&world).await;
    let id = made(&people.user).await;
    let file = format!("/plans/{id}/files/notes.md");
    let form = people
        .user
        .get(&format!("{file}?edit=yes"))
        .await
        .with(200)
        .text();
    let known = form.split("name=\"sha256\" value=\"").nth(1).unwrap()[..64].to_owned();
    let saved = edit(
        &people.user,
        &file,
        &[("sha256", &known), ("content", "# Mine\r\n\r\nA new line.")],
    )
    .await;
    saved.with(303);
    let page = people.user.get(&file).await.with(200).text();
    assert!(
        page.contains("A new line.") && page.contains("edited"),
        "{page}"
    );
    assert!(page.contains("out of date"), "the report reads every file");

    let late = edit(
        &people.user,
        &file,
        &[("sha256", &known), ("content", "# Late")],
    )
    .await;
    let late = late.with(409).text();
    assert!(
        late.contains("was changed while you edited it") && late.contains("# Late"),
        "{late}"
    );

    let regenerated = send(&people.user, &format!("/plans/{id}/regenerate"), &[]).await;
    regenerated.with(303);
    until(&people.user, &format!("/plans/{id}/run"), "Open the report").await;
    send(&people.user, &format!("{file}/revert"), &[])
        .await
        .with(303);
    let page = people.user.get(&file).await.with(200).text();
    assert!(!page.contains("A new line."), "{page}");
    edit(&people.reviewer, &file, &[("content", "x")])
        .await
        .with(404);
    edit(&people.visitor, &file, &[("content", "x")])
        .await
        .with(401);
}

#[tokio::test]
async fn text_of_prompts_and_files_stays_text() {
    let world = World::making_plans().await;
    let mallory = people(&world).await.user;
    let prompt = format!("{HOSTILE} {PROMPT}");
    let wish = [
        ("prompt", prompt.as_str()),
        ("title", HOSTILE),
        ("act", "create"),
    ];
    let run = send(&mallory, "/plans/new", &wish)
        .await
        .with(303)
        .header("location")
        .to_owned();
    until(&mallory, &run, "Open the report").await;
    let plan = run.trim_end_matches("/run");
    for path in [
        "run",
        "files",
        "files/notes.md",
        "files/notes.json",
        "files/notes.json?edit=yes",
    ] {
        let html = check(&mallory, &format!("{plan}/{path}")).await;
        assert!(
            !html.contains("<script>") && !html.contains("<img"),
            "{path}: {html}"
        );
    }
    let html = check(
        &mallory,
        &format!("/plans/new?from={}", plan.trim_start_matches("/plans/")),
    )
    .await;
    assert!(!html.contains("<script>") && !html.contains("<img"));
}
