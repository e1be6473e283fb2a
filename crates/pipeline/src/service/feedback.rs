//! What people and agents say about the service and its plans.

use store::{AccountId, FeedbackId, NewFeedback};

use super::types::{Feedback, Viewer};
use super::{Pipeline, PipelineError};

const MAX_CATEGORY_CHARS: usize = 40;
const MAX_MESSAGE_BYTES: usize = 8 << 10;

impl Pipeline {
    /// Keeps a remark.
    pub async fn feedback(
        &self,
        account: AccountId,
        feedback: Feedback,
    ) -> Result<FeedbackId, PipelineError> {
        check(&feedback)?;
        if let Some(plan) = feedback.plan_id {
            self.readable(Viewer::of(account), plan).await?;
        }
        let now = self.now();
        let new = NewFeedback {
            feedback_id: FeedbackId::new(now, self.random()),
            account_id: account,
            plan_id: feedback.plan_id,
            category: feedback.category,
            message: feedback.message,
            rating: feedback.rating.map(i64::from),
            created_at: now,
        };
        self.store.add_feedback(&new).await?;
        Ok(new.feedback_id)
    }
}

fn check(feedback: &Feedback) -> Result<(), PipelineError> {
    let invalid = |field, expected: &str, example: &str| {
        Err(PipelineError::InvalidArgument {
            field,
            expected: expected.to_owned(),
            example: example.to_owned(),
        })
    };
    let category = &feedback.category;
    let word = |c: char| c.is_ascii_lowercase() || c == '_';
    if category.is_empty() || category.len() > MAX_CATEGORY_CHARS || !category.chars().all(word) {
        let expected = "1 to 40 of the characters a to z and _";
        return invalid("category", expected, "plan_quality");
    }
    if feedback.message.trim().is_empty() {
        return invalid("message", "a sentence", "\"The schedule ignores winter.\"");
    }
    if feedback.message.len() > MAX_MESSAGE_BYTES {
        return Err(PipelineError::TooLarge {
            what: "the message",
            max: MAX_MESSAGE_BYTES as u64,
            size: feedback.message.len() as u64,
        });
    }
    if feedback
        .rating
        .is_some_and(|stars| !(1..=5).contains(&stars))
    {
        return invalid("rating", "a whole number from 1 to 5, or left out", "4");
    }
    Ok(())
}
