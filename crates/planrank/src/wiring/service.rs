//! The use cases of ranking for a service, from its options.

use std::sync::Arc;
use std::time::Duration;

use arena::models::{Bench, Models};
use arena::{Service, ServiceSettings};
use llm::{Budget, Client, Meter, NoJournal};
use store::Store;

use crate::cli::{ModelOptions, WorkOptions};
use crate::system::{SystemClock, SystemEntropy};

use super::{refuse_lonely_flags, settings};

/// Store, models and settings of this process.
pub(crate) async fn service(
    store: &Store,
    work: &WorkOptions,
    model: &ModelOptions,
) -> anyhow::Result<Service> {
    Ok(Service::new(
        store.clone(),
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
        models(store, model).await?,
        ServiceSettings {
            calls_per_plan: work.calls,
            seed: work.seed,
            concurrency: work.concurrency,
            settle: Duration::from_secs(work.settle_secs.into()),
            max_cost_per_day_nano_usd: Some(llm::parse_usd(&model.max_cost)?),
            ..ServiceSettings::default()
        },
        super::holder(),
    ))
}

async fn models(store: &Store, options: &ModelOptions) -> anyhow::Result<Models> {
    refuse_lonely_flags(options)?;
    let settings = settings(options);
    // Contests have budgets of their own; this one is for vectors, which the day's cap bounds.
    let budget = Budget::default();
    let embedder = settings.embedder(Meter::new(budget)).await?;
    let Some(client) = Client::from_settings(&settings, Arc::new(NoJournal), budget)? else {
        return Ok(Models::offline(embedder));
    };
    let bench = if options.jury {
        Bench::Jury
    } else {
        Bench::Single
    };
    let secret = super::server_secret(store).await?;
    Ok(Models::of_client(client, bench, secret, embedder))
}
