//! Asking for a plan: what is wrong with the wish is said before anything is stored, and the same
//! wish twice is one run.

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};
use store::{AccountId, Digest, GenerationCreated, NewGeneration, PlanId, Visibility};

use super::types::{Created, Estimate, NewRun};
use super::{Pipeline, PipelineError, outline};
use crate::profiles::Offer;
use crate::screen::{self, PromptReview, PromptVerdict};
use crate::{Facts, Mode};

/// The longest prompt; each stage of the beginning reads all of it.
pub const MAX_PROMPT_BYTES: usize = 64 << 10;
const MAX_TITLE_CHARS: usize = 200;

/// Who makes the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Some worker.
    Queued,
    /// Whoever asks, by [`Pipeline::drive`].
    Here,
}

impl Pipeline {
    /// Stores a run and leaves it to a worker, unless the same wish has one that is under way.
    pub async fn create(&self, owner: AccountId, new: NewRun) -> Result<Created, PipelineError> {
        let created = self.begin(owner, new, Start::Queued).await?;
        if !created.deduplicated {
            self.wake.notify();
        }
        Ok(created)
    }

    /// Stores a run that the caller makes by [`Pipeline::drive`].
    pub async fn create_here(
        &self,
        owner: AccountId,
        new: NewRun,
    ) -> Result<Created, PipelineError> {
        self.begin(owner, new, Start::Here).await
    }

    /// What a run would take.
    pub fn estimate(&self, profile: Option<&str>, mode: Mode) -> Result<Estimate, PipelineError> {
        let offer = self.offer(profile)?;
        outline::estimate(&self.settings, offer, mode)
    }

    async fn begin(
        &self,
        owner: AccountId,
        new: NewRun,
        start: Start,
    ) -> Result<Created, PipelineError> {
        let now = self.now();
        let prompt = checked_prompt(&new.prompt)?;
        check_rest(owner, &new)?;
        let offer = self.offer(new.profile.as_deref())?;
        let review = Self::reviewed(prompt, new.mode)?;
        let estimate = outline::estimate(&self.settings, offer, new.mode)?;
        let dedupe = dedupe(prompt, &offer.name, &new);
        let title = new.title.as_deref().map(str::trim);
        let start_date = new.start_date.unwrap_or(now.date_naive());
        let row = NewGeneration {
            plan_id: PlanId::new(now, self.random()),
            owner_id: owner,
            title: Facts::of(prompt, title.unwrap_or_default(), start_date).title,
            titled: title.is_some(),
            prompt: prompt.to_owned(),
            mode: new.mode.to_string(),
            profile: offer.name.clone(),
            start_date: start_date.to_string(),
            visibility: new.visibility,
            max_cost_nano_usd: new.max_cost_nano_usd,
            estimated_nano_usd: estimate.cost_nano_usd,
            dedupe,
            created_at: now,
        };
        let job = (start == Start::Queued).then(|| self.job(row.plan_id, owner));
        let since = now - self.settings.dedupe_within;
        let made = self
            .store
            .create_generation(&row, job.as_ref(), since, now)
            .await?;
        let (plan_id, created_at, deduplicated) = match made {
            GenerationCreated::New => (row.plan_id, now, false),
            GenerationCreated::Known(run) => (run.plan_id, run.created_at, true),
        };
        Ok(Created {
            plan_id,
            created_at,
            deduplicated,
            review,
            estimate,
        })
    }

    /// The models of a profile, or of the default one.
    pub(crate) fn offer(&self, profile: Option<&str>) -> Result<&Offer, PipelineError> {
        let profiles = &self.settings.profiles;
        profiles.get(profile).ok_or_else(|| {
            let names: Vec<&str> = profiles.names().collect();
            PipelineError::InvalidArgument {
                field: "profile",
                expected: format!("one of {}", names.join(", ")),
                example: names.first().copied().unwrap_or_default().to_owned(),
            }
        })
    }

    /// A ping makes no plan, so any prompt will do.
    fn reviewed(prompt: &str, mode: Mode) -> Result<PromptReview, PipelineError> {
        let review = screen::review_prompt(prompt);
        if review.verdict == PromptVerdict::Refused && mode != Mode::Ping {
            return Err(PipelineError::PromptRefused(review));
        }
        Ok(review)
    }
}

fn checked_prompt(prompt: &str) -> Result<&str, PipelineError> {
    let prompt = prompt.trim();
    if prompt.len() > MAX_PROMPT_BYTES {
        return Err(PipelineError::TooLarge {
            what: "the prompt",
            max: MAX_PROMPT_BYTES as u64,
            size: prompt.len() as u64,
        });
    }
    if prompt.is_empty() {
        return Err(PipelineError::InvalidArgument {
            field: "prompt",
            expected: "a description of what is to be achieved, with place, budget and date"
                .to_owned(),
            example: "\"Open a bicycle repair café in Ghent by May 2027 for EUR 120,000.\""
                .to_owned(),
        });
    }
    Ok(prompt)
}

fn check_rest(owner: AccountId, new: &NewRun) -> Result<(), PipelineError> {
    let invalid = |field, expected: &str, example: &str| {
        Err(PipelineError::InvalidArgument {
            field,
            expected: expected.to_owned(),
            example: example.to_owned(),
        })
    };
    let bad_title = |title: &String| {
        let title = title.trim();
        title.is_empty()
            || title.chars().count() > MAX_TITLE_CHARS
            || title.chars().any(char::is_control)
    };
    if new.title.as_ref().is_some_and(bad_title) {
        let expected = "1 to 200 visible characters, or left out";
        return invalid("title", expected, "\"Bicycle repair café\"");
    }
    if new.visibility == Visibility::System && owner != AccountId::SYSTEM {
        return invalid("visibility", "public or private", "public");
    }
    if new.max_cost_nano_usd.is_some_and(|cap| cap <= 0) {
        let expected = "more than 0 nano-USD (10^9 are one US dollar), or left out";
        return invalid("max_cost_nano_usd", expected, "2000000000");
    }
    let (first, last) = (date(2000), date(2200));
    if new.start_date.is_some_and(|day| day < first || day >= last) {
        return invalid("start_date", "a day from 2000 to 2199", "2027-01-04");
    }
    Ok(())
}

fn date(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default()
}

/// Equal for wishes that mean the same run. Visibility is part of it, or a private wish could be
/// answered with a public run; so is the cap, or a wish could be answered with a dearer run.
fn dedupe(prompt: &str, profile: &str, new: &NewRun) -> Digest {
    let day = new.start_date.map(|day| day.to_string());
    let cap = new.max_cost_nano_usd.map(|cap| cap.to_string());
    let title = new.title.as_deref().map(str::trim);
    let parts = [
        prompt,
        profile,
        new.mode.as_str(),
        new.visibility.as_str(),
        day.as_deref().unwrap_or_default(),
        cap.as_deref().unwrap_or_default(),
        title.unwrap_or_default(),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Digest(hash.finalize().into())
}
