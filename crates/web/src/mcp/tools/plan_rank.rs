//! Ranking: of a plan that is here, how far it is; of one brought along, taking it.

use accounts::Scope;
use arena::status::{Phase, PlanStatus, plan_status};
use arena::views;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt;
use pipeline::service::{PipelineError, RunState, RunStatus};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use store::{PlanId, Visibility};

use super::standing::Place;
use super::{Call, Definition, Done, Effect, cut, of_pipeline, result};
use crate::body::Upload;
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::{Fault, Wrong};
use crate::mcp::schema::output_schema;
use crate::submission::{self, Packing, Wish};

/// A zip of 12 MiB.
const MAX_BASE64: usize = 16 * 1024 * 1024;
const MAX_NOTES: usize = 5;

pub(super) const TOOL: Definition = Definition {
    name: "plan_rank",
    title: "Rank a plan",
    description: "Ranks a plan brought along: plan JSON, or a PlanExe run zip in base64. Give exactly one of the first \
                  three. With plan_id, says how far its ranking is; generated plans are ranked by themselves.",
    fields: &[
        Field::optional("plan_id", Kind::PlanId, ""),
        Field::optional("plan", Kind::Object, "title, prompt, wbs…: see /docs"),
        Field::optional("zip_base64", Kind::Base64 { max: MAX_BASE64 }, ""),
        Field::optional("visibility", Kind::Word(&["public", "private"]), ""),
        Field::optional("external_id", Kind::Text { min: 1, max: 200 }, ""),
    ],
    output: output_schema::<Ranking>,
    effect: Effect::Sets,
    scope: Some(Scope::Submit),
    answer: |context: &Context, arguments: Arguments, _: Call| answer(context, arguments).boxed(),
};

#[derive(Debug, Serialize, JsonSchema)]
struct Ranking {
    plan_id: String,
    phase: &'static str,
    /// False for content that was known.
    created: Option<bool>,
    detail: Option<String>,
    comparisons_done: u64,
    comparisons_planned: u64,
    #[schemars(extend("properties" = {}))]
    place: Option<Place>,
    notes: Option<Vec<String>>,
    next_tool: &'static str,
    next_step: &'static str,
}

async fn answer(context: &Context, arguments: Arguments) -> Result<Done, Fault> {
    let (id, upload) = (arguments.plan("plan_id"), brought(&arguments)?);
    match (id, upload) {
        (Some(id), None) => known(context, id).await,
        (None, Some((packing, bytes))) => {
            let wish = Wish {
                packing,
                visibility: match arguments.text("visibility") {
                    Some("private") => Visibility::Private,
                    _ => Visibility::Public,
                },
                external_id: arguments.text("external_id").map(str::to_owned),
                name: None,
                idempotency_key: None,
            };
            submit(context, wish, bytes).await
        }
        _ => Err(exactly_one()),
    }
}

fn brought(arguments: &Arguments) -> Result<Option<(Packing, Vec<u8>)>, Fault> {
    let zip = arguments.text("zip_base64");
    match (arguments.value("plan"), zip) {
        (Some(_), Some(_)) => Err(exactly_one()),
        (Some(plan), None) => Ok(Some((Packing::Json, plan.to_string().into_bytes()))),
        (None, Some(text)) => {
            let bytes = STANDARD.decode(text.trim()).map_err(|_| {
                let expected =
                    "the bytes of a zip in base64 (RFC 4648, section 4), without line breaks";
                Fault::argument("zip_base64", expected, json!("UEsDBBQ…"))
            })?;
            Ok(Some((Packing::Zip, bytes)))
        }
        (None, None) => Ok(None),
    }
}

fn exactly_one() -> Fault {
    let wrong = |field: &str, what: &str, example: Value| Wrong {
        field: field.to_owned(),
        expected: format!("exactly one of plan_id, plan and zip_base64: {what}"),
        example: Some(example),
    };
    Fault::arguments(vec![
        wrong(
            "plan_id",
            "a plan that is here",
            json!("01936b2e-7c1f-7d3a-8f10-2b6f5a0c9d11"),
        ),
        wrong(
            "plan",
            "a plan as JSON",
            json!({ "title": "…", "prompt": "…" }),
        ),
        wrong("zip_base64", "the zip of a run", json!("UEsDBBQ…")),
    ])
    .next("plan_rank")
}

async fn known(context: &Context, id: PlanId) -> Result<Done, Fault> {
    let runs = &context.app.pipeline;
    let ranked = match runs.status(context.run_viewer(), id).await {
        Ok(run) => match run.ranked_plan_id {
            Some(ranked) => ranked,
            None => return Ok(result(&unranked(&run))),
        },
        Err(PipelineError::NotFound) => id,
        Err(error) => return Err(of_pipeline(context, error)),
    };
    Ok(result(&ranking(context, ranked, None, None).await?))
}

/// A generated plan that isn't among the ranked ones yet: it is being made, or is handed over in
/// this moment, or the ranking has refused it.
fn unranked(run: &RunStatus) -> Ranking {
    let made = run.state == RunState::Completed;
    let (next_tool, next_step) = match &run.ranking_note {
        Some(_) => ("plan_file_info", "read the plan; it is not ranked"),
        None if made => ("plan_rank", "ask again with plan_id in 10 seconds"),
        None => super::run::next(run),
    };
    let detail = match &run.ranking_note {
        Some(note) => cut(note, 300),
        None if made => "the plan is completed and about to enter the ranking".to_owned(),
        None => format!(
            "the plan is {}; it enters the ranking when it is completed",
            run.state
        ),
    };
    Ranking {
        plan_id: run.plan_id.to_string(),
        phase: match (&run.ranking_note, made) {
            (Some(_), _) => "failed",
            (None, true) => "queued",
            (None, false) => "generating",
        },
        created: None,
        detail: Some(detail),
        comparisons_done: 0,
        comparisons_planned: 0,
        place: None,
        notes: None,
        next_tool,
        next_step,
    }
}

async fn submit(context: &Context, wish: Wish, bytes: Vec<u8>) -> Result<Done, Fault> {
    let caller = context.known(Scope::Submit)?;
    let upload = std::future::ready(Ok(Upload { bytes, held: None }));
    let accepted = submission::submit(&context.app, caller, wish, upload).await;
    let accepted = accepted.map_err(|problem| context.fault(problem))?;
    let warnings = accepted.warnings.len();
    let mut notes: Vec<String> = accepted.notes.into_iter().take(MAX_NOTES).collect();
    if warnings > 0 {
        notes.push(format!("the reader could not use {warnings} parts of it"));
    }
    let created = Some(accepted.created);
    let ranking = ranking(context, accepted.plan_id, created, Some(notes)).await?;
    Ok(result(&ranking))
}

async fn ranking(
    context: &Context,
    id: PlanId,
    created: Option<bool>,
    notes: Option<Vec<String>>,
) -> Result<Ranking, Fault> {
    let store = &context.app.store;
    let view = views::plan(store, context.viewer(), id).await;
    let view = view.map_err(|error| context.fault(error))?;
    let status = plan_status(store, id).await;
    let status = status.map_err(|error| context.fault(error))?;
    let status = status.ok_or_else(Fault::plan_not_found)?;
    let place = view.standing.elo.is_some().then_some(view.standing);
    Ok(Ranking {
        place: place.map(|row| Place::of(context, &row)),
        created,
        notes: notes.filter(|notes| !notes.is_empty()),
        ..of_status(status)
    })
}

fn of_status(status: PlanStatus) -> Ranking {
    let (next_tool, next_step) = match status.phase {
        Phase::Queued | Phase::Extracting | Phase::Comparing => {
            ("plan_rank", "ask again with plan_id in 10 seconds")
        }
        Phase::Provisional | Phase::Rated => {
            ("plan_metrics", "see its KPIs and what would raise it")
        }
        Phase::Failed => (
            "send_feedback",
            "report that the plan could not be measured",
        ),
        Phase::Withdrawn | Phase::Quarantined => ("plan_list", "it is hidden; choose another plan"),
    };
    Ranking {
        plan_id: status.plan_id.to_string(),
        phase: word(status.phase),
        created: None,
        detail: status.detail.map(|detail| cut(&detail, 300)),
        comparisons_done: status.comparisons_done,
        comparisons_planned: status.comparisons_planned,
        place: None,
        notes: None,
        next_tool,
        next_step,
    }
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Queued => "queued",
        Phase::Extracting => "extracting",
        Phase::Comparing => "comparing",
        Phase::Provisional => "provisional",
        Phase::Rated => "rated",
        Phase::Failed => "failed",
        Phase::Withdrawn => "withdrawn",
        Phase::Quarantined => "quarantined",
    }
}
