//! The table: what nobody, a stranger, the owner, a reviewer and an administrator get.

/// One route and what each person gets.
pub(super) struct Row {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) body: Option<&'static str>,
    pub(super) statuses: [u16; 5],
}

const fn get(path: &'static str, statuses: [u16; 5]) -> Row {
    with("GET", path, None, statuses)
}

const fn delete(path: &'static str, statuses: [u16; 5]) -> Row {
    with("DELETE", path, None, statuses)
}

const fn put(path: &'static str, body: &'static str, statuses: [u16; 5]) -> Row {
    with("PUT", path, Some(body), statuses)
}

const fn post(path: &'static str, body: &'static str, statuses: [u16; 5]) -> Row {
    with("POST", path, Some(body), statuses)
}

const fn with(
    method: &'static str,
    path: &'static str,
    body: Option<&'static str>,
    statuses: [u16; 5],
) -> Row {
    Row {
        method,
        path,
        body,
        statuses,
    }
}

impl Row {
    pub(super) fn content_type(&self) -> &'static str {
        if self.body.is_some_and(|body| body.starts_with('{')) {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        }
    }

    /// As the OpenAPI document names it; `None` of a page.
    pub(super) fn documented(&self) -> Option<String> {
        self.is_documented()
            .then(|| format!("{} {}", self.method, nameless(self.bare_path())))
    }

    /// The path of a page; `None` of what the OpenAPI document names.
    pub(super) fn page(&self) -> Option<String> {
        (!self.is_documented()).then(|| nameless(self.bare_path()))
    }

    fn is_documented(&self) -> bool {
        self.path.starts_with("/api/") || matches!(self.path, "/healthz" | "/readyz")
    }

    fn bare_path(&self) -> &'static str {
        self.path.split('?').next().unwrap_or_default()
    }
}

/// `/api/plans/{}/status` of `/api/plans/{plan_id}/status`.
pub(super) fn nameless(path: &str) -> String {
    let parts = path.split('/');
    let parts = parts.map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

const ALL: [u16; 5] = [200; 5];
/// Whoever is known.
const KNOWN: [u16; 5] = [401, 200, 200, 200, 200];
/// The owner, and an administrator, who sees all; to others it doesn't exist.
const OWN: [u16; 5] = [404, 404, 200, 404, 200];
/// What only an owner does; to others there is nothing, administrators among them.
const OWNER_ONLY: [u16; 5] = [401, 404, 200, 404, 404];
/// What an owner does, or an administrator for them; to others there is nothing.
const OWNERS: [u16; 5] = [401, 404, 200, 404, 200];
/// The same, when the state of things forbids it.
const OWNERS_CLASH: [u16; 5] = [401, 404, 409, 404, 409];
const REVIEWERS: [u16; 5] = [401, 403, 403, 200, 200];
/// Of what isn't there, for those who may look.
const REVIEWERS_NOTHING: [u16; 5] = [401, 403, 403, 404, 404];
const ADMINS: [u16; 5] = [401, 403, 403, 403, 200];
const ADMINS_NOTHING: [u16; 5] = [401, 403, 403, 403, 404];
/// A page that sends whoever hasn't signed in to the login page.
const PAGE_KNOWN: [u16; 5] = [303, 200, 200, 200, 200];
const PAGE_REVIEWERS: [u16; 5] = [303, 403, 403, 200, 200];
const PAGE_ADMINS: [u16; 5] = [303, 403, 403, 403, 200];
/// Forms that were done end in a redirect.
const FORM_OWNER: [u16; 5] = [401, 404, 303, 404, 404];
const FORM_OWNERS: [u16; 5] = [401, 404, 303, 404, 303];
const FORM_ADMINS: [u16; 5] = [401, 403, 403, 403, 303];

const NEW_KEY: &str = r#"{"name":"another","scopes":["read"]}"#;
const NEW_PLAN: &str = r#"{"prompt":"Build a footbridge in Ghent by May 2028 for EUR 2 million, for 4,000 people a day.","visibility":"private"}"#;
const PROMPT: &str = r#"{"prompt":"Build a footbridge."}"#;
const LEVEL: &str = r#"{"level":0}"#;
const DECISION: &str = r#"{"reason":"other"}"#;
const PAUSE: &str = r#"{"reason":"a test"}"#;
const ROLE: &str = r#"{"role":"reviewer"}"#;

pub(super) const ROWS: &[Row] = &[
    get("/healthz", ALL),
    get("/readyz", ALL),
    // A document without a title is refused only to those who may submit.
    post("/api/rank", "{}", [401, 422, 422, 422, 422]),
    get("/api/leaderboard", ALL),
    get("/api/leaderboard?scope=mine", KNOWN),
    get("/api/leaderboard?scope=private", KNOWN),
    get("/api/export", ALL),
    get("/api/judges", ALL),
    get("/api/plans", KNOWN),
    get("/api/plans/{plan}", OWN),
    get("/api/plans/{plan}/comparisons", OWN),
    get("/api/plans/{plan}/history", OWN),
    get("/api/plans/{plan}/advice", OWN),
    get("/api/plan_metrics/{plan}", OWN),
    get("/api/compare/{plan}/{other}", OWN),
    post("/api/plans/{plan}/withdraw", "{}", OWNER_ONLY),
    post("/api/plans/{plan}/restore", "{}", OWNER_ONLY),
    // {run} is complete and private, so there is nothing to stop.
    post("/api/plans", NEW_PLAN, [401, 202, 202, 202, 202]),
    get("/api/runs", KNOWN),
    get("/api/plans/{run}/run", OWN),
    get("/api/plans/{run}/events", OWN),
    post("/api/plans/{run}/stop", "{}", OWNERS_CLASH),
    post("/api/plans/{run}/resume", "{}", OWNERS_CLASH),
    post("/api/plans/{run}/retry", "{}", OWNERS_CLASH),
    post("/api/plans/{run}/regenerate", "{}", OWNERS_CLASH),
    get("/api/plans/{run}/files", OWN),
    get("/api/plans/{run}/files/{file}", OWN),
    put("/api/plans/{run}/files/{file}", "# Mine", OWNERS),
    post("/api/plans/{run}/files/{file}/revert", "{}", OWNERS),
    get("/api/profiles", ALL),
    post("/api/prompt/review", PROMPT, ALL),
    get("/api/account", KNOWN),
    get("/api/account/keys", KNOWN),
    post("/api/account/keys", NEW_KEY, [401, 201, 201, 201, 201]),
    post(
        "/api/account/keys/{key}/rotate",
        "{}",
        [401, 404, 201, 404, 404],
    ),
    delete("/api/account/keys/{spare}", [401, 404, 204, 404, 404]),
    // Nothing was judged by a model or is left to be audited.
    get("/api/audit/next", [401, 403, 403, 204, 204]),
    get("/api/audit/statistics", REVIEWERS),
    get("/api/audit/history", REVIEWERS),
    get("/api/audit/{nothing}", REVIEWERS_NOTHING),
    post("/api/audit/{nothing}/label", LEVEL, REVIEWERS_NOTHING),
    post("/api/audit/{nothing}/decide", DECISION, REVIEWERS_NOTHING),
    post("/api/audit/{nothing}/preview", LEVEL, REVIEWERS_NOTHING),
    get("/api/admin/jobs", ADMINS),
    post("/api/admin/jobs/{nothing}/retry", "{}", ADMINS_NOTHING),
    post("/api/admin/jobs/{nothing}/discard", "{}", ADMINS_NOTHING),
    get("/api/admin/queue", ADMINS),
    post("/api/admin/queue/{kind}/pause", PAUSE, ADMINS),
    post("/api/admin/queue/{kind}/resume", "{}", ADMINS),
    get("/api/admin/accounts", ADMINS),
    post("/api/admin/accounts/{account}/role", ROLE, ADMINS),
    post("/api/admin/accounts/{account}/disable", "{}", ADMINS),
    post("/api/admin/accounts/{account}/enable", "{}", ADMINS),
    post("/api/admin/plans/{other}/quarantine", PAUSE, ADMINS),
    post("/api/admin/plans/{other}/restore", "{}", ADMINS),
    post("/api/admin/judges/{nothing}/suspend", PAUSE, ADMINS_NOTHING),
    post(
        "/api/admin/judges/{nothing}/reinstate",
        PAUSE,
        ADMINS_NOTHING,
    ),
    // Pages that are read.
    get("/", ALL),
    get("/login", ALL),
    get("/docs", ALL),
    get("/openapi.json", ALL),
    get("/llms.txt", ALL),
    get("/judges", ALL),
    get("/compare", ALL),
    get("/rankings", ALL),
    get("/submit", ALL),
    get("/plans/{plan}", OWN),
    get("/metrics/{plan}", OWN),
    get("/compare/{plan}/{other}", OWN),
    get("/plans/{nothing}", [404; 5]),
    get("/plans/new", ALL),
    get("/plans/{run}/run", OWN),
    get("/plans/{run}/run/events", OWN),
    get("/plans/{run}/report", OWN),
    get("/plans/{run}/download/{what}", OWN),
    get("/download/{nothing}", [404; 5]),
    get("/plans/{run}/files", OWN),
    get("/plans/{run}/files/{file}", OWN),
    get("/plans", PAGE_KNOWN),
    get("/account", PAGE_KNOWN),
    get("/audit", PAGE_REVIEWERS),
    get("/audit/history", PAGE_REVIEWERS),
    get("/audit/{nothing}", [303, 403, 403, 404, 404]),
    get("/admin", PAGE_ADMINS),
    get("/login/link/{nothing}", [404; 5]),
    get("/login/{nothing}/callback", [404; 5]),
    // Forms.
    post("/login/dev", "name=&role=user", [422; 5]),
    post("/login/{nothing}", "", [404; 5]),
    post("/plans/new", "prompt=Build+a+bridge.", ALL),
    post("/plans/{run}/stop", "", OWNERS_CLASH),
    post("/plans/{run}/resume", "", OWNERS_CLASH),
    post("/plans/{run}/retry", "", OWNERS_CLASH),
    post("/plans/{run}/regenerate", "", OWNERS_CLASH),
    // Whoever may edit it sends a form of another kind.
    post(
        "/plans/{run}/files/{file}",
        "content=x",
        [401, 404, 422, 404, 422],
    ),
    post("/plans/{run}/files/{file}/revert", "", FORM_OWNERS),
    post("/plans/{plan}/withdraw", "", FORM_OWNER),
    post("/plans/{plan}/restore", "", FORM_OWNER),
    post("/account/keys", "name=x&scopes=read", KNOWN),
    post(
        "/account/keys/{page-key}/rotate",
        "overlap_hours=1",
        [401, 404, 200, 404, 404],
    ),
    post("/account/keys/{page-spare}/revoke", "", FORM_OWNER),
    post(
        "/account/sessions/{nothing}/end",
        "",
        [401, 404, 404, 404, 404],
    ),
    post("/audit/{nothing}/label", "level=0", REVIEWERS_NOTHING),
    post("/audit/{nothing}/decide", "", REVIEWERS_NOTHING),
    post("/audit/{nothing}/preview", "", REVIEWERS_NOTHING),
    post("/audit/history/{nothing}/withdraw", "", REVIEWERS_NOTHING),
    post("/admin/pause", "kind=sweep", FORM_ADMINS),
    post("/admin/resume", "kind=sweep", FORM_ADMINS),
    post("/admin/jobs/{nothing}/retry", "", ADMINS_NOTHING),
    post("/admin/jobs/{nothing}/discard", "", ADMINS_NOTHING),
    post("/admin/accounts/{account}/role", "role=user", FORM_ADMINS),
    post("/admin/accounts/{account}/disable", "", FORM_ADMINS),
    post("/admin/accounts/{account}/enable", "", FORM_ADMINS),
    post(
        "/admin/judges/{nothing}/suspend",
        "reason=x",
        ADMINS_NOTHING,
    ),
    post("/admin/judges/{nothing}/reinstate", "", ADMINS_NOTHING),
    // Nothing is private afterwards.
    post("/plans/{other}/publish", "", FORM_OWNER),
    post("/api/plans/{plan}/publish", "{}", OWNER_ONLY),
    // Nobody is logged in afterwards.
    post("/account/sessions/end-all", "", [401, 303, 303, 303, 303]),
    post("/logout", "", [303; 5]),
];
