//! What surrounds a page: its layout for whoever asks, notices after an action, and problems shown
//! as pages.

use accounts::{Caller, Scope};
use askama::Template;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use axum_extra::extract::CookieJar;

use super::notice::{self, Done};
use crate::caller::{MaybeCaller, allow};
use crate::layers::REQUEST_ID;
use crate::openapi::SESSION_COOKIE;
use crate::view::error::ErrorPage;
use crate::view::layout::{AccountMenu, Layout, Notice, Section};
use crate::{App, Problem, view};

/// Whoever asks for a page, and which page it is.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) caller: MaybeCaller,
    path: String,
    notice: Option<Notice>,
}

impl Frame {
    fn new(caller: MaybeCaller, uri: &Uri, headers: &HeaderMap) -> Self {
        Self {
            caller,
            path: path_of(uri),
            notice: notice::read(&CookieJar::from_headers(headers)),
        }
    }

    /// The layout of a page with this title.
    pub(super) fn layout(&self, title: impl Into<String>, section: Section) -> Layout {
        Layout {
            account: self.caller.0.as_ref().map(menu),
            path: self.path.clone(),
            notice: self.notice.clone(),
            ..Layout::new(title, section)
        }
    }

    /// Whoever is logged in; nobody is sent to the login page.
    pub(super) fn signed(&self) -> Result<&Caller, Problem> {
        self.caller.0.as_ref().ok_or_else(Problem::unauthenticated)
    }

    /// Somebody who may: nobody is sent to the login page, anybody else is 403.
    pub(super) fn permitted(&self, scope: Scope) -> Result<&Caller, Problem> {
        let caller = self.signed()?;
        allow(caller, scope)?;
        Ok(caller)
    }

    /// Everybody without an account sees the same page.
    pub(super) fn is_shared(&self) -> bool {
        self.caller.0.is_none() && self.notice.is_none()
    }

    /// Path and query of this page.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

impl FromRequestParts<App> for Frame {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = MaybeCaller::from_request_parts(parts, app).await?;
        Ok(Self::new(caller, &parts.uri, &parts.headers))
    }
}

fn path_of(uri: &Uri) -> String {
    uri.path_and_query()
        .map_or_else(|| uri.path().to_owned(), ToString::to_string)
}

fn menu(caller: &Caller) -> AccountMenu {
    AccountMenu {
        name: caller.display_name.clone(),
        reviewer: caller.may(Scope::Audit),
        admin: caller.may(Scope::Admin),
    }
}

/// Renders a page. A notice is shown once.
pub(super) fn render(page: &(impl Template + HasLayout)) -> Result<Response, Problem> {
    let html = html(page)?;
    let mut response = Html(html).into_response();
    if page.layout().notice.is_some() {
        response.headers_mut().append(SET_COOKIE, notice::forget());
    }
    Ok(response)
}

pub(super) fn html(page: &impl Template) -> Result<String, Problem> {
    page.render().map_err(|error| Problem::internal(&error))
}

/// The page that a form ends in, which says what was done.
pub(super) fn done(target: &str, what: Done) -> Response {
    let mut response = see_other(target);
    let cookie = notice::remember(what);
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

pub(super) fn see_other(target: &str) -> Response {
    let target = HeaderValue::from_str(target).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, target)]).into_response()
}

/// Pages have a layout.
pub(super) trait HasLayout {
    fn layout(&self) -> &Layout;
}

macro_rules! have_layouts {
    ($($page:ty),* $(,)?) => {$(
        impl HasLayout for $page {
            fn layout(&self) -> &Layout {
                &self.layout
            }
        }
    )*};
}

have_layouts!(
    view::account::Account,
    view::account::KeyCreated,
    view::admin::Admin,
    view::artifact::ArtifactPage,
    view::artifact::Files,
    view::audit::AuditHistory,
    view::audit::AuditItem,
    view::audit::AuditQueue,
    view::audit::AuditThanks,
    view::compare::Compare,
    view::compare::ComparePick,
    view::docs::Docs,
    view::home::Home,
    view::judges::Judges,
    view::login::Login,
    view::metrics::Metrics,
    view::new_plan::NewPlan,
    view::plan::PlanPage,
    view::plans::Plans,
    view::rankings::Rankings,
    view::run::RunPage,
    view::submit::Submit,
);

/// Addresses for programs, whose problems stay documents.
const FOR_PROGRAMS: [&str; 6] = [
    "/api/",
    "/static/",
    "/metrics",
    "/healthz",
    "/readyz",
    "/openapi.json",
];

/// Shows the problems of pages as pages, and sends whoever has to log in to the login page.
pub(crate) async fn problems_as_pages(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let asked = Asked::of(&request);
    let response = next.run(request).await;
    if !asked.for_page {
        return response;
    }
    let Some(problem) = response.extensions().get::<Problem>().cloned() else {
        return response;
    };
    if problem.status() == StatusCode::UNAUTHORIZED && asked.may_log_in() {
        return to_login(&asked.uri);
    }
    let frame = asked.frame(&app).await;
    as_page(response, &problem, &frame, asked.headers.get(REQUEST_ID))
}

/// A request, as far as an error page needs it.
struct Asked {
    for_page: bool,
    is_get: bool,
    uri: Uri,
    headers: HeaderMap,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let (uri, headers) = (request.uri(), request.headers());
        let for_page = is_for_page(uri.path(), request.extensions(), headers);
        Self {
            for_page,
            is_get: request.method() == Method::GET || request.method() == Method::HEAD,
            uri: uri.clone(),
            // Only a page's problem needs them.
            headers: if for_page {
                headers.clone()
            } else {
                HeaderMap::new()
            },
        }
    }

    /// A page can be opened again after the login; a login page that fails can't help itself.
    fn may_log_in(&self) -> bool {
        self.is_get && !self.uri.path().starts_with("/login")
    }

    /// Neither counted nor refused again: the request itself was.
    async fn frame(&self, app: &App) -> Frame {
        let cookies = CookieJar::from_headers(&self.headers);
        let caller = match cookies.get(SESSION_COOKIE) {
            Some(cookie) => app.accounts.by_session(cookie.value()).await.ok().flatten(),
            None => None,
        };
        Frame::new(MaybeCaller(caller), &self.uri, &self.headers)
    }
}

/// A page, or nothing at all where a browser looked for one.
fn is_for_page(path: &str, extensions: &Extensions, headers: &HeaderMap) -> bool {
    // `/metrics/{plan_id}` is a page, `/metrics` isn't.
    let for_programs = FOR_PROGRAMS
        .iter()
        .any(|start| path == *start || (start.ends_with('/') && path.starts_with(start)));
    let accepts_html = || {
        let mut accepted = headers.get_all(ACCEPT).iter();
        accepted.any(|value| value.to_str().is_ok_and(|text| text.contains("text/html")))
    };
    !for_programs && (extensions.get::<MatchedPath>().is_some() || accepts_html())
}

fn to_login(uri: &Uri) -> Response {
    let path = path_of(uri);
    let query: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    see_other(&format!("/login?return_to={query}"))
}

fn as_page(
    response: Response,
    problem: &Problem,
    frame: &Frame,
    request_id: Option<&HeaderValue>,
) -> Response {
    let title = title(problem);
    let page = ErrorPage {
        layout: frame.layout(title, Section::Other),
        status: problem.status,
        title: title.to_owned(),
        detail: sentence(&problem.detail),
        retry_after_secs: problem.retry_after_secs,
        request_id: request_id.and_then(|id| id.to_str().map(str::to_owned).ok()),
    };
    let Ok(html) = page.render() else {
        return response;
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let html_type = HeaderValue::from_static("text/html; charset=utf-8");
    parts.headers.insert(CONTENT_TYPE, html_type);
    Response::from_parts(parts, html.into())
}

/// Details of problems begin small and end without a stop.
pub(super) fn sentence(detail: &str) -> String {
    let mut chars = detail.chars();
    let start: String = chars
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    let whole = format!("{start}{}", chars.as_str());
    if whole.ends_with(['.', '!', '?']) {
        whole
    } else {
        format!("{whole}.")
    }
}

fn title(problem: &Problem) -> &'static str {
    match problem.status {
        401 => "Log in first",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Not that way",
        408 => "Too slow",
        409 => "Not possible now",
        413 => "Too large",
        421 => "Wrong address",
        400 | 415 | 422 => "That can't be used",
        429 => "Too many requests",
        503 => "Not available now",
        _ => "Something failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_what_programs_read() {
        let html = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/html, */*"))]);
        for (path, for_page) in [
            ("/nothing", true),
            ("/metrics/0190", true),
            ("/metrics", false),
            ("/api/nothing", false),
            ("/static/nothing.css", false),
            ("/openapi.json", false),
        ] {
            let asked = is_for_page(path, &Extensions::new(), &html);
            assert_eq!(asked, for_page, "{path}");
            assert!(!is_for_page(path, &Extensions::new(), &HeaderMap::new()));
        }
    }

    #[test]
    fn a_detail_becomes_a_sentence() {
        assert_eq!(sentence("give a date"), "Give a date.");
        assert_eq!(sentence("Wait!"), "Wait!");
        assert_eq!(sentence(""), ".");
    }
}
