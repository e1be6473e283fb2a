//! The address with which the demo signs its user in, on their own machine.

use accounts::ReturnTo;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use subtle::ConstantTimeEq;

use super::frame::Frame;
use super::peer::Peer;
use super::session::enter;
use crate::extract::Path;
use crate::{App, Problem};

/// Where the demo begins.
const FIRST_PAGE: &str = "/rankings";

/// A GET, since it is opened from a terminal. It changes nothing but who this browser is, and
/// only for whoever was shown the token.
pub(super) async fn sign_in(
    State(app): State<App>,
    frame: Frame,
    peer: Peer,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let link = app.config.sign_in_link.as_ref().filter(|link| {
        let is_known: bool = link.token.as_bytes().ct_eq(token.as_bytes()).into();
        is_known && peer.is_local
    });
    let link = link.ok_or_else(|| Problem::not_found("page"))?;
    let return_to = ReturnTo::parse(FIRST_PAGE).unwrap_or_default();
    enter(&app, &frame, &headers, link.account, &return_to).await
}
