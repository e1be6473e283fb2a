//! The work of a stage: its calls side by side, or its function.

use std::collections::BTreeMap;

use futures::future::join_all;
use queue::Stop;
use serde_json::Value;

use super::drive::{Drive, Made, verdict};
use super::fresh::Ledger;
use super::inputs::{Shared, read};
use crate::author::{Fault, Question, broken_stage};
use crate::failure::{FailureReason, RunFailure};
use crate::stage::Prompt;
use crate::template::Scope;
use crate::{CallRecord, CodeInput, Stage, StageRecord, code, fan_out, journal};

/// One call of a stage.
struct Call<'a> {
    stage: &'a Stage,
    prompt: &'a Prompt,
    shared: &'a Shared<'a>,
    index: usize,
    items: Vec<Value>,
    /// Requested with the run's, or when another call of the stage has failed.
    halt: Stop,
}

impl Drive<'_> {
    /// Makes all calls of a stage.
    pub(super) async fn ask(&self, stage: &Stage, prompt: &Prompt) -> Result<Made, Fault> {
        let shared = Shared::new(stage, self.runner.checkpoints);
        let batches = self.batches(stage, prompt, &shared).await?;
        let mut record = self.begin(stage, batches.len()).await?;
        let halt = self.halt.child();
        let calls = batches.into_iter().enumerate().map(|(index, items)| {
            self.call(Call {
                stage,
                prompt,
                shared: &shared,
                index,
                items,
                halt: halt.clone(),
            })
        });
        let answers = sorted(join_all(calls).await)?;
        for (_, call) in &answers {
            record.add(call);
        }
        let answers: Vec<Value> = answers.into_iter().map(|(answer, _)| answer).collect();
        let gate = prompt.gate.as_ref().zip(answers.first());
        Ok(Made {
            closed: gate.and_then(|(gate, answer)| verdict(stage, gate, answer)),
            outputs: fan_out::outputs(stage, prompt, answers)
                .map_err(|message| broken_stage(stage, &message))?,
            record,
        })
    }

    async fn batches(
        &self,
        stage: &Stage,
        prompt: &Prompt,
        shared: &Shared<'_>,
    ) -> Result<Vec<Vec<Value>>, Fault> {
        let Some(each) = &prompt.each else {
            return Ok(vec![Vec::new()]);
        };
        let inputs = shared.get().await?;
        let source = inputs.values.get(&each.from).unwrap_or(&Value::Null);
        fan_out::batches(each, source, self.runner.spec.mode)
            .map_err(|message| broken_stage(stage, &message))
    }

    async fn begin(&self, stage: &Stage, calls: usize) -> Result<StageRecord, Fault> {
        let calls_total = u32::try_from(calls).unwrap_or(u32::MAX);
        let now = self.runner.clock.now();
        self.runner
            .checkpoints
            .begin(&stage.id, calls_total, now)
            .await?;
        Ok(StageRecord {
            stage: stage.id.clone(),
            calls_total,
            started_at: Some(now),
            ..StageRecord::default()
        })
    }

    async fn call(&self, call: Call<'_>) -> Result<(Value, CallRecord), Fault> {
        let result = self.answered(&call).await;
        if result.is_err() {
            call.halt.request();
        }
        result
    }

    async fn answered(&self, call: &Call<'_>) -> Result<(Value, CallRecord), Fault> {
        let slot = tokio::select! {
            biased;
            () = call.halt.requested() => return Err(Fault::Interrupted),
            slot = self.runner.calls.take(self.urgency(call.stage)) => slot,
        };
        let inputs = call.shared.get().await?;
        let spec = self.runner.spec;
        let question = Question {
            stages: self.runner.stages,
            stage: call.stage,
            prompt: call.prompt,
            scope: Scope {
                prompt: &spec.prompt,
                facts: self.facts,
                mode: spec.mode,
                start_date: spec.start_date,
                inputs: &inputs.values,
                items: &call.items,
                index: call.index,
            },
            shown: &inputs.shown(call.stage),
            nonce_secret: &spec.nonce_secret,
        };
        let (answer, taken) =
            journal::of_stage(&call.stage.id, self.runner.author.answer(question)).await?;
        drop(slot);
        let now = self.runner.clock.now();
        self.runner
            .checkpoints
            .call_done(&call.stage.id, &taken, now)
            .await?;
        Ok((answer, taken))
    }

    /// Runs the function of a stage, away from the tasks that wait for models.
    pub(super) async fn compute(
        &self,
        stage: &Stage,
        name: &str,
        ledger: &Ledger<'_>,
    ) -> Result<Made, Fault> {
        let function = code::lookup(name)
            .ok_or_else(|| broken_stage(stage, &format!("code: there is no function {name:?}")))?;
        let record = self.begin(stage, 0).await?;
        let mut files = BTreeMap::new();
        for file in ledger.inputs(stage) {
            let bytes = read(stage, &file.file, self.runner.checkpoints).await?;
            files.insert(file.file.clone(), bytes);
        }
        let spec = self.runner.spec.clone();
        let provenance = self.provenance(stage, ledger);
        let task = tokio::task::spawn_blocking(move || {
            function(&CodeInput {
                prompt: &spec.prompt,
                mode: spec.mode,
                start_date: spec.start_date,
                title: &spec.title,
                files: &files,
                provenance: &provenance,
            })
        });
        let outputs = match task.await {
            Ok(Ok(outputs)) => complete(stage, outputs)?,
            Ok(Err(message)) => return Err(not_computed(stage, message)),
            Err(_) => return Err(not_computed(stage, "the function broke off".into())),
        };
        Ok(Made {
            record,
            outputs,
            closed: None,
        })
    }

    /// The records of what a stage builds on, in order and without times: what is computed from them
    /// is the same whenever it is.
    fn provenance(&self, stage: &Stage, ledger: &Ledger<'_>) -> Vec<StageRecord> {
        let needed = self
            .graph
            .needs(&stage.id)
            .filter_map(|id| ledger.records.get(id));
        needed
            .map(|record| StageRecord {
                started_at: None,
                finished_at: None,
                ..record.clone()
            })
            .collect()
    }
}

/// All answers in order, or the fault that says most.
fn sorted<T>(results: Vec<Result<T, Fault>>) -> Result<Vec<T>, Fault> {
    let mut interrupted = false;
    let mut done = Vec::with_capacity(results.len());
    for result in results {
        match result {
            Ok(answer) => done.push(answer),
            Err(Fault::Interrupted) => interrupted = true,
            Err(fault) => return Err(fault),
        }
    }
    if interrupted {
        Err(Fault::Interrupted)
    } else {
        Ok(done)
    }
}

/// Exactly the files that the stage says it writes.
fn complete(
    stage: &Stage,
    outputs: Vec<(String, Vec<u8>)>,
) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let written = |file: &str| outputs.iter().filter(|(name, _)| name == file).count() == 1;
    let missing = stage.outputs.iter().find(|output| !written(&output.file));
    match missing {
        None if outputs.len() == stage.outputs.len() => Ok(outputs),
        None => Err(broken_stage(
            stage,
            "code: it writes files that it doesn't name",
        )),
        Some(output) => Err(broken_stage(
            stage,
            &format!("code: it must write {} once", output.file),
        )),
    }
}

/// A function fails on what an edit made unreadable.
fn not_computed(stage: &Stage, message: String) -> Fault {
    Fault::Failed(RunFailure {
        reason: FailureReason::BadStage,
        stage: Some(stage.id.clone()),
        message,
        recoverable: true,
    })
}
