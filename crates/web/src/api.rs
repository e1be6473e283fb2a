//! The JSON API: a file per resource, routes here.
//!
//! A handler extracts, calls one use case and responds; [`types`] are what is sent, [`problems`]
//! what can go wrong, as the OpenAPI document declares it.

mod account;
mod admin;
mod audit;
mod export;
mod judges;
mod leaderboard;
mod params;
mod plan_document;
mod plans;
mod problems;
mod rank;
mod runs;
pub(crate) mod types;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// Everything under `/api`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(rank::rank))
        .merge(runs::routes())
        .routes(routes!(leaderboard::leaderboard))
        .routes(routes!(export::export))
        .routes(routes!(judges::list))
        .routes(routes!(plans::metrics))
        .routes(routes!(plans::compare))
        .routes(routes!(plans::list))
        .routes(routes!(plans::show))
        .routes(routes!(plans::comparisons))
        .routes(routes!(plans::history))
        .routes(routes!(plans::advice))
        .routes(routes!(plans::withdraw))
        .routes(routes!(plans::restore))
        .routes(routes!(plans::publish))
        .routes(routes!(account::show))
        .routes(routes!(account::keys::list, account::keys::create))
        .routes(routes!(account::keys::rotate))
        .routes(routes!(account::keys::revoke))
        .routes(routes!(audit::next))
        .routes(routes!(audit::statistics))
        .routes(routes!(audit::history))
        .routes(routes!(audit::reveal))
        .routes(routes!(audit::label))
        .routes(routes!(audit::decide))
        .routes(routes!(audit::preview))
        .routes(routes!(admin::jobs::list))
        .routes(routes!(admin::jobs::retry))
        .routes(routes!(admin::jobs::discard))
        .routes(routes!(admin::queue::show))
        .routes(routes!(admin::queue::pause))
        .routes(routes!(admin::queue::resume))
        .routes(routes!(admin::accounts::list))
        .routes(routes!(admin::accounts::set_role))
        .routes(routes!(admin::accounts::disable))
        .routes(routes!(admin::accounts::enable))
        .routes(routes!(admin::plans::quarantine))
        .routes(routes!(admin::plans::restore))
        .routes(routes!(admin::judges::suspend))
        .routes(routes!(admin::judges::reinstate))
}
