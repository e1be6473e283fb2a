//! `/audit`: people check a sample of judgements, blind first.

use accounts::{Caller, Scope};
use arena::audit::{AuditError, BlindItem, Decision, Preview, Revealed, Reviewer, Ruling};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use store::{AuditDecisionId, AuditItemId};
use uuid::Uuid;

use super::convert::audit as told;
use super::convert::judge::JudgeNames;
use super::form::Form;
use super::frame::{Frame, done, render, see_other, sentence};
use super::notice::Done;
use super::plan::Paged;
use crate::extract::{Path, Query};
use crate::view::audit::{AuditHistory, AuditItem, AuditQueue, AuditThanks};
use crate::view::layout::Section;
use crate::view::parts::{FieldError, Pager};
use crate::{App, Problem};

const ROWS: u32 = 25;

fn reviewer(caller: &Caller) -> Reviewer {
    Reviewer {
        account: caller.account_id,
        is_admin: caller.is_admin(),
    }
}

/// The queue. The reviewer is given a place in it for half an hour, the same one each time.
pub(super) async fn queue(State(app): State<App>, frame: Frame) -> Result<Response, Problem> {
    let who = reviewer(frame.permitted(Scope::Audit)?);
    let next = app.audit.next_item(who).await?;
    let statistics = app.audit.statistics().await?;
    let judges = JudgeNames::read(&app.store).await?;
    let (labels, reviewers) = told::labels(&statistics);
    render(&AuditQueue {
        layout: frame.layout("Audit", Section::Audit),
        next_item: next.map(|item| item.item_id.to_string()),
        labels,
        reviewers,
        stats: told::agreement(&statistics),
        judges: told::by_judge(statistics, &judges),
    })
}

/// Blind until the reviewer has judged, then with the judge's verdict.
pub(super) async fn item(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let (who, id) = (reviewer(frame.permitted(Scope::Audit)?), AuditItemId(id));
    match app.audit.reveal(who, id).await {
        Ok(revealed) => show_revealed(&app, &frame, revealed, None, Vec::new()).await,
        Err(AuditError::NotLabelled) => match app.audit.next_item(who).await? {
            Some(item) if item.item_id == id => show_blind(&frame, item, Vec::new()),
            Some(other) => Ok(see_other(&format!("/audit/{}", other.item_id))),
            None => Err(Problem::not_found("audit item")),
        },
        Err(error) => Err(error.into()),
    }
}

fn show_blind(
    frame: &Frame,
    item: BlindItem,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    render(&AuditItem {
        layout: frame.layout("Which plan is better?", Section::Audit),
        item_id: item.item_id.to_string(),
        a: told::card(item.left),
        b: told::card(item.right),
        position: None,
        revealed: None,
        errors,
    })
}

async fn show_revealed(
    app: &App,
    frame: &Frame,
    revealed: Revealed,
    preview: Option<Preview>,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    let judges = JudgeNames::read(&app.store).await?;
    let weight = app.audit.override_weight();
    render(&AuditItem {
        layout: frame.layout("What the judge said", Section::Audit),
        item_id: revealed.item_id.to_string(),
        revealed: Some(told::revealed(&revealed, preview, weight, &judges)),
        a: told::card(revealed.left),
        b: told::card(revealed.right),
        position: None,
        errors,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Label {
    level: Option<i8>,
    seconds: u32,
}

pub(super) async fn label(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
    Form(label): Form<Label>,
) -> Result<Response, Problem> {
    let (who, id) = (reviewer(frame.permitted(Scope::Audit)?), AuditItemId(id));
    let Some(level) = label.level else {
        return blind_again(&app, &frame, who, id).await;
    };
    match app.audit.label(who, id, level, label.seconds).await {
        // A second sending of the form: the first label stays, and is shown.
        Ok(()) | Err(AuditError::AlreadyLabelled { .. }) => Ok(see_other(&format!("/audit/{id}"))),
        Err(error) => Err(error.into()),
    }
}

async fn blind_again(
    app: &App,
    frame: &Frame,
    who: Reviewer,
    id: AuditItemId,
) -> Result<Response, Problem> {
    let error = FieldError {
        field: "level".to_owned(),
        message: "Choose one of the nine answers.".to_owned(),
    };
    match app.audit.next_item(who).await? {
        Some(item) if item.item_id == id => {
            let response = show_blind(frame, item, vec![error])?;
            Ok(unprocessable(response))
        }
        _ => Err(Problem::not_found("audit item")),
    }
}

fn unprocessable(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Decided {
    decision: String,
    reason: String,
    note: String,
    quote: String,
}

/// Keeps the verdict, or overrides it with the reviewer's own label.
pub(super) async fn decide(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
    Form(decided): Form<Decided>,
) -> Result<Response, Problem> {
    let (who, id) = (reviewer(frame.permitted(Scope::Audit)?), AuditItemId(id));
    let revealed = app.audit.reveal(who, id).await?;
    let made = match decided.decision(&revealed) {
        Ok(decision) => app
            .audit
            .decide(who, id, &decision)
            .await
            .map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => {
            app.wake.notify();
            thanks(&app, &frame, who, decided.is_override()).await
        }
        Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            let errors = vec![field_error(&problem)];
            let again = show_revealed(&app, &frame, revealed, None, errors).await?;
            Ok(unprocessable(again))
        }
        Err(problem) => Err(problem),
    }
}

impl Decided {
    fn is_override(&self) -> bool {
        self.decision == "override"
    }

    fn decision(&self, revealed: &Revealed) -> Result<Decision, Problem> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let reason = self.reason.parse();
        Ok(Decision {
            reason: reason.map_err(|_| Problem::invalid("reason", "choose a reason"))?,
            note: given(&self.note),
            quote: given(&self.quote),
            ruling: match self.decision.as_str() {
                "keep" => Ruling::Keep,
                "override" => Ruling::Override {
                    level: revealed.label,
                },
                _ => {
                    return Err(Problem::invalid(
                        "decision",
                        "say whether the verdict stands",
                    ));
                }
            },
        })
    }
}

fn field_error(problem: &Problem) -> FieldError {
    let field = problem.field.as_deref().unwrap_or_default();
    let field = match field.trim_start_matches('/') {
        known @ ("reason" | "note" | "quote") => known,
        _ => "decision",
    };
    FieldError {
        field: field.to_owned(),
        message: sentence(&problem.detail),
    }
}

async fn thanks(
    app: &App,
    frame: &Frame,
    who: Reviewer,
    overrode: bool,
) -> Result<Response, Problem> {
    let next = app.audit.next_item(who).await?;
    render(&AuditThanks {
        layout: frame.layout("Recorded", Section::Audit),
        overrode,
        next_item: next.map(|item| item.item_id.to_string()),
    })
}

/// The same page with what an override by the reviewer's own label would do.
pub(super) async fn preview(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let (who, id) = (reviewer(frame.permitted(Scope::Audit)?), AuditItemId(id));
    let revealed = app.audit.reveal(who, id).await?;
    let preview = app.audit.preview(who, id, revealed.label).await?;
    show_revealed(&app, &frame, revealed, Some(preview), Vec::new()).await
}

pub(super) async fn history(
    State(app): State<App>,
    frame: Frame,
    Query(paged): Query<Paged>,
) -> Result<Response, Problem> {
    let who = reviewer(frame.permitted(Scope::Audit)?);
    let cursor = match &paged.cursor {
        Some(cursor) => Some(cursor.parse().map_err(|_| {
            Problem::invalid(
                "cursor",
                "the cursor was not given by this server; leave it out",
            )
        })?),
        None => None,
    };
    let page = app.audit.history(who, cursor, ROWS).await?;
    let judges = JudgeNames::read(&app.store).await?;
    let (reader, now) = ((who.account, who.is_admin), app.clock.now());
    render(&AuditHistory {
        layout: frame.layout("Audit history", Section::Audit),
        rows: page
            .items
            .into_iter()
            .map(|entry| told::row(entry, &judges, reader, now))
            .collect(),
        pager: Pager {
            first: paged.cursor.map(|_| "/audit/history".to_owned()),
            next: page
                .next_cursor
                .map(|id| format!("/audit/history?cursor={id}")),
            ..Pager::default()
        },
    })
}

pub(super) async fn withdraw(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let who = reviewer(frame.permitted(Scope::Audit)?);
    app.audit
        .withdraw_decision(who, AuditDecisionId(id), None)
        .await?;
    app.wake.notify();
    Ok(done("/audit/history", Done::DecisionWithdrawn))
}
