//! `/submit`: a file or pasted JSON. What was wrong is said beside its field, and what was typed
//! stays.

use std::future::ready;

use accounts::Quota;
use axum::body::Bytes;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use store::Visibility;

use super::frame::{Frame, done, render, sentence};
use super::notice::Done;
use crate::body::Upload;
use crate::submission::{self, Packing, Wish};
use crate::view::layout::Section;
use crate::view::parts::FieldError;
use crate::view::submit::{QuotaLine, Submit, SubmitValues};
use crate::{App, Problem};

const MAX_TEXT_BYTES: usize = 800;
const MAX_TEXT_CHARS: usize = 200;
/// The reader's own limit for a document.
const MAX_JSON: usize = 16 * 1024 * 1024;
/// JSON that is longer isn't sent back with its errors: the page would not stay small.
const MAX_KEPT: usize = 48 * 1024;

pub(super) async fn page(State(app): State<App>, frame: Frame) -> Result<Response, Problem> {
    show(&app, &frame, SubmitValues::default(), Vec::new()).await
}

async fn show(
    app: &App,
    frame: &Frame,
    mut values: SubmitValues,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    if values.json.len() > MAX_KEPT {
        values.json.clear();
    }
    let quotas = match &frame.caller.0 {
        Some(caller) => app.accounts.quotas(caller.account_id).await?,
        None => Vec::new(),
    };
    render(&Submit {
        layout: frame.layout("Submit a plan", Section::Submit),
        values,
        errors,
        max_bytes: app.config.max_upload as u64,
        quotas: quotas.iter().map(quota).collect(),
        base_url: app.config.origin(),
    })
}

fn quota(quota: &Quota) -> QuotaLine {
    let name = match quota.rule {
        accounts::Rule::RanksPerMinute => "submissions a minute",
        accounts::Rule::NewFamiliesPerDay => "new families of plans a day",
        accounts::Rule::RequestsPerMinute => "requests a minute",
        accounts::Rule::LoginsPerMinute => "logins a minute",
    };
    QuotaLine {
        name: name.to_owned(),
        left: u64::from(quota.limit.saturating_sub(quota.used)),
        limit: u64::from(quota.limit),
    }
}

/// What the form sent.
#[derive(Debug, Default)]
struct Sent {
    values: SubmitValues,
    /// With the name that it had in its folder.
    file: Option<(Upload, String)>,
    json: Option<Upload>,
}

pub(super) async fn send(
    State(app): State<App>,
    frame: Frame,
    request: Request,
) -> Result<Response, Problem> {
    let caller = frame.permitted(accounts::Scope::Submit)?;
    let form = Multipart::from_request(request, &app).await.map_err(|_| {
        let detail = "the form could not be read; open the page again and resend it";
        Problem::invalid("form", detail)
    })?;
    let mut sent = Sent::default();
    let read = sent.read(&app, form).await;
    let values = sent.values.clone();
    let field = if sent.file.is_some() { "file" } else { "json" };
    let taken = match read.and_then(|()| sent.wish()) {
        Ok((wish, upload)) => submission::submit(&app, caller, wish, ready(Ok(upload))).await,
        Err(problem) => Err(problem),
    };
    match taken {
        Ok(accepted) => {
            let what = if accepted.created {
                Done::Submitted
            } else {
                Done::KnownPlan
            };
            Ok(done(&format!("/plans/{}", accepted.plan_id), what))
        }
        Err(problem) if problem.status().is_client_error() => {
            again(&app, &frame, values, field, &problem).await
        }
        Err(problem) => Err(problem),
    }
}

impl Sent {
    async fn read(&mut self, app: &App, mut form: Multipart) -> Result<(), Problem> {
        while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
            match field.name().unwrap_or_default() {
                "file" => {
                    let name = field.file_name().unwrap_or_default().to_owned();
                    let upload = app.uploads().collect(field, app.config.max_upload).await?;
                    // A field for a file that nobody chose is empty.
                    self.file = (!upload.bytes.is_empty()).then_some((upload, name));
                }
                "json" => {
                    let limit = MAX_JSON.min(app.config.max_upload);
                    let upload = app.uploads().collect(field, limit).await?;
                    if upload.bytes.len() <= MAX_KEPT {
                        self.values.json = String::from_utf8_lossy(&upload.bytes).into_owned();
                    }
                    self.json = Some(upload);
                }
                "title" => self.values.title = text(field, "title").await?,
                "external_id" => self.values.external_id = text(field, "external_id").await?,
                "visibility" => self.values.private = text(field, "visibility").await? == "private",
                _ => {}
            }
        }
        Ok(())
    }

    /// The plan and how it is to be taken. A file counts before pasted JSON.
    fn wish(self) -> Result<(Wish, Upload), Problem> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let typed_name = given(&self.values.title);
        let (upload, name) = match (self.file, self.json) {
            (Some((upload, file_name)), _) => (upload, typed_name.or_else(|| stem(&file_name))),
            (None, Some(json)) if !json.bytes.trim_ascii().is_empty() => (json, typed_name),
            _ => {
                return Err(Problem::invalid(
                    "file",
                    "choose a file, or paste plan JSON",
                ));
            }
        };
        let wish = Wish {
            packing: packing(&upload.bytes),
            visibility: if self.values.private {
                Visibility::Private
            } else {
                Visibility::Public
            },
            external_id: given(&self.values.external_id),
            name,
            idempotency_key: None,
        };
        Ok((wish, upload))
    }
}

/// By the first bytes: browsers and people name files as they like.
fn packing(bytes: &[u8]) -> Packing {
    if bytes.starts_with(b"PK") {
        Packing::Zip
    } else {
        Packing::Json
    }
}

/// The name of a file without its extension.
fn stem(file_name: &str) -> Option<String> {
    let stem = std::path::Path::new(file_name).file_stem()?.to_str()?;
    let stem: String = stem.chars().filter(|c| !c.is_control()).take(100).collect();
    Some(stem.trim().to_owned()).filter(|stem| !stem.is_empty())
}

async fn text(mut field: Field<'_>, name: &'static str) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| unreadable())? {
        let chunk: Bytes = chunk;
        if bytes.len() + chunk.len() > MAX_TEXT_BYTES {
            return Err(too_long(name));
        }
        bytes.extend_from_slice(&chunk);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(too_long(name));
    }
    Ok(text)
}

fn too_long(field: &'static str) -> Problem {
    Problem::invalid(field, "give at most 200 characters")
}

fn unreadable() -> Problem {
    let detail = "the form did not arrive whole; send it again";
    Problem::bad_request("unreadable_body", detail)
}

/// The form once more, with what was wrong.
async fn again(
    app: &App,
    frame: &Frame,
    values: SubmitValues,
    plan_field: &str,
    problem: &Problem,
) -> Result<Response, Problem> {
    let error = field_error(plan_field, problem);
    let mut response = show(app, frame, values, vec![error]).await?;
    *response.status_mut() = match problem.status() {
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT => StatusCode::UNPROCESSABLE_ENTITY,
        other => other,
    };
    if let Some(secs) = problem.retry_after_secs {
        response.headers_mut().insert(RETRY_AFTER, secs.into());
    }
    Ok(response)
}

/// A pointer into the plan is told beside the field that holds the plan.
fn field_error(plan_field: &str, problem: &Problem) -> FieldError {
    let detail = sentence(&problem.detail);
    let (field, message) = match problem.field.as_deref() {
        Some(own @ ("file" | "json" | "title" | "external_id")) => (own, detail),
        _ => (plan_field, detail),
    };
    FieldError {
        field: field.to_owned(),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_told_from_a_zip_by_its_bytes_and_named_after_its_file() {
        assert_eq!(packing(b"PK\x03\x04"), Packing::Zip);
        assert_eq!(packing(b" {\"title\": 1}"), Packing::Json);
        assert_eq!(packing(b""), Packing::Json);
        assert_eq!(stem("bus audit.zip").as_deref(), Some("bus audit"));
        assert_eq!(stem("a/b\u{0}c.json").as_deref(), Some("bc"));
        assert_eq!(stem(""), None);
    }
}
