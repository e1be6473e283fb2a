//! The errors that the document declares for an operation: sets that handlers name, so that what
//! can go wrong everywhere is written once.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{
    Content, Header, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type,
};

type Responses = BTreeMap<String, RefOr<Response>>;

fn problem(description: &str) -> ResponseBuilder {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
}

fn with_wait(response: ResponseBuilder) -> ResponseBuilder {
    let seconds = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1));
    response.header("Retry-After", Header::new(seconds.build()))
}

fn with_challenge(response: ResponseBuilder) -> ResponseBuilder {
    let challenge = ObjectBuilder::new().schema_type(Type::String);
    response.header("WWW-Authenticate", Header::new(challenge.build()))
}

fn set(all: impl IntoIterator<Item = (u16, ResponseBuilder)>) -> Responses {
    all.into_iter()
        .map(|(status, response)| (status.to_string(), RefOr::T(response.build())))
        .collect()
}

fn everywhere() -> [(u16, ResponseBuilder); 3] {
    [
        (
            401,
            with_challenge(problem(
                "`unauthenticated`: no key, or one that opens nothing",
            )),
        ),
        (429, with_wait(problem("`rate_limited`: too many requests"))),
        (
            503,
            with_wait(problem(
                "`database_unavailable`, `database_busy`, `busy`, `timeout`: try again",
            )),
        ),
    ]
}

/// Whoever asks: a key that is shown must be good, and nobody asks without end.
pub(crate) struct Open;

impl IntoResponses for Open {
    fn responses() -> Responses {
        set(everywhere())
    }
}

/// Only somebody who may: as [`Open`], and 403 for a role or scope that is missing.
pub(crate) struct Guarded;

impl IntoResponses for Guarded {
    fn responses() -> Responses {
        let forbidden = (
            403,
            problem("`forbidden`, `insufficient_scope`, `cross_site`: you may not do this"),
        );
        set(everywhere().into_iter().chain([forbidden]))
    }
}

/// A JSON body that can't be used.
pub(crate) struct BadBody;

impl IntoResponses for BadBody {
    fn responses() -> Responses {
        set([
            (400, problem("`malformed_json`, `unreadable_body`")),
            (408, problem("`body_too_slow`")),
            (413, problem("`too_large`")),
            (415, problem("`unsupported_media_type`")),
            (
                422,
                problem("`invalid`: a value can't be used; `field` says which"),
            ),
        ])
    }
}

macro_rules! single {
    ($($(#[$meta:meta])* $name:ident, $status:literal, $description:literal;)*) => {$(
        $(#[$meta])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> Responses {
                set([($status, problem($description))])
            }
        }
    )*};
}

single! {
    /// There is nothing there, or nothing of the caller's.
    Missing, 404, "`not_found`: there is none, or it isn't visible to you";
    /// A parameter can't be used.
    BadParameter, 422, "`invalid`: a parameter can't be used; `field` says which";
    /// The state of things forbids it.
    Clash, 409, "the present state doesn't allow it; `code` says why";
}
