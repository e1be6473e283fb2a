//! Submitting one plan to the service: bytes in, an id out, the measuring enqueued.
//!
//! Invariants: the same content of one owner gives the same plan, enqueues nothing and costs
//! nothing; what is refused leaves nothing behind; few plans are read at once, however many come.

use plan::model::Warning;
use plan::read::ReadError;
use serde::Serialize;
use store::{
    AccountId, Digest, FamilyId, JobPriority, PlanId, StoreError, Submission as Stored, Visibility,
};

use crate::catalogue::Catalogue;
use crate::import::{Ids, Prepared, Submitter, new_plan};
use crate::service::Service;

use crate::import::families::{self, Cards};

const MAX_EXTERNAL_ID_BYTES: usize = 200;
const MAX_NAME_BYTES: usize = 200;

/// The bytes of a plan.
#[derive(Debug, Clone)]
pub enum Content {
    Json(Vec<u8>),
    /// The zip of a run.
    Zip(Vec<u8>),
}

/// What a user hands in.
#[derive(Debug, Clone)]
pub struct Submission {
    pub content: Content,
    /// The file's name without extension; a title's last resort.
    pub name: String,
    pub owner: AccountId,
    /// Public or private; a system plan is the system's own.
    pub visibility: Visibility,
    /// The client's own id for the plan, unique per owner.
    pub external_id: Option<String>,
    /// The id that it shall have, unless another plan has it.
    pub plan_id: Option<PlanId>,
}

/// A plan that is stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Submitted {
    pub plan_id: PlanId,
    pub title: String,
    /// False when the owner had submitted the same content before.
    pub created: bool,
    /// Whether it founded a family, as plans do that are nobody's near copy.
    pub new_family: bool,
    /// As it holds now: a plan that is known keeps its own.
    pub visibility: Visibility,
    /// Gaps that the reader noted.
    pub warnings: Vec<Warning>,
    /// What was not done as asked, and what to do about it.
    pub notes: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The plan itself can't be used.
    #[error("{0}")]
    Unreadable(ReadError),
    /// It is larger than a plan may be.
    #[error("{0}")]
    TooLarge(ReadError),
    /// An archive that would harm whoever unpacks it.
    #[error("{0}")]
    Harmful(ReadError),
    #[error(
        "the external id {external_id:?} is that of your plan {plan_id}, whose content differs: give another id, or none"
    )]
    ExternalIdTaken {
        external_id: String,
        plan_id: PlanId,
    },
    #[error(
        "the external id must have 1 to {MAX_EXTERNAL_ID_BYTES} bytes and no control characters"
    )]
    BadExternalId,
    #[error("a plan is submitted as public or private")]
    BadVisibility,
    #[error("the plan is nobody's near copy, and no new family may be founded now")]
    FamilyRefused,
    #[error("too many plans are being read at this moment: try again in a few seconds")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ReadError> for SubmitError {
    fn from(error: ReadError) -> Self {
        use ReadError as E;
        match error {
            E::InputTooLarge { .. }
            | E::FileTooLarge { .. }
            | E::TooMuchToRead { .. }
            | E::PromptTooLong { .. }
            | E::TooMany { .. }
            | E::JsonTooLarge { .. } => Self::TooLarge(error),
            E::TooManyEntries
            | E::UnpacksTooLarge { .. }
            | E::RatioTooHigh { .. }
            | E::SizeLie { .. }
            | E::BadPath { .. }
            | E::NestedArchive { .. }
            | E::Overlapping { .. } => Self::Harmful(error),
            _ => Self::Unreadable(error),
        }
    }
}

/// Whether a plan may found a family. The owner's known plans and near copies are taken anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewFamilies {
    Allowed,
    Refused,
}

/// Reads and stores a plan and enqueues its measuring, the last two in one transaction.
pub async fn submit(service: &Service, submission: Submission) -> Result<Submitted, SubmitError> {
    submit_if(service, submission, NewFamilies::Allowed).await
}

/// The same for an owner who has perhaps founded enough families for now.
pub async fn submit_if(
    service: &Service,
    submission: Submission,
    new_families: NewFamilies,
) -> Result<Submitted, SubmitError> {
    check(&submission)?;
    let Submission {
        content,
        name,
        owner,
        visibility,
        external_id,
        plan_id,
    } = submission;
    let prepared = read(service, content, bounded(&name)).await?;
    let new_family = FamilyId::new(service.now(), service.random());
    let batch = std::slice::from_ref(&prepared);
    let cards = Cards::in_store();
    let family = families::assign(&service.store, &cards, batch, || new_family).await?;
    if new_families == NewFamilies::Refused && family.first() == Some(&new_family) {
        let hash = Digest(prepared.hash.0);
        let known = service.store.plan_by_hash(owner, hash).await?;
        known.ok_or(SubmitError::FamilyRefused)?;
    }
    let ids = Ids {
        clock: &*service.clock,
        entropy: &*service.entropy,
    };
    let submitter = Submitter { owner, visibility };
    let mut row = new_plan(
        &ids,
        submitter,
        Catalogue::default().entry(&prepared.name),
        &prepared,
        family.first().copied().unwrap_or(new_family),
    );
    row.external_id.clone_from(&external_id);
    if let Some(wished) = plan_id
        && service.store.plan(wished).await?.is_none()
    {
        row.plan_id = wished;
    }
    let job = service.extract_job(row.plan_id, owner, JobPriority::Normal);
    let now = service.now();
    match service.store.submit_plan(&row, &job, now).await? {
        Stored::Created { new_family } => Ok(Submitted {
            plan_id: row.plan_id,
            title: row.title,
            created: true,
            new_family,
            visibility,
            warnings: prepared.plan.warnings,
            notes: Vec::new(),
        }),
        Stored::Known(plan) => Ok(Submitted {
            notes: notes(&plan, visibility, external_id.as_deref()),
            plan_id: plan.plan_id,
            title: plan.title,
            created: false,
            new_family: false,
            visibility: plan.visibility,
            warnings: prepared.plan.warnings,
        }),
        Stored::ExternalIdTaken(plan_id) => Err(SubmitError::ExternalIdTaken {
            external_id: external_id.unwrap_or_default(),
            plan_id,
        }),
    }
}

fn check(submission: &Submission) -> Result<(), SubmitError> {
    if submission.visibility == Visibility::System && submission.owner != AccountId::SYSTEM {
        return Err(SubmitError::BadVisibility);
    }
    let is_bad = |id: &String| {
        !(1..=MAX_EXTERNAL_ID_BYTES).contains(&id.len()) || id.chars().any(char::is_control)
    };
    if submission.external_id.as_ref().is_some_and(is_bad) {
        return Err(SubmitError::BadExternalId);
    }
    Ok(())
}

/// Visible characters only, and not too many of them.
fn bounded(name: &str) -> String {
    let mut name: String = name.chars().filter(|c| !c.is_control()).collect();
    let mut end = name.len().min(MAX_NAME_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name
}

async fn read(service: &Service, content: Content, name: String) -> Result<Prepared, SubmitError> {
    let Ok(_place) = service.waiting.try_acquire() else {
        return Err(SubmitError::Busy);
    };
    let Ok(_turn) = service.readers.acquire().await else {
        return Err(SubmitError::Busy);
    };
    let reading = tokio::task::spawn_blocking(move || {
        let plan = match content {
            // Messages begin with the name.
            Content::Json(bytes) if name.is_empty() => plan::read_json(&bytes, "the document"),
            Content::Json(bytes) => plan::read_json(&bytes, &name),
            Content::Zip(bytes) => plan::read_zip(&bytes, &name),
        }?;
        Ok(Prepared::new(name.clone().into(), name, plan))
    });
    match reading.await {
        Ok(read) => read,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// What a known plan keeps although this submission said otherwise.
fn notes(known: &store::Plan, wanted: Visibility, external_id: Option<&str>) -> Vec<String> {
    let mut notes = Vec::new();
    if known.visibility != wanted {
        let advice = match known.visibility {
            Visibility::Private => "publish that plan to bring it before everybody",
            Visibility::Public | Visibility::System => {
                "what is public stays so; withdraw it to hide it"
            }
        };
        notes.push(format!(
            "you have submitted this content before, and the plan is {}: {advice}",
            known.visibility
        ));
    }
    if external_id.is_some() && known.external_id.as_deref() != external_id {
        notes.push(
            "you have submitted this content before, and the plan keeps the external id it had"
                .to_owned(),
        );
    }
    if known.state != store::PlanState::Active {
        notes.push(format!("the plan is {}", known.state));
    }
    notes
}
