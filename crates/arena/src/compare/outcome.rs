//! What is stored of a comparison that has ended.

use chrono::{DateTime, Utc};
use store::{Comparison, Fence, Outcome as Stored};

use crate::judge::{JudgeFingerprint, Judged, Outcome};
use crate::progress::{Event, Step};
use crate::rank::{RankError, Run};

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Verdict,
    Void,
    /// It had ended before.
    Already,
}

/// Writes the end of one comparison and reports it.
pub(super) async fn write(
    run: &Run<'_>,
    fence: &Fence,
    row: &Comparison,
    stored: &Stored,
) -> Result<Written, RankError> {
    let is_new = run
        .store
        .finish_comparison(fence, row.comparison_id, stored)
        .await?;
    run.observer.on(Event::Advanced {
        step: Step::Compare,
        by: 1,
    });
    let spent = (run.meter)();
    if spent.calls > 0 {
        let tokens = spent.input_tokens + spent.output_tokens;
        run.observer.on(Event::Spent {
            calls: spent.calls,
            tokens,
            cost_nano_usd: spent.cost_nano_usd,
        });
    }
    Ok(match (is_new, &stored.result) {
        (false, _) => Written::Already,
        (true, Ok(_)) => Written::Verdict,
        (true, Err(_)) => Written::Void,
    })
}

/// What is kept of a judge's answer.
pub(super) fn of(judged: &Judged, judge: &JudgeFingerprint, now: DateTime<Utc>) -> Stored {
    let (result, verdict) = match &judged.outcome {
        Outcome::Verdict { verdict } => (Ok(verdict.overall), Some(verdict)),
        Outcome::Void { reason, verdict } => (Err(reason.explain().to_owned()), verdict.as_ref()),
    };
    let usage = &judged.usage;
    Stored {
        result,
        flags: verdict.and_then(|v| serde_json::to_string(&v.flags).ok()),
        verdict: verdict.and_then(|v| serde_json::to_string(v).ok()),
        model: usage.model.clone(),
        prompt_version: Some(judge.prompt_version.clone()),
        request_hash: Some(judged.request_hash.clone()),
        input_tokens: signed(usage.input_tokens),
        output_tokens: signed(usage.output_tokens),
        cost_nano_usd: usage.cost_nano_usd,
        calls: signed(usage.calls),
        finished_at: now,
    }
}

/// What is kept when no judge was asked, so that the round doesn't stay open for ever.
pub(super) fn never_asked(why: &str, now: DateTime<Utc>) -> Stored {
    Stored {
        result: Err(why.to_owned()),
        verdict: None,
        flags: None,
        model: None,
        prompt_version: None,
        request_hash: None,
        input_tokens: 0,
        output_tokens: 0,
        cost_nano_usd: 0,
        calls: 0,
        finished_at: now,
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
