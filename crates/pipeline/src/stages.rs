//! All stages of a pipeline: those built into the binary, and those of a folder that replace or
//! extend them.
//!
//! Files whose name begins with `_` are not part of a plan: `_system.md` holds the rules that open
//! every prompt, `_ping.md` is the one call of the mode `ping`.

mod load;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::template::Templates;
use crate::{Mode, Stage};

/// A stage file, or a set of them, that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stage {stage}: {message}")]
pub struct StageError {
    /// The stage's id, or the folder.
    pub stage: String,
    pub message: String,
}

impl StageError {
    pub(crate) fn new(stage: &str, message: impl Into<String>) -> Self {
        Self {
            stage: stage.to_owned(),
            message: message.into(),
        }
    }
}

/// The stage of the mode `ping`.
pub const PING: &str = "_ping";

/// Every stage, with compiled templates and schemas. Cheap to clone.
#[derive(Clone)]
pub struct Stages(Arc<Inner>);

struct Inner {
    rules: String,
    by_id: BTreeMap<String, Stage>,
    templates: Templates,
    validators: BTreeMap<String, jsonschema::Validator>,
}

impl std::fmt::Debug for Stages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.by_id.keys()).finish()
    }
}

impl Stages {
    /// Those built into the binary.
    pub fn built_in() -> Result<Self, StageError> {
        Self::of_files(Self::built_in_files())
    }

    /// The files that are built into the binary, by id.
    pub fn built_in_files() -> BTreeMap<String, Vec<u8>> {
        load::built_in()
    }

    /// Those of the binary, with the `.md` files of a folder in place of those of the same name.
    pub fn with_folder(folder: &Path) -> Result<Self, StageError> {
        let mut files = load::built_in();
        files.extend(load::folder(folder)?);
        Self::of_files(files)
    }

    /// From the bytes of stage files by id, `_system` among them.
    pub fn of_files(mut files: BTreeMap<String, Vec<u8>>) -> Result<Self, StageError> {
        let rules = files
            .remove("_system")
            .ok_or_else(|| StageError::new("_system", "the file _system.md is missing"))?;
        let rules = crate::stage::shared_rules(&rules)?;
        let mut inner = Inner {
            rules,
            by_id: BTreeMap::new(),
            templates: Templates::default(),
            validators: BTreeMap::new(),
        };
        for (id, bytes) in files {
            inner.add(&id, &bytes)?;
        }
        Ok(Self(Arc::new(inner)))
    }

    pub fn get(&self, id: &str) -> Option<&Stage> {
        self.0.by_id.get(id)
    }

    /// The stages that a mode runs, by id.
    pub fn of_mode(&self, mode: Mode) -> impl Iterator<Item = &Stage> {
        let ping = mode == Mode::Ping;
        self.0
            .by_id
            .values()
            .filter(move |stage| (stage.id == PING) == ping && (ping || !stage.id.starts_with('_')))
    }

    /// The rules that open every prompt.
    pub fn rules(&self) -> &str {
        &self.0.rules
    }

    pub(crate) fn templates(&self) -> &Templates {
        &self.0.templates
    }

    pub(crate) fn validator(&self, id: &str) -> Option<&jsonschema::Validator> {
        self.0.validators.get(id)
    }
}

impl Inner {
    fn add(&mut self, id: &str, bytes: &[u8]) -> Result<(), StageError> {
        let parsed = Stage::parse(id, bytes, &self.rules)?;
        let stage = parsed.stage;
        for (section, source) in parsed.templates {
            self.templates
                .add(stage.template(section), source)
                .map_err(|message| StageError::new(id, message))?;
        }
        if let Some(prompt) = stage.prompt() {
            let validator = jsonschema::validator_for(&prompt.schema)
                .map_err(|error| StageError::new(id, format!("schema: {error}")))?;
            self.validators.insert(id.to_owned(), validator);
        }
        self.by_id.insert(id.to_owned(), stage);
        Ok(())
    }
}
