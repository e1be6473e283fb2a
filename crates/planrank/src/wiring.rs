//! Puts the parts together from the command line: database, models, judges, this process.

mod accounts;
mod pipeline;
mod process;
mod ranking;
mod service;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use arena::Clock;
use arena::judge::{Judge, OfflineJudge};
use arena::lease::Holder;
use arena::models::ContestModels;
use llm::{Budget, Client, Embedder, Meter, NoJournal, Secret, Settings};
use store::{Backend, Contest, Store};

pub(crate) use accounts::{GOOGLE, accounts, accounts_of_operator};
pub(crate) use pipeline::{ARTIFACTS, artifacts, pipeline};
pub(crate) use ranking::ArenaRanking;
pub(crate) use service::service;

use crate::cli::{Global, ModelOptions};
use crate::system::{SystemClock, SystemEntropy};

/// Where the data is.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    /// What the store is opened with.
    pub(crate) url: String,
    /// What a person would type after `--db` to open it again; `None` when it is the default.
    pub(crate) flag: Option<String>,
}

impl Database {
    /// `--db`, or `file` in the data folder.
    pub(crate) fn chosen(global: &Global, file: &str) -> Self {
        if let Some(url) = &global.db {
            return Self {
                url: url.clone(),
                flag: Some(url.clone()),
            };
        }
        let path = global.data_dir.join(file).display().to_string();
        let is_default = file == DEFAULT_FILE && global.data_dir == Path::new(DEFAULT_DIR);
        Self {
            flag: (!is_default).then(|| path.clone()),
            url: path,
        }
    }

    /// ` --db URL`, or nothing, to be put behind a command that is shown to the user. A
    /// password in the address is not repeated.
    pub(crate) fn hint(&self) -> String {
        match &self.flag {
            Some(flag) if flag.contains('@') => " --db \"$DATABASE_URL\"".to_owned(),
            Some(flag) => format!(" --db {flag}"),
            None => String::new(),
        }
    }

    /// Opens it as it is; a SQLite file is created.
    pub(crate) async fn connect(&self) -> anyhow::Result<Store> {
        let file = Store::sqlite_file(&self.url)?;
        if let Some(folder) = file.as_deref().and_then(Path::parent) {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("can't create the folder {}", folder.display()))?;
        }
        Ok(Store::connect(&self.url).await?)
    }

    /// Opens it for writing; a SQLite file is created and its schema brought up to date.
    pub(crate) async fn open_or_create(&self) -> anyhow::Result<Store> {
        let store = self.connect().await?;
        if store.backend() == Backend::Sqlite {
            store.migrate().await?;
        }
        Ok(store)
    }

    /// Opens it for writing; it has to be there.
    pub(crate) async fn open_to_write(&self) -> anyhow::Result<Store> {
        self.require()?;
        self.open_or_create().await
    }

    /// Opens it for reading; it has to be there with an up-to-date schema.
    pub(crate) async fn open(&self) -> anyhow::Result<Store> {
        let store = self.open_as_it_is().await?;
        if !store.pending_migrations().await?.is_empty() {
            let hint = self.hint();
            bail!("the database's schema isn't up to date; run `planrank migrate{hint}`");
        }
        Ok(store)
    }

    /// Opens it without touching its schema; it has to be there.
    pub(crate) async fn open_as_it_is(&self) -> anyhow::Result<Store> {
        self.require()?;
        Ok(Store::connect(&self.url).await?)
    }

    fn require(&self) -> anyhow::Result<()> {
        if let Some(file) = Store::sqlite_file(&self.url)?
            && !file.exists()
        {
            bail!(
                "there is no database at {}; run `planrank demo` or `planrank import` first, or give --db",
                file.display()
            );
        }
        Ok(())
    }
}

/// The data folder's name when none is given; the same as in `cli`.
const DEFAULT_DIR: &str = "planrank-data";
/// The SQLite file in the data folder.
pub(crate) const DEFAULT_FILE: &str = "planrank.db";

/// Whoever judges and reads in a run of the command line, and whoever makes vectors.
#[derive(Debug)]
pub(crate) struct RunModels {
    pub(crate) contest: ContestModels,
    pub(crate) embedder: Arc<dyn Embedder>,
}

impl RunModels {
    /// What the user asked for, under one budget; every answer goes through the journal of
    /// `store`, as one for the ranking of `contest`.
    pub(crate) async fn build(
        store: &Store,
        contest: Contest,
        options: &ModelOptions,
    ) -> anyhow::Result<Self> {
        let meter = Meter::new(budget(options)?);
        let models = service::models(store, options, Arc::clone(&meter)).await?;
        Ok(Self {
            contest: models.for_contest(store, &clock(), contest, meter),
            embedder: models.embedder,
        })
    }
}

/// The names of the models that would judge, and of the one that would embed; asks the embedding
/// server whether it works, and writes nothing.
pub(crate) async fn describe_models(options: &ModelOptions) -> anyhow::Result<String> {
    refuse_lonely_flags(options)?;
    let settings = settings(options);
    let budget = budget(options)?;
    let judges = match Client::from_settings(&settings, Arc::new(NoJournal), budget)? {
        Some(client) => client.models().map(|m| m.id.clone()).collect(),
        None => vec![OfflineJudge.fingerprint().name],
    };
    let embedder = settings.embedder(Meter::new(budget)).await?;
    Ok(format!(
        "{}; embeddings: {}",
        judges.join(", "),
        embedder.model()
    ))
}

pub(crate) fn budget(options: &ModelOptions) -> anyhow::Result<Budget> {
    Ok(Budget {
        max_calls: options.max_calls,
        max_tokens: Some(options.max_tokens),
        max_cost_nano_usd: Some(llm::parse_usd(&options.max_cost).context("--max-cost")?),
    })
}

pub(crate) fn settings(options: &ModelOptions) -> Settings {
    Settings {
        provider: Some(options.provider.clone()),
        model: options.model.clone(),
        profile: options.profile.clone(),
        base_url: options.base_url.clone(),
        api_key: options.api_key.clone().map(Secret::new),
        models_file: options.models_file.clone(),
        embed_model: options.embed_model.clone(),
        embed_base_url: options.embed_base_url.clone(),
        embed_api_key: options.embed_api_key.clone().map(Secret::new),
        ..Settings::default()
    }
}

/// The secret behind the judge's delimiters: made once per database, so that a request can be
/// repeated and its stored answer found.
async fn server_secret(store: &Store) -> anyhow::Result<[u8; 32]> {
    let fresh: String = [random(), random()].concat();
    let kept = store
        .set_setting_once("server_secret", &fresh, SystemClock.now())
        .await?;
    let mut secret = [0; 32];
    hex::decode_to_slice(&kept, &mut secret).context("the database's secret is broken")?;
    Ok(secret)
}

fn random() -> String {
    use arena::Entropy;
    hex::encode(SystemEntropy.bytes())
}

/// The system's clock.
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// This process, as the lease of a contest names it.
pub(crate) fn holder() -> Holder {
    Holder {
        token: process::token(&random()),
        is_dead: Arc::new(process::is_dead),
    }
}

/// A model without a provider would be ignored, and the offline judge asked instead.
fn refuse_lonely_flags(options: &ModelOptions) -> anyhow::Result<()> {
    let is_offline = options.provider == "offline";
    let lonely = options.model.is_some() || options.base_url.is_some() || options.jury;
    if is_offline && options.profile.is_none() && lonely {
        bail!(
            "--llm-model, --llm-base-url and --jury need --llm-provider (PLANRANK_LLM_PROVIDER) as well"
        );
    }
    Ok(())
}
