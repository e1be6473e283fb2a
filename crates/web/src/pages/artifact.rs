//! `/plans/{id}/files`: what a run has written, to read, to edit, and to write again what an edit
//! has put out of date.

use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use pipeline::service::{Artifact, RunState, RunStatus};
use serde::Deserialize;
use store::PlanId;
use uuid::Uuid;

use super::convert::artifact::{self as told, MAX_FORM_BYTES};
use super::convert::run::state;
use super::frame::{Frame, done, render, sentence};
use super::notice::Done;
use crate::caller::Submitter;
use crate::extract::{Path, Query};
use crate::view::artifact::{ArtifactPage, Body, EditForm, Files};
use crate::view::layout::Section;
use crate::view::parts::FieldError;
use crate::{App, Problem, delivery, generation};

pub(super) async fn list(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let viewer = generation::viewer(&frame.caller);
    let run = app.pipeline.status(viewer, PlanId(id)).await?;
    let files = app.pipeline.files(viewer, PlanId(id)).await?;
    render(&Files {
        layout: frame.layout(format!("Files of {}", run.title), Section::Plans),
        plan_id: id.to_string(),
        state: state(run.state),
        groups: told::groups(&run, files),
        regenerate: told::regenerate(&run).filter(|_| is_owner(&frame, &run)),
        complete: run.state == RunState::Completed,
        title: run.title,
    })
}

fn is_owner(frame: &Frame, run: &RunStatus) -> bool {
    let caller = frame.caller.0.as_ref();
    caller.is_some_and(|caller| {
        let owns = caller.account_id == run.owner_id || caller.is_admin();
        owns && caller.may(accounts::Scope::Submit)
    })
}

/// How to look at a file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Look {
    edit: Option<String>,
    raw: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    frame: Frame,
    headers: HeaderMap,
    Path((id, name)): Path<(Uuid, String)>,
    Query(look): Query<Look>,
) -> Result<Response, Problem> {
    let viewer = generation::viewer(&frame.caller);
    let file = app.pipeline.read(viewer, PlanId(id), &name).await?;
    if look.raw.is_some() {
        return Ok(delivery::attached(&headers, file));
    }
    let run = app.pipeline.status(viewer, PlanId(id)).await?;
    let wants = look.edit.is_some() && is_owner(&frame, &run);
    let editing = wants.then(|| EditForm {
        content: told::form_text(&file.bytes),
        sha256: file.info.sha256.clone(),
        errors: Vec::new(),
        conflict: false,
    });
    render(&view(&frame, &run, file, editing))
}

fn view(frame: &Frame, run: &RunStatus, file: Artifact, editing: Option<EditForm>) -> ArtifactPage {
    let is_owner = is_owner(frame, run);
    let is_still = run.state.is_final();
    let (body, cut) = match editing {
        Some(_) => (Body::Bytes, false),
        None => told::body(&file),
    };
    ArtifactPage {
        layout: frame.layout(file.info.file.clone(), Section::Plans),
        plan_id: run.plan_id.to_string(),
        title: run.title.clone(),
        can_edit: is_owner && is_still && !matches!(body, Body::Report),
        can_revert: is_owner && is_still && file.info.edited,
        affects: told::affected(run, &file.info.stage),
        regenerate: told::regenerate(run).filter(|_| is_owner),
        sha256: file.info.sha256.clone(),
        file: told::row(run, file.info),
        body,
        cut,
        editing,
    }
}

/// What the form of an edit sent.
#[derive(Debug, Default)]
struct Sent {
    sha256: String,
    content: Option<String>,
    file: Option<Vec<u8>>,
}

impl Sent {
    async fn read(app: &App, mut form: Multipart) -> Result<Self, Problem> {
        let unreadable = |_| {
            let detail = "the form did not arrive whole; send it again";
            Problem::bad_request("unreadable_body", detail)
        };
        let mut sent = Self::default();
        while let Some(field) = form.next_field().await.map_err(unreadable)? {
            let name = field.name().unwrap_or_default().to_owned();
            let upload = app.uploads().collect(field, delivery::MAX_FILE).await?;
            let text = || String::from_utf8_lossy(&upload.bytes).into_owned();
            match name.as_str() {
                "sha256" => sent.sha256 = text(),
                // Forms end lines in two characters.
                "content" => sent.content = Some(text().replace("\r\n", "\n")),
                // A field for a file that nobody chose is empty.
                "file" if !upload.bytes.is_empty() => sent.file = Some(upload.bytes),
                _ => {}
            }
        }
        Ok(sent)
    }

    fn bytes(&self) -> Result<Vec<u8>, Problem> {
        let content = self.content.as_ref().map(|text| text.clone().into_bytes());
        self.file
            .clone()
            .or(content)
            .ok_or_else(|| Problem::invalid("file", "choose a file"))
    }
}

pub(super) async fn edit(
    State(app): State<App>,
    frame: Frame,
    Path((id, name)): Path<(Uuid, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = frame.permitted(accounts::Scope::Submit)?;
    let viewer = generation::owner(caller);
    // Whoever may not see the file is told so before anything is read.
    app.pipeline.read(viewer, PlanId(id), &name).await?;
    let form = Multipart::from_request(request, &app).await.map_err(|_| {
        let detail = "the form could not be read; open the page again and resend it";
        Problem::invalid("form", detail)
    })?;
    let sent = Sent::read(&app, form).await?;
    let known = Some(sent.sha256.as_str()).filter(|hash| !hash.is_empty());
    let saved = match sent.bytes() {
        Ok(bytes) => {
            let edited = app.pipeline.edit(viewer, PlanId(id), &name, bytes, known);
            edited.await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(_) => Ok(done(&format!("/plans/{id}/files/{name}"), Done::FileEdited)),
        Err(problem) if problem.status == 409 || problem.status == 422 || problem.status == 413 => {
            again(&app, &frame, (id, &name), sent, &problem).await
        }
        Err(problem) => Err(problem),
    }
}

/// The form once more, with what was typed. Saving it then replaces what is there now.
async fn again(
    app: &App,
    frame: &Frame,
    (id, name): (Uuid, &str),
    sent: Sent,
    problem: &Problem,
) -> Result<Response, Problem> {
    let viewer = generation::viewer(&frame.caller);
    let run = app.pipeline.status(viewer, PlanId(id)).await?;
    let file = app.pipeline.read(viewer, PlanId(id), name).await?;
    let conflict = problem.code == "changed_meanwhile";
    let field = if sent.file.is_some() {
        "file"
    } else {
        "content"
    };
    let typed = sent.content.filter(|text| text.len() <= MAX_FORM_BYTES);
    let error = FieldError {
        field: field.to_owned(),
        message: sentence(&problem.detail),
    };
    let editing = EditForm {
        content: typed.or_else(|| told::form_text(&file.bytes)),
        sha256: file.info.sha256.clone(),
        errors: if conflict { Vec::new() } else { vec![error] },
        conflict,
    };
    let mut response = render(&view(frame, &run, file, Some(editing)))?;
    *response.status_mut() = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
    Ok(response)
}

pub(super) async fn revert(
    State(app): State<App>,
    Submitter(caller): Submitter,
    Path((id, name)): Path<(Uuid, String)>,
) -> Result<Response, Problem> {
    let viewer = generation::owner(&caller);
    app.pipeline.revert(viewer, PlanId(id), &name).await?;
    Ok(done(
        &format!("/plans/{id}/files/{name}"),
        Done::FileReverted,
    ))
}
