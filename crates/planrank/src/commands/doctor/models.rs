//! Whether the models can be reached and take our key; with leave, whether they answer.

use std::sync::Arc;

use llm::{CallError, Client, NoJournal, Request};

use super::check::Check;
use crate::cli::{Doctor, ModelOptions};
use crate::output;
use crate::wiring;

/// The setting, then each model of it.
pub(super) async fn all(args: &Doctor) -> Vec<Check> {
    let described = wiring::describe_models(&args.model).await;
    let usable = described.is_ok();
    let mut checks = vec![Check::of("models", described)];
    if !usable {
        return checks;
    }
    match client(&args.model) {
        Ok(Some(client)) => {
            checks.extend(reached(&client).await);
            if args.call_model {
                checks.push(called(&client).await);
            }
        }
        Ok(None) => {}
        Err(error) => checks.push(Check::of("models", Err::<String, _>(error))),
    }
    checks
}

fn client(options: &ModelOptions) -> anyhow::Result<Option<Client>> {
    let (settings, budget) = (wiring::settings(options), wiring::budget(options)?);
    Ok(Client::from_settings(
        &settings,
        Arc::new(NoJournal),
        budget,
    )?)
}

async fn reached(client: &Client) -> Vec<Check> {
    let found = client.reach().await.into_iter();
    found
        .map(|(model, reached)| match reached {
            Ok(()) => Check::ok("provider", format!("{model}: reachable, and takes our key")),
            // Not every server of one's own lists its models.
            Err(CallError::NotFound { .. } | CallError::Rejected { .. }) => Check::ok(
                "provider",
                format!("{model}: reachable; --call-model tells more"),
            ),
            Err(error) => Check::of("provider", Err::<String, _>(format!("{model}: {error}"))),
        })
        .collect()
}

async fn called(client: &Client) -> Check {
    let request = Request {
        user: "Reply with the word yes.".to_owned(),
        max_output_tokens: 200,
        ..Request::default()
    };
    let answer = client.text(&request).await;
    let answered = answer.map(|answer| {
        let cost = output::dollars(answer.cost_nano_usd);
        format!("{} answered, for {cost}", answer.model)
    });
    Check::of("model call", answered)
}
