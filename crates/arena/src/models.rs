//! The models of the service: who judges, who reads plans for their KPIs, who makes vectors.
//!
//! Each contest gets clients of its own, whose calls are kept in the journal under its name and
//! stay within a budget of their own.

use std::sync::Arc;

use llm::{Client, Embedder, Meter};
use store::{Contest, Store};

use crate::Clock;
use crate::extract::Rater;
use crate::journal::{Purpose, StoreJournal};
use crate::judge::{Judge, Jury, ModelJudge, OfflineJudge};
use crate::rank::Spent;

/// How the models of a client share the work of judging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bench {
    /// One judge; later models step in for the first.
    Single,
    /// Each model is a judge of its own.
    Jury,
}

#[derive(Clone)]
enum Judging {
    Fixed(Jury),
    Client {
        client: Client,
        bench: Bench,
        secret: [u8; 32],
    },
}

impl std::fmt::Debug for Judging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fixed(jury) => f.debug_tuple("Fixed").field(jury).finish(),
            Self::Client { client, bench, .. } => f
                .debug_struct("Client")
                .field("client", client)
                .field("bench", bench)
                .finish_non_exhaustive(),
        }
    }
}

/// Everything that may be asked.
#[derive(Debug, Clone)]
pub struct Models {
    judging: Judging,
    pub embedder: Arc<dyn Embedder>,
}

/// The models of one contest's ranking, under one budget.
#[derive(Debug, Clone)]
pub struct ContestModels {
    pub jury: Jury,
    /// Reads plans for their KPIs; `None` leaves that to parsers.
    pub rater: Option<Rater>,
    /// Who judges, with prices, for estimates; `None` when no model does.
    pub judging: Option<Client>,
    meter: Arc<Meter>,
}

impl Models {
    /// Rules instead of a language model.
    pub fn offline(embedder: Arc<dyn Embedder>) -> Self {
        Self::fixed(
            Jury::new([Arc::new(OfflineJudge) as Arc<dyn Judge>]),
            embedder,
        )
    }

    /// These judges for every contest, and parsers to read plans.
    pub fn fixed(jury: Jury, embedder: Arc<dyn Embedder>) -> Self {
        Self {
            judging: Judging::Fixed(jury),
            embedder,
        }
    }

    /// The models of a client judge and read; `secret` is behind the delimiters of their prompts.
    pub fn of_client(
        client: Client,
        bench: Bench,
        secret: [u8; 32],
        embedder: Arc<dyn Embedder>,
    ) -> Self {
        Self {
            judging: Judging::Client {
                client,
                bench,
                secret,
            },
            embedder,
        }
    }

    /// Those who work for `contest`, within the budget of `meter`.
    pub fn for_contest(
        &self,
        store: &Store,
        clock: &Arc<dyn Clock>,
        contest: Contest,
        meter: Arc<Meter>,
    ) -> ContestModels {
        let (client, bench, secret) = match &self.judging {
            Judging::Fixed(jury) => {
                return ContestModels {
                    jury: jury.clone(),
                    rater: None,
                    judging: None,
                    meter,
                };
            }
            Judging::Client {
                client,
                bench,
                secret,
            } => (client.with_meter(Arc::clone(&meter)), *bench, *secret),
        };
        let specs: Vec<_> = client.models().cloned().collect();
        let journal = |purpose| {
            let clock = Arc::clone(clock);
            Arc::new(StoreJournal::new(
                store.clone(),
                clock,
                purpose,
                contest,
                &specs,
            ))
        };
        let judging = client.with_journal(journal(Purpose::Judge));
        let judges = match bench {
            Bench::Single => vec![judging.clone()],
            Bench::Jury => judging.jurors(),
        };
        let judge = |client: Client| {
            let model = first_model(&client);
            Arc::new(ModelJudge::new(Arc::new(client), model, secret)) as Arc<dyn Judge>
        };
        ContestModels {
            jury: Jury::new(judges.into_iter().map(judge)),
            rater: Some(Rater {
                model: first_model(&client),
                client: Arc::new(client.with_journal(journal(Purpose::Extract))),
            }),
            judging: Some(judging),
            meter,
        }
    }
}

impl ContestModels {
    /// What they have spent so far.
    pub fn spent(&self) -> Spent {
        let spend = self.meter.spent();
        Spent {
            calls: spend.calls,
            input_tokens: spend.input_tokens,
            output_tokens: spend.output_tokens,
            cost_nano_usd: spend.cost_nano_usd,
        }
    }
}

fn first_model(client: &Client) -> String {
    let first = client.models().next();
    first.map(|model| model.id.clone()).unwrap_or_default()
}
