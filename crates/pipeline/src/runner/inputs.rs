//! What the calls of a stage read, loaded when a call begins and dropped with the last that uses it.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use serde_json::Value;
use tokio::sync::Mutex;

use crate::author::Fault;
use crate::failure::{FailureReason, RunFailure};
use crate::{Checkpoints, Stage};

/// The inputs of one stage.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// As they are, by name.
    texts: BTreeMap<String, String>,
    /// Parsed JSON, or the text of files that are none.
    pub(super) values: BTreeMap<String, Value>,
}

/// Loads inputs once for all calls that are under way at the same time: fifty runs must not keep
/// what nobody reads.
pub(super) struct Shared<'a> {
    stage: &'a Stage,
    checkpoints: &'a dyn Checkpoints,
    loaded: Mutex<Weak<Inputs>>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(stage: &'a Stage, checkpoints: &'a dyn Checkpoints) -> Self {
        Self {
            stage,
            checkpoints,
            loaded: Mutex::default(),
        }
    }

    pub(super) async fn get(&self) -> Result<Arc<Inputs>, Fault> {
        let mut loaded = self.loaded.lock().await;
        if let Some(inputs) = loaded.upgrade() {
            return Ok(inputs);
        }
        let inputs = Arc::new(Inputs::load(self.stage, self.checkpoints).await?);
        *loaded = Arc::downgrade(&inputs);
        Ok(inputs)
    }
}

impl Inputs {
    async fn load(stage: &Stage, checkpoints: &dyn Checkpoints) -> Result<Self, Fault> {
        let mut inputs = Self::default();
        for file in stage.reads() {
            let bytes = read(stage, file, checkpoints).await?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let value = if is_json(file) {
                serde_json::from_str(&text)
                    .map_err(|error| unreadable(stage, file, &format!("is not JSON ({error})")))?
            } else {
                Value::String(text.clone())
            };
            inputs.values.insert(file.to_owned(), value);
            inputs.texts.insert(file.to_owned(), text);
        }
        Ok(inputs)
    }

    /// What a model is shown, in the order of the stage's inputs. The request itself is shown
    /// without being asked for.
    pub(super) fn shown<'a>(&'a self, stage: &'a Stage) -> Vec<(&'a str, &'a str)> {
        let files = stage.inputs.iter().filter(|file| *file != "plan.txt");
        files
            .filter_map(|file| Some((file.as_str(), self.texts.get(file)?.as_str())))
            .collect()
    }
}

fn is_json(file: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, end)| end == "json")
}

/// The bytes of an input.
pub(super) async fn read(
    stage: &Stage,
    file: &str,
    checkpoints: &dyn Checkpoints,
) -> Result<Vec<u8>, Fault> {
    let bytes = checkpoints.read(file).await?;
    bytes.ok_or_else(|| unreadable(stage, file, "is missing"))
}

fn unreadable(stage: &Stage, file: &str, what: &str) -> Fault {
    Fault::Failed(RunFailure {
        reason: FailureReason::BadStage,
        stage: Some(stage.id.clone()),
        message: format!("the input {file} {what}; take back or correct its edit, then resume"),
        recoverable: true,
    })
}
