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
        models(store, model, Meter::new(Budget::default())).await?,
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

/// Judges and whoever makes vectors; `meter` bounds the vectors only, contests have budgets of
/// their own.
pub(super) async fn models(
    store: &Store,
    options: &ModelOptions,
    meter: Arc<Meter>,
) -> anyhow::Result<Models> {
    refuse_lonely_flags(options)?;
    let settings = settings(options);
    let embedder = settings.embedder(meter).await?;
    let journal = Arc::new(NoJournal);
    let Some(client) = Client::from_settings(&settings, journal, Budget::default())? else {
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
