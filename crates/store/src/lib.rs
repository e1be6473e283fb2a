//! The database: schema, migrations and every SQL statement, on SQLite and on Postgres.
//!
//! It stands at the bottom of the workspace: use cases (`arena`) call it, it calls nobody. It
//! holds no policy: documents are text, hashes are bytes, times and ids come from the caller.
//!
//! Invariants
//! - A method is one short transaction. Nothing is half-written when it fails or is dropped.
//! - SQLite write transactions are `IMMEDIATE`, so a writer waits instead of failing; Postgres
//!   runs at READ COMMITTED and guards single rows.
//! - Writes that drive a ranking carry a [`Fence`]: a process that lost its lease writes nothing.
//! - Whoever writes twice writes once: inserts are idempotent by content, not by server-made id.
//! - Lists come in an order that does not depend on the backend or on the time of arrival.
//!
//! Deliberately absent: the ledger, which brings its own migration; an object-relational mapping.

mod connect;
mod dialect;
mod error;
mod ids;
mod migrate;
mod sql;

mod accounts;
mod api_keys;
mod audit;
mod comparisons;
mod embeddings;
mod families;
mod find;
mod generation;
mod health;
mod history;
mod idempotency;
mod identities;
mod jobs;
mod journal;
mod judges;
mod kpis;
mod leaderboard;
mod limits;
mod login_attempts;
mod owned;
mod plan_comparisons;
mod plans;
mod progress;
mod publication;
mod rankings;
mod rated;
mod rounds;
mod sessions;
mod settings;
mod summary;

use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use accounts::{Account, AccountFilter, AccountKind, Role};
pub use api_keys::{ApiKey, FoundKey, KeyAdded, NewApiKey};
pub use audit::{
    AuditAction, AuditCode, AuditCounts, AuditDecision, AuditEntry, AuditHistoryPage, AuditItem,
    AuditLabel, AuditOverride, AuditRating, AuditReason, AuditReasonCount, AuditStream,
    AuditTarget, RoundSlots,
};
pub use comparisons::{
    Comparison, ComparisonFilter, ComparisonKind, ComparisonState, NewComparison, Outcome,
    PairCount,
};
pub use dialect::Backend;
pub use embeddings::{Exclude, Hidden, Neighbour, PlanVector, Snapshot};
pub use error::StoreError;
pub use families::{Candidate, Entrant, FamilyRow};
pub use generation::{
    ArtifactChange, ArtifactRow, EditOutcome, GENERATE, Generation, GenerationCreated,
    GenerationEnd, GenerationState, MAX_EDITED_RUN, NewArtifact, NewFeedback, NewGeneration, Pulse,
    Reopen, Reopened, StageCall, StageRow, StageState, StopAsked,
};
pub use idempotency::{KeyState, KeyUse};
pub use identities::{Identity, LoggedIn, Login, RoleAtLogin};
pub use ids::{
    AccountId, AuditDecisionId, AuditItemId, AuditLabelId, ComparisonId, Contest, Digest, FamilyId,
    FeedbackId, JobId, JudgeId, KeyId, PlanId, SessionId, uuid_v7,
};
pub use jobs::{
    ClaimedJob, Enqueued, JobCount, JobFailed, JobFilter, JobGate, JobLease, JobPage, JobPriority,
    JobRow, JobState, LeaseTerms, NewJob, PausedKind, TakenBack,
};
pub use journal::{Call, Spend};
pub use judges::{Judge, NewJudge};
pub use kpis::{KpiRow, KpiValues};
pub use leaderboard::{LeaderFilter, LeaderPage, LeaderRow, Standing};
pub use limits::{LimitUse, Take};
pub use login_attempts::NewLoginAttempt;
pub use owned::{OwnedFilter, OwnedPlan, PlanFace};
pub use plan_comparisons::{ComparisonTotals, Met, PlanComparisons, Which};
pub use plans::{
    Authority, Inserted, NewEmbedding, NewPlan, Plan, PlanDocument, PlanFilter, PlanState,
    StateChange, Submission, Visibility,
};
pub use progress::{ComparisonsMade, Contender, KeyedJob};
pub use publication::{HistoryRow, RatingRow};
pub use rankings::{Claim, Fence, Ranking};
pub use rated::RatedPair;
pub use rounds::{Round, RoundState};
pub use sessions::{FoundSession, NewSession, Session};
pub use summary::{ContestStatus, ContestSummary, DomainCount, NewSummary};

/// A handle to the database; clones share its connections.
#[derive(Debug, Clone)]
pub struct Store {
    db: DatabaseConnection,
    backend: Backend,
    /// Lets the writers of this process queue fairly for SQLite's single write lock instead of
    /// polling for it; other processes are met by the busy timeout.
    gate: Arc<Mutex<()>>,
}

impl Store {
    /// Opens `sqlite://PATH`, a plain path, `sqlite::memory:` or `postgres://…`. A missing SQLite
    /// file is created, its folder is not. The schema is not touched: see [`Store::migrate`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let db = connect::open(url).await?;
        let store = Self {
            backend: Backend::of(&db),
            db,
            gate: Arc::default(),
        };
        store.refuse_newer_schema().await?;
        Ok(store)
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Fails when the database no longer answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.db.ping().await?)
    }

    /// Closes the connections after what runs on them; clones are closed too.
    pub async fn close(self) -> Result<(), StoreError> {
        Ok(self.db.close().await?)
    }

    /// Lets one statement change rows without the two round trips of a transaction around it.
    pub(crate) async fn alone(&self) -> Alone<'_> {
        Alone {
            db: &self.db,
            _gate: self.gate().await,
        }
    }

    async fn gate(&self) -> Option<OwnedMutexGuard<()>> {
        match self.backend {
            Backend::Sqlite => Some(Arc::clone(&self.gate).lock_owned().await),
            Backend::Postgres => None,
        }
    }

    /// Begins the one kind of write transaction. Dropped without `commit`, it leaves nothing.
    pub(crate) async fn write(&self) -> Result<Write, StoreError> {
        let gate = self.gate().await;
        let options = match self.backend {
            Backend::Sqlite => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            },
            Backend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::ReadCommitted),
                ..TransactionOptions::default()
            },
        };
        let db = self.db.clone();
        // The driver rolls back only what it knows to have begun: a caller that goes away between
        // the statement and its answer would leave the transaction open on a pooled connection,
        // and what runs there next would never be committed. So beginning always ends.
        let begun = tokio::spawn(async move {
            let tx = db.begin_with_options(options).await?;
            Ok(Write { tx, _gate: gate })
        });
        match begun.await {
            Ok(write) => write,
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StoreError::Database("the process is ending".to_owned())),
            },
        }
    }

    /// Runs statements that change no state on whichever connection is free.
    pub(crate) fn read(&self) -> &impl ConnectionTrait {
        &self.db
    }
}

/// The turn of a single statement, which is a transaction of its own.
pub(crate) struct Alone<'a> {
    pub(crate) db: &'a DatabaseConnection,
    _gate: Option<OwnedMutexGuard<()>>,
}

/// An open write transaction.
pub(crate) struct Write {
    pub(crate) tx: DatabaseTransaction,
    _gate: Option<OwnedMutexGuard<()>>,
}

impl Write {
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }
}
