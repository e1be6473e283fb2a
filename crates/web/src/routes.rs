//! All routes.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::openapi::{Api, Rendered};
use crate::{App, Problem, api, health, layers, mcp, openapi, pages, static_files};

/// The OpenAPI document of the service.
pub fn document() -> Document {
    described().into_openapi()
}

/// The service, ready to serve.
pub fn router(app: &App) -> Router {
    router_with(app, mcp::routes(app))
}

/// The service with another endpoint for agents, for tests of what is around it.
pub fn router_with(app: &App, agents: Router) -> Router {
    let (routes, document) = described().split_for_parts();
    let routes = routes
        .merge(plain())
        .merge(pages::routes())
        .fallback(no_such_page)
        .method_not_allowed_fallback(wrong_method)
        .layer(Extension(Rendered::new(&document)));
    layers::wrap(routes.with_state(app.clone()), agents, app)
}

/// `/metrics` alone and without a token, for a port that only the operator reaches.
pub fn metrics_router() -> Router {
    Router::new().route("/metrics", get(async || health::render()))
}

/// Routes that the OpenAPI document describes.
fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .merge(api::routes())
}

/// Routes for browsers and operators.
fn plain() -> Router<App> {
    Router::new()
        .route("/openapi.json", get(openapi::serve))
        .route("/metrics", get(health::metrics))
        .route("/static/{*name}", get(static_files::serve))
}

async fn no_such_page() -> Problem {
    Problem::not_found("page")
}

async fn wrong_method(request: Request) -> Response {
    let detail = format!("this address doesn't take {}", request.method());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail).into_response()
}
