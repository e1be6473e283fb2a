//! The board: pages by cursor, with entity tags.

use arena::views::{self, Scope};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::params::{Cursor, Limit};
use super::problems::{BadParameter, Open};
use super::types::{Leaderboard, Standing, Wire};
use crate::board_cache::BoardKey;
use crate::caller::MaybeCaller;
use crate::extract::Query;
use crate::preconditions::{entity_tag, has_already};
use crate::{App, Problem};

const MAX_DOMAIN_CHARS: usize = 200;

/// Whose plans, on which board.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BoardScope {
    /// The public contest.
    #[default]
    Public,
    /// The caller's plans in the public contest, at the ranks that they hold there.
    Mine,
    /// The contest of the caller's private plans among themselves.
    Private,
}

impl From<BoardScope> for Scope {
    fn from(scope: BoardScope) -> Self {
        match scope {
            BoardScope::Public => Self::Public,
            BoardScope::Mine => Self::Mine,
            BoardScope::Private => Self::Private,
        }
    }
}

/// Which plans to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct BoardQuery {
    #[param(inline, default = "public")]
    scope: BoardScope,
    /// Provisional plans are listed apart.
    #[param(inline, default = "established")]
    standing: Option<Standing>,
    #[param(max_length = 200, min_length = 1, example = "rail")]
    domain: Option<String>,
    /// Submitted at or after this time …
    since: Option<DateTime<Utc>>,
    /// … and before this one.
    until: Option<DateTime<Utc>>,
    /// Only plans that are flagged, or only those that aren't.
    flagged: Option<bool>,
    #[param(value_type = u16, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// The `next_cursor` or `previous_cursor` of another page.
    #[param(value_type = Option<String>, min_length = 1, max_length = 512)]
    cursor: Option<Cursor>,
}

impl BoardQuery {
    fn key(self) -> Result<BoardKey, Problem> {
        if let Some(domain) = &self.domain {
            check_domain(domain)?;
        }
        Ok(BoardKey {
            provisional: self.standing == Some(Standing::Provisional),
            domain: self.domain,
            since: self.since,
            until: self.until,
            flagged: self.flagged,
            limit: u32::from(self.limit.0),
            cursor: self.cursor.map(|cursor| cursor.0),
        })
    }
}

/// Whether it can be the name of a domain.
pub(crate) fn check_domain(domain: &str) -> Result<(), Problem> {
    if domain.is_empty() || domain.chars().count() > MAX_DOMAIN_CHARS {
        return Err(Problem::invalid("domain", "give 1 to 200 characters"));
    }
    Ok(())
}

/// Lists plans, best first.
///
/// A page whose `ETag` is sent back as `If-None-Match` is answered with 304 while nothing in it
/// has changed.
#[utoipa::path(get, path = "/api/leaderboard", tag = "ranking", operation_id = "get_leaderboard",
    params(BoardQuery, ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the page that you have")),
    security((), ("api_key" = []), ("session" = [])),
    responses(
        (status = 200, body = Leaderboard, headers(("ETag" = String), ("Cache-Control" = String))),
        (status = 304, description = "You have it already", headers(("ETag" = String))),
        Open, BadParameter))]
pub(crate) async fn leaderboard(
    State(app): State<App>,
    caller: MaybeCaller,
    Query(query): Query<BoardQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = Scope::from(query.scope);
    let key = query.key()?;
    if scope == Scope::Public && caller.0.is_none() {
        let page = app.board().page(&app, key).await?;
        let tag = page.entity_tag.clone();
        return Ok(answer(&headers, tag, page.json.clone(), PUBLIC));
    }
    let page = views::leaderboard(&app.store, caller.viewer(), &key.query(scope)).await?;
    let json =
        serde_json::to_vec(&Leaderboard::wire(page)).map_err(|error| Problem::internal(&error))?;
    Ok(answer(&headers, entity_tag(&json), json.into(), OWN))
}

/// A proxy may share it for as long as the service itself would.
const PUBLIC: &str = "public, max-age=1, stale-while-revalidate=2";
/// Nobody shares it; its owner asks again whether it still holds.
const OWN: &str = "private, no-cache";

fn answer(headers: &HeaderMap, tag: String, json: Bytes, cache: &'static str) -> Response {
    let is_known = has_already(headers, &tag);
    let head = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::VARY, "Authorization, Cookie".to_owned()),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, [(header::CONTENT_TYPE, "application/json")], json).into_response()
}
