//! `/llms.txt`: what a program that reads text should know of this service.

use accounts::{Limits, Rule};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::App;

pub(super) async fn show(State(app): State<App>) -> Response {
    let head = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    let max_mib = app.config.max_upload / (1024 * 1024);
    (
        head,
        text(&app.config.origin(), max_mib, app.accounts.limits()),
    )
        .into_response()
}

fn text(base_url: &str, max_mib: usize, limits: &Limits) -> String {
    let limit = |rule| limits.of(rule);
    format!(
        "# Planrank

> Makes project plans from prompts, and ranks plans. Plans are compared two at a time by judges that quote what they rest on;
> a plan is never given an absolute score. Ratings are Elo with 90 % intervals.

## Use

Submit a plan (JSON or the zip of a run), then ask how far it is:

    curl {base_url}/api/rank -H \"Authorization: Bearer $PLANRANK_KEY\" \\
      -H \"Content-Type: application/json\" -H \"Prefer: wait=30\" --data @plan.json

The answer holds `plan_id` and `status_url`. The same plan again gives the same id and costs nothing.

Or have a plan made from a prompt. It takes minutes and enters the ranking by itself:

    curl {base_url}/api/plans -H \"Authorization: Bearer $PLANRANK_KEY\" \\
      -H \"Content-Type: application/json\" -d '{{\"prompt\": \"…\", \"mode\": \"all\"}}'

- POST {base_url}/api/prompt/review: what a prompt lacks, free, before anything is paid
- GET {base_url}/api/profiles: which models write a plan, and what that takes
- GET {base_url}/api/plans/{{plan_id}}/run: state, progress, cost, every stage
- GET {base_url}/api/plans/{{plan_id}}/events: the same as server-sent events
- POST {base_url}/api/plans/{{plan_id}}/stop, /resume, /retry, /regenerate
- GET, PUT {base_url}/api/plans/{{plan_id}}/files/{{name}}: read and edit what was written; `report.md` is all of it

Agents that speak MCP find the same at {base_url}/mcp.

Of every plan:

- GET {base_url}/api/leaderboard: the public ranking, best first
- GET {base_url}/api/plans/{{plan_id}}: phase, rating, KPIs with their evidence
- GET {base_url}/api/plans/{{plan_id}}/comparisons: every verdict with its reasons and quotes
- GET {base_url}/api/plans/{{plan_id}}/advice: what would raise it, and near plans that are better
- GET {base_url}/api/compare/{{a}}/{{b}}: two plans side by side
- GET {base_url}/api/judges: who judges, and how well

Agents that speak MCP use {base_url}/mcp instead, with the same keys: it creates plans, follows and
ranks them.

## Authentication

Reading what is public needs none. Everything else needs an API key, `Authorization: Bearer
prk_live_…`, made by a person at {base_url}/account with the scopes read and submit.

## Limits

{} submissions a minute, {} new families of plans a day, {} requests a minute, {max_mib} MiB per
submission. An answer 429 says in `Retry-After` when to go on. Errors are problem documents
(RFC 9457) with a stable `code` and a `detail` that says what to do.

## More

- OpenAPI document: {base_url}/openapi.json
- Reference for people: {base_url}/docs
",
        limit(Rule::RanksPerMinute),
        limit(Rule::NewFamiliesPerDay),
        limit(Rule::RequestsPerMinute),
    )
}
