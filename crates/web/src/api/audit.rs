//! Human review of judgements: blind first, then the judge's verdict, then a decision.

use arena::audit::{AuditError, Decision, Reviewer as Person, Ruling};
use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::{AuditDecisionId, AuditItemId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::params::Page;
use super::problems::{BadBody, BadParameter, Clash, Guarded, Missing};
use super::types::{
    AuditDecision, AuditEntry, AuditStatistics, BlindItem, Preview, ReasonCode, Revealed, Wire,
};
use crate::caller::Reviewer;
use crate::extract::{Json, Path, Query};
use crate::{App, Problem};

/// A blind judgement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Label {
    /// −4 (right overwhelmingly better) to 4 (left overwhelmingly better).
    #[schema(minimum = -4, maximum = 4)]
    level: i8,
    /// How long it took.
    #[serde(default)]
    #[schema(minimum = 0)]
    seconds: u32,
}

/// What to do with the judge's verdict.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedDecision {
    reason: ReasonCode,
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// Words that stand in one line of either card.
    #[schema(max_length = 600)]
    quote: Option<String>,
    /// The level that it should have been, positive for the plan on the left. Left out: the
    /// verdict stays.
    #[schema(minimum = -4, maximum = 4)]
    override_level: Option<i8>,
}

/// A level to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedPreview {
    #[schema(minimum = -4, maximum = 4)]
    level: i8,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditHistory {
    items: Vec<AuditEntry>,
    next_cursor: Option<String>,
}

/// Gives the next two plans to be judged, or those that the caller holds.
#[utoipa::path(get, path = "/api/audit/next", tag = "audit", operation_id = "next_audit_item",
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = BlindItem),
        (status = 204, description = "Nothing is left for you to judge"), Guarded))]
pub(crate) async fn next(
    State(app): State<App>,
    Reviewer(caller): Reviewer,
) -> Result<Response, Problem> {
    let item = app.audit.next_item(person(&caller)).await?;
    Ok(match item {
        Some(item) => Answer(BlindItem::wire(item)).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// Keeps a blind judgement, which is never changed, and shows the judge's verdict.
#[utoipa::path(post, path = "/api/audit/{item_id}/label", tag = "audit", operation_id = "label_audit_item",
    params(("item_id" = Uuid, Path)), request_body = Label,
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = Revealed), Guarded, BadBody, Missing, Clash))]
pub(crate) async fn label(
    State(app): State<App>,
    Reviewer(caller): Reviewer,
    Path(id): Path<Uuid>,
    Json(label): Json<Label>,
) -> Result<Answer<Revealed>, Problem> {
    let (who, item) = (person(&caller), AuditItemId(id));
    app.audit
        .label(who, item, label.level, label.seconds)
        .await?;
    Ok(Answer(Wire::wire(app.audit.reveal(who, item).await?)))
}

/// Shows the judge's verdict on an item that the caller has judged.
#[utoipa::path(get, path = "/api/audit/{item_id}", tag = "audit", operation_id = "reveal_audit_item",
    params(("item_id" = Uuid, Path)), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = Revealed), Guarded, Missing, Clash))]
pub(crate) async fn reveal(
    State(app): State<App>,
    Reviewer(caller): Reviewer,
    Path(id): Path<Uuid>,
) -> Result<Answer<Revealed>, Problem> {
    let revealed = app.audit.reveal(person(&caller), AuditItemId(id)).await?;
    Ok(Answer(Wire::wire(revealed)))
}

/// Keeps the judge's verdict or overrides it. The trail is append-only; the newest decision counts.
#[utoipa::path(post, path = "/api/audit/{item_id}/decide", tag = "audit", operation_id = "decide_audit_item",
    params(("item_id" = Uuid, Path)), request_body = WantedDecision,
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = AuditDecision), Guarded, BadBody, Missing, Clash))]
pub(crate) async fn decide(
    State(app): State<App>,
    Reviewer(caller): Reviewer,
    Path(id): Path<Uuid>,
    Json(wanted): Json<WantedDecision>,
) -> Result<Answer<AuditDecision>, Problem> {
    let decision = Decision {
        reason: wanted.reason.stored(),
        note: wanted.note,
        quote: wanted.quote,
        ruling: match wanted.override_level {
            Some(level) => Ruling::Override { level },
            None => Ruling::Keep,
        },
    };
    let (who, item) = (person(&caller), AuditItemId(id));
    let decided = app.audit.decide(who, item, &decision).await?;
    Ok(Answer(Wire::wire(decided)))
}

/// Says what an override would change.
#[utoipa::path(post, path = "/api/audit/{item_id}/preview", tag = "audit", operation_id = "preview_override",
    params(("item_id" = Uuid, Path)), request_body = WantedPreview,
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = Preview), Guarded, BadBody, Missing, Clash))]
pub(crate) async fn preview(
    State(app): State<App>,
    Reviewer(caller): Reviewer,
    Path(id): Path<Uuid>,
    Json(wanted): Json<WantedPreview>,
) -> Result<Answer<Preview>, Problem> {
    let item = AuditItemId(id);
    let preview = app
        .audit
        .preview(person(&caller), item, wanted.level)
        .await?;
    Ok(Answer(Wire::wire(preview)))
}

/// Says how far people agree with the judges, and with each other.
#[utoipa::path(get, path = "/api/audit/statistics", tag = "audit", operation_id = "get_audit_statistics",
    security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = AuditStatistics), Guarded))]
pub(crate) async fn statistics(
    State(app): State<App>,
    Reviewer(_reviewer): Reviewer,
) -> Result<Answer<AuditStatistics>, Problem> {
    Ok(Answer(Wire::wire(app.audit.statistics().await?)))
}

/// Lists decisions, newest first.
#[utoipa::path(get, path = "/api/audit/history", tag = "audit", operation_id = "list_audit_decisions",
    params(Page), security(("api_key" = []), ("session" = [])),
    responses((status = 200, body = AuditHistory), Guarded, BadParameter))]
pub(crate) async fn history(
    State(app): State<App>,
    Reviewer(caller): Reviewer,
    Query(page): Query<Page>,
) -> Result<Answer<AuditHistory>, Problem> {
    let cursor: Option<AuditDecisionId> = page.id()?;
    let trail = app
        .audit
        .history(person(&caller), cursor, page.limit())
        .await?;
    Ok(Answer(AuditHistory {
        items: Wire::wire(trail.items),
        next_cursor: trail.next_cursor.map(|id| id.to_string()),
    }))
}

fn person(caller: &accounts::Caller) -> Person {
    Person {
        account: caller.account_id,
        is_admin: caller.is_admin(),
    }
}

impl ReasonCode {
    fn stored(self) -> store::AuditCode {
        use store::AuditCode as Code;
        match self {
            Self::Agree => Code::Agree,
            Self::JudgeMissedEvidence => Code::JudgeMissedEvidence,
            Self::JudgeFabricatedOrMisquoted => Code::JudgeFabricatedOrMisquoted,
            Self::JudgeOverWeightedLengthOrStyle => Code::JudgeOverWeightedLengthOrStyle,
            Self::PositionOrOrderEffect => Code::PositionOrOrderEffect,
            Self::DomainKnowledge => Code::DomainKnowledge,
            Self::InjectionOrGaming => Code::InjectionOrGaming,
            Self::TieJudgedAsDifference => Code::TieJudgedAsDifference,
            Self::Other => Code::Other,
        }
    }
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        let detail = error.to_string();
        match error {
            AuditError::NotYours(_) | AuditError::NoSuchDecision(_) => {
                Self::not_found("audit item")
            }
            AuditError::NotLabelled => Self::conflict("not_labelled", detail),
            AuditError::AlreadyLabelled { .. } => Self::conflict("already_labelled", detail),
            AuditError::Outdated => Self::conflict("outdated", detail),
            AuditError::TooLarge { .. } => Self::conflict("preview_too_large", detail),
            AuditError::NothingRated => Self::conflict("nothing_rated", detail),
            AuditError::InvalidLevel(_) | AuditError::NothingToOverride(_) => {
                Self::invalid("/level", detail)
            }
            AuditError::AgreesAndOverrides => Self::invalid("/reason", detail),
            AuditError::TooLong { what, .. } => Self::invalid(format!("/{what}"), detail),
            AuditError::QuoteNotFound => Self::invalid("/quote", detail),
            AuditError::Store(error) => error.into(),
            AuditError::InvalidWeight(_) | AuditError::Broken(_) | AuditError::Rating(_) => {
                Self::internal(&error)
            }
        }
    }
}
