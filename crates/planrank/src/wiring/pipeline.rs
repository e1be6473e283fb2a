//! The use cases of generation, from their options.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use llm::{Budget, Catalog, Client, NoJournal, STALL_TIMEOUT, Settings};
use pipeline::artifacts::Artifacts;
use pipeline::profiles::{OFFLINE, Profiles};
use pipeline::{Pipeline, PipelineSettings, Stages};
use store::Store;

use super::{refuse_lonely_flags, settings};
use crate::cli::{GenerationOptions, ModelOptions};
use crate::system::{SystemClock, SystemEntropy};

/// The folder of artifacts in the data folder.
pub(crate) const ARTIFACTS: &str = "artifacts";

/// Store, stages, files and models of this process. `data_dir` is where the files of plans are when
/// no other place is given; `default` is the profile of whoever chooses none.
pub(crate) async fn pipeline(
    store: &Store,
    data_dir: &Path,
    options: &GenerationOptions,
    model: &ModelOptions,
    default: Option<&str>,
) -> anyhow::Result<Pipeline> {
    let stages = match &options.stages {
        Some(folder) => Stages::with_folder(folder).context("--stages")?,
        None => Stages::built_in()?,
    };
    let artifacts = artifacts(options, data_dir)?;
    let secret = super::server_secret(store).await?;
    let profiles = profiles(model, default)?;
    let mut settings = PipelineSettings::new(stages, artifacts, profiles, secret);
    settings.concurrency = options.plan_calls.into();
    let cap = llm::parse_usd(&options.max_plan_cost).context("--max-plan-cost")?;
    settings.max_cost_nano_usd = Some(cap);
    settings.max_cost_per_day_nano_usd = Some(llm::parse_usd(&model.max_cost)?);
    Ok(Pipeline::new(
        store.clone(),
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
        settings,
    ))
}

/// Where the files of plans are kept.
pub(crate) fn artifacts(options: &GenerationOptions, data_dir: &Path) -> anyhow::Result<Artifacts> {
    match &options.artifacts {
        Some(address) => Artifacts::open(address, std::env::vars()).context("--artifacts"),
        None => Ok(Artifacts::in_folder(&data_dir.join(ARTIFACTS))?),
    }
}

/// Offline, the models that the options name, and the profiles of the model file for which there
/// is a key. Unless another default is named, it is what the options name.
fn profiles(options: &ModelOptions, default: Option<&str>) -> anyhow::Result<Profiles> {
    refuse_lonely_flags(options)?;
    let chosen = settings(options);
    let mut profiles = Profiles::offline();
    let catalog = Catalog::load(options.models_file.as_deref())?;
    for name in catalog.profile_names().filter(|name| *name != OFFLINE) {
        let paid = catalog.profile(name)?.models;
        if !paid.iter().any(|model| model.provider.is_paid()) {
            continue;
        }
        let wish = Settings {
            profile: Some(name.to_owned()),
            ..chosen.clone()
        };
        // Without a key, or with that of another provider, it is not offered.
        if let Ok(Some(client)) = client(&wish) {
            profiles = profiles.with(name, client);
        }
    }
    let mut usual = OFFLINE.to_owned();
    if let Some(client) = client(&chosen)? {
        usual = chosen.profile()?.name;
        profiles = profiles.with(&usual, client);
    }
    let wanted = default.unwrap_or(&usual);
    let names: Vec<String> = profiles.names().map(str::to_owned).collect();
    profiles.with_default(wanted).with_context(|| {
        format!(
            "--profile-default: there is no profile {wanted:?}; there are {}",
            names.join(", ")
        )
    })
}

/// Answers are streamed: those of a stage are long, and a model that falls silent in one of them is
/// to be noticed well before its time is up.
fn client(settings: &Settings) -> Result<Option<Client>, llm::LlmError> {
    let client = Client::from_settings(settings, Arc::new(NoJournal), Budget::default())?;
    Ok(client.map(|client| client.with_stall_timeout(STALL_TIMEOUT)))
}
