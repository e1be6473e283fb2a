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
        let path = self.path.split('?').next()?;
        let is_api = path.starts_with("/api/") || matches!(path, "/healthz" | "/readyz");
        is_api.then(|| format!("{} {}", self.method, nameless(path)))
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
const REVIEWERS: [u16; 5] = [401, 403, 403, 200, 200];
/// Of what isn't there, for those who may look.
const REVIEWERS_NOTHING: [u16; 5] = [401, 403, 403, 404, 404];
const ADMINS: [u16; 5] = [401, 403, 403, 403, 200];
const ADMINS_NOTHING: [u16; 5] = [401, 403, 403, 403, 404];
/// A page that sends whoever hasn't signed in to the login page.
const PAGE_KNOWN: [u16; 5] = [303, 200, 200, 200, 200];
const PAGE_REVIEWERS: [u16; 5] = [303, 403, 403, 200, 200];
const PAGE_ADMINS: [u16; 5] = [303, 403, 403, 403, 200];

const NEW_KEY: &str = r#"{"name":"another","scopes":["read"]}"#;
const LABEL: &str = r#"{"level":0}"#;
const DECISION: &str = r#"{"decision":"keep","reason":"other"}"#;
const PAUSE: &str = r#"{"reason":"a test"}"#;
const ROLE: &str = r#"{"role":"user"}"#;

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
    get("/api/plan_metrics/{plan}", OWN),
    get("/api/compare/{plan}/{other}", OWN),
    post("/api/plans/{plan}/withdraw", "{}", OWNER_ONLY),
    post("/api/plans/{plan}/restore", "{}", OWNER_ONLY),
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
    post("/api/audit/{nothing}/label", LABEL, REVIEWERS_NOTHING),
    post("/api/audit/{nothing}/decide", DECISION, REVIEWERS_NOTHING),
    post("/api/audit/{nothing}/preview", "{}", REVIEWERS_NOTHING),
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
    // Pages.
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
    get("/plans", PAGE_KNOWN),
    get("/account", PAGE_KNOWN),
    get("/audit", PAGE_REVIEWERS),
    get("/audit/history", PAGE_REVIEWERS),
    get("/admin", PAGE_ADMINS),
    // Last, since nothing is private afterwards.
    post("/api/plans/{plan}/publish", "{}", OWNER_ONLY),
];
