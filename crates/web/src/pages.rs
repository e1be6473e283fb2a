//! The pages for people: a file per page, routes here.
//!
//! A handler extracts, calls use cases and fills in a view model; [`convert`] turns what use cases
//! say into what pages show. Invariants: nothing is changed by a GET; a form that was done ends in
//! a redirect; what isn't the reader's to see is 404; problems are shown as pages, by
//! [`problems_as_pages`].
//! Deliberately absent: JSON, and decisions about who may see what, which the use cases take.

mod account;
mod admin;
mod agents;
mod artifact;
mod audit;
mod board;
mod compare;
mod convert;
mod docs;
mod form;
mod frame;
mod judges;
mod link;
mod metrics;
mod mine;
mod new_plan;
mod notice;
mod peer;
mod plan;
mod rendered;
mod run;
mod session;
mod submit;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::App;

pub(crate) use frame::problems_as_pages;
pub(crate) use rendered::Rendered;

/// All pages. None of them is in the OpenAPI document.
pub(crate) fn routes() -> Router<App> {
    reading()
        .merge(submitting())
        .merge(generating())
        .merge(sessions())
        .merge(reviewing())
        .merge(operating())
}

fn reading() -> Router<App> {
    Router::new()
        .route("/", get(board::home))
        .route("/rankings", get(board::rankings))
        .route("/plans/{plan_id}", get(plan::show))
        .route("/metrics/{plan_id}", get(metrics::show))
        .route("/compare", get(compare::pick))
        .route("/compare/{a}/{b}", get(compare::show))
        .route("/judges", get(judges::show))
        .route("/docs", get(docs::show))
        .route("/llms.txt", get(agents::show))
}

fn submitting() -> Router<App> {
    // The handler reads the body itself, up to the limit of an upload.
    let submit = get(submit::page).post(submit::send);
    Router::new()
        .route("/plans", get(mine::show))
        .route("/plans/{plan_id}/withdraw", post(mine::withdraw))
        .route("/plans/{plan_id}/restore", post(mine::restore))
        .route("/plans/{plan_id}/publish", post(mine::publish))
        .route("/submit", submit.layer(DefaultBodyLimit::disable()))
}

fn generating() -> Router<App> {
    // The handler reads the body itself, up to the limit of a file.
    let file = get(artifact::show).post(artifact::edit);
    Router::new()
        .route("/plans/new", get(new_plan::page).post(new_plan::send))
        .route("/plans/{plan_id}/run", get(run::show))
        .route("/plans/{plan_id}/run/events", get(run::events))
        .route("/plans/{plan_id}/stop", post(run::stop))
        .route("/plans/{plan_id}/resume", post(run::resume))
        .route("/plans/{plan_id}/retry", post(run::retry))
        .route("/plans/{plan_id}/regenerate", post(run::regenerate))
        .route("/plans/{plan_id}/report", get(run::report))
        .route("/plans/{plan_id}/download/{what}", get(run::download))
        .route("/download/{token}", get(run::open_link))
        .route("/plans/{plan_id}/files", get(artifact::list))
        .route(
            "/plans/{plan_id}/files/{name}",
            file.layer(DefaultBodyLimit::disable()),
        )
        .route(
            "/plans/{plan_id}/files/{name}/revert",
            post(artifact::revert),
        )
}

fn sessions() -> Router<App> {
    Router::new()
        .route("/login", get(session::page))
        .route("/login/dev", post(session::dev))
        .route("/login/link/{token}", get(link::sign_in))
        .route("/login/{provider}", post(session::begin))
        .route("/login/{provider}/callback", get(session::finish))
        .route("/logout", post(session::log_out))
        .route("/account", get(account::show))
        .route("/account/keys", post(account::create_key))
        .route("/account/keys/{key_id}/rotate", post(account::rotate_key))
        .route("/account/keys/{key_id}/revoke", post(account::revoke_key))
        .route("/account/sessions/end-all", post(account::end_sessions))
        .route(
            "/account/sessions/{session_id}/end",
            post(account::end_session),
        )
}

fn reviewing() -> Router<App> {
    Router::new()
        .route("/audit", get(audit::queue))
        .route("/audit/history", get(audit::history))
        .route(
            "/audit/history/{decision_id}/withdraw",
            post(audit::withdraw),
        )
        .route("/audit/{item_id}", get(audit::item))
        .route("/audit/{item_id}/label", post(audit::label))
        .route("/audit/{item_id}/decide", post(audit::decide))
        .route("/audit/{item_id}/preview", post(audit::preview))
}

fn operating() -> Router<App> {
    Router::new()
        .route("/admin", get(admin::show))
        .route("/admin/pause", post(admin::pause))
        .route("/admin/resume", post(admin::resume))
        .route("/admin/jobs/{job_id}/retry", post(admin::retry))
        .route("/admin/jobs/{job_id}/discard", post(admin::discard))
        .route("/admin/accounts/{account_id}/role", post(admin::set_role))
        .route("/admin/accounts/{account_id}/disable", post(admin::disable))
        .route("/admin/accounts/{account_id}/enable", post(admin::enable))
        .route("/admin/judges/{judge_id}/suspend", post(admin::suspend))
        .route("/admin/judges/{judge_id}/reinstate", post(admin::reinstate))
}
