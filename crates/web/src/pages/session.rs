//! Logging in and out.
//!
//! A login begins a session with a token of its own, whatever cookie the browser had, and ends the
//! session of that cookie. The development login takes a connection from this machine.

use accounts::{AccountId, Callback, LoginError, ProviderInfo, ReturnTo, Role, Rule, Subject, Via};
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::form::Form;
use super::frame::{Frame, done, render, see_other, sentence};
use super::notice::Done;
use super::peer::Peer;
use crate::extract::{Path, Query};
use crate::openapi::SESSION_COOKIE;
use crate::view::layout::Section;
use crate::view::login::{Login, ProviderView};
use crate::{App, Problem};

/// Ties a login under way to the browser that began it.
const BINDING_COOKIE: &str = "planrank_login";

#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    return_to: String,
}

impl Wanted {
    /// What isn't an address of this site leads to the front page.
    fn path(&self) -> ReturnTo {
        ReturnTo::parse(&self.return_to).unwrap_or_default()
    }
}

pub(super) async fn page(
    State(app): State<App>,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    show(&app, &frame, &wanted.path(), None)
}

fn show(
    app: &App,
    frame: &Frame,
    return_to: &ReturnTo,
    error: Option<String>,
) -> Result<Response, Problem> {
    let providers = app.accounts.providers().into_iter();
    let view = |provider: ProviderInfo| ProviderView {
        id: provider.name,
        name: provider.label,
    };
    render(&Login {
        layout: frame.layout("Log in", Section::Other),
        providers: providers.map(view).collect(),
        dev_login: app.accounts.dev_login_enabled(),
        return_to: return_to.as_str().to_owned(),
        error,
    })
}

/// Sends the browser to a provider.
pub(super) async fn begin(
    State(app): State<App>,
    frame: Frame,
    peer: Peer,
    Path(provider): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Problem> {
    take_login(&app, peer).await?;
    match app.accounts.begin_login(&provider, wanted.path()).await {
        Ok(start) => {
            let cookie = cookie(
                &app,
                BINDING_COOKIE,
                start.binding.expose(),
                "/login",
                start.max_age_secs,
            );
            let mut response = see_other(start.authorize_url.as_str());
            response.headers_mut().append(SET_COOKIE, cookie);
            Ok(response)
        }
        Err(error) => failed(&app, &frame, &wanted.path(), &error),
    }
}

/// The provider sent the browser back.
pub(super) async fn finish(
    State(app): State<App>,
    frame: Frame,
    peer: Peer,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(callback): Query<Callback>,
) -> Result<Response, Problem> {
    take_login(&app, peer).await?;
    let cookies = CookieJar::from_headers(&headers);
    let binding = cookies.get(BINDING_COOKIE).map_or("", |c| c.value());
    match app
        .accounts
        .finish_login(&provider, &callback, binding)
        .await
    {
        Ok(done) => {
            let mut response = enter(
                &app,
                &frame,
                &headers,
                done.account.account_id,
                &done.return_to,
            )
            .await?;
            let gone = cookie(&app, BINDING_COOKIE, "", "/login", 0);
            response.headers_mut().append(SET_COOKIE, gone);
            Ok(response)
        }
        Err(error) => failed(&app, &frame, &ReturnTo::default(), &error),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct DevWish {
    name: String,
    role: Role,
    #[serde(default)]
    return_to: String,
}

/// Logs anybody in as anybody, on a developer's machine.
pub(super) async fn dev(
    State(app): State<App>,
    frame: Frame,
    peer: Peer,
    headers: HeaderMap,
    Form(wish): Form<DevWish>,
) -> Result<Response, Problem> {
    if !app.accounts.dev_login_enabled() || !peer.is_local {
        return Err(Problem::not_found("page"));
    }
    let return_to = ReturnTo::parse(&wish.return_to).unwrap_or_default();
    match app.accounts.dev_login(&wish.name, wish.role).await {
        Ok(account) => enter(&app, &frame, &headers, account.account_id, &return_to).await,
        Err(error) => failed(&app, &frame, &return_to, &error),
    }
}

/// Begins the session and goes on to where the browser wanted to be.
pub(super) async fn enter(
    app: &App,
    frame: &Frame,
    headers: &HeaderMap,
    account: AccountId,
    return_to: &ReturnTo,
) -> Result<Response, Problem> {
    if let Some(before) = &frame.caller.0
        && matches!(before.via, Via::Session { .. })
    {
        app.accounts.log_out(before).await?;
    }
    let client = headers
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    let session = app
        .accounts
        .start_session(account, &browser(client.unwrap_or("unknown browser")))
        .await?;
    let cookie = cookie(
        app,
        SESSION_COOKIE,
        session.token.expose(),
        "/",
        session.max_age_secs,
    );
    let mut response = see_other(return_to.as_str());
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

pub(super) async fn log_out(State(app): State<App>, frame: Frame) -> Result<Response, Problem> {
    if let Some(caller) = &frame.caller.0
        && matches!(caller.via, Via::Session { .. })
    {
        app.accounts.log_out(caller).await?;
    }
    let mut response = done("/", Done::LoggedOut);
    response.headers_mut().append(SET_COOKIE, forgotten(&app));
    Ok(response)
}

/// What a person can mend is shown over the form; the rest is a problem.
fn failed(
    app: &App,
    frame: &Frame,
    return_to: &ReturnTo,
    error: &LoginError,
) -> Result<Response, Problem> {
    let status = match error {
        LoginError::Store(_) | LoginError::Settings(_) => return Err(Problem::internal(error)),
        LoginError::UnknownProvider | LoginError::DevDisabled => {
            return Err(Problem::not_found("page"));
        }
        LoginError::Unreachable { .. } => StatusCode::BAD_GATEWAY,
        LoginError::Disabled | LoginError::Denied { .. } => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    tracing::info!(%error, "nobody was logged in");
    let mut response = show(app, frame, return_to, Some(sentence(&error.to_string())))?;
    *response.status_mut() = status;
    Ok(response)
}

async fn take_login(app: &App, peer: Peer) -> Result<(), Problem> {
    let subject = Subject::Address(peer.address);
    Ok(app
        .accounts
        .take_as(subject, Rule::LoginsPerMinute, 1)
        .await?)
}

fn cookie(app: &App, name: &str, value: &str, path: &str, max_age_secs: u64) -> HeaderValue {
    let secure = if app.config.secure_cookies() {
        "; Secure"
    } else {
        ""
    };
    let text = format!(
        "{name}={value}; Path={path}; Max-Age={max_age_secs}; HttpOnly; SameSite=Lax{secure}"
    );
    // Tokens are letters and digits.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The browser's session is over.
pub(super) fn forgotten(app: &App) -> HeaderValue {
    cookie(app, SESSION_COOKIE, "", "/", 0)
}

/// `Firefox on Linux`, where the browser's own words say so; else the start of those words. No more
/// of them is kept.
fn browser(agent: &str) -> String {
    // Edge and Opera name Chrome too, and Chrome names Safari.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(sign, _)| agent.contains(sign));
        found.map(|(_, name)| *name)
    };
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_by_what_it_says() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.14.1", "curl"),
            ("<b>me</b>", "<b>me</b>"),
        ] {
            assert_eq!(browser(agent), name);
        }
    }
}
