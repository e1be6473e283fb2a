//! A service that makes plans: three stages without a model, and a ranking that takes everything.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use pipeline::artifacts::Artifacts;
use pipeline::profiles::Profiles;
use pipeline::ranking::{FinishedPlan, Ranking, RankingError};
use pipeline::{Pipeline, PipelineSettings, Stages};
use serde_json::{Value, json};
use store::PlanId;
use testkit::service::Client;

use crate::world::until;

pub(crate) const PROMPT: &str = "Build a footbridge over the canal in Ghent, Belgium, by May 2028 for EUR 2 million, \
     so that 4,000 people a day save a detour. The bank must stay open to boats. It is a success if 4,000 cross \
     daily. The heritage council has to agree.";

const SYSTEM: &str = "Answer with JSON only.\n";

const NOTES: &str = "---
title: Notes
phase: context
inputs: []
outputs:
  - file: notes.json
  - file: notes.md
    markdown: true
max_output_tokens: 500
schema:
  type: object
  additionalProperties: false
  required: [summary]
  properties:
    summary: { type: string, title: Summary, description: What the prompt says }
---
# System
You take notes.
# User
Note what the prompt says.
# Offline
{\"summary\": {{ prompt|tojson }} }
";

const OUTLINE: &str = "---
title: Outline
phase: planning
inputs: [notes.json]
outputs:
  - file: outline.json
  - file: outline.md
    markdown: true
max_output_tokens: 500
schema:
  type: object
  additionalProperties: false
  required: [steps]
  properties:
    steps: { type: array, title: Steps, items: { type: string } }
---
# System
You plan.
# User
Outline the work.
# Offline
{\"steps\": [\"Survey\", {{ inputs['notes.json'].summary|tojson }}]}
";

const REPORT: &str = "---
title: Report
phase: closing
inputs: [\"*\"]
outputs:
  - file: report.html
  - file: report.md
code: report
---
";

pub(crate) fn settings() -> PipelineSettings {
    let file = |(id, text): (&str, &str)| (id.to_owned(), text.as_bytes().to_vec());
    let files = [
        ("_system", SYSTEM),
        ("notes", NOTES),
        ("outline", OUTLINE),
        ("report", REPORT),
    ];
    let files: BTreeMap<String, Vec<u8>> = files.into_iter().map(file).collect();
    let stages = Stages::of_files(files).expect("the stages of this test");
    PipelineSettings::new(stages, Artifacts::in_memory(), Profiles::offline(), [7; 32])
}

/// The handlers of the jobs that make plans.
pub(crate) fn handlers(pipeline: &Pipeline) -> Vec<Arc<dyn queue::Handler>> {
    pipeline::work::handlers(pipeline, Arc::new(TakesAll))
}

struct TakesAll;

#[async_trait]
impl Ranking for TakesAll {
    async fn submit(&self, plan: FinishedPlan) -> Result<PlanId, RankingError> {
        Ok(plan.plan_id)
    }
}

/// A private plan of this client's; its id.
pub(crate) async fn asked(client: &Client) -> String {
    let wish = json!({ "prompt": PROMPT, "visibility": "private" });
    let taken = client.post_json("/api/plans", &wish).await;
    taken.with(202).json()["plan_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The same, when it is complete.
pub(crate) async fn made(client: &Client) -> String {
    let id = asked(client).await;
    settled(client, &id, "completed").await;
    id
}

pub(crate) async fn settled(client: &Client, id: &str, state: &str) -> Value {
    let is_so = |run: &Value| run["state"] == state;
    until(client, &format!("/api/plans/{id}/run"), is_so).await
}
