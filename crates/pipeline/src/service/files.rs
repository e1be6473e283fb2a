//! The files of a run: reading them, changing them by hand, and what a change leads to.

use store::{
    ArtifactChange, Digest, EditOutcome, Generation, GenerationState, MAX_EDITED_RUN, PlanId,
};

use super::error::WrongState;
use super::types::{Artifact, Edited, Viewer};
use super::{Pipeline, PipelineError, outline};
use crate::checkpoints::{ArtifactInfo, stored};

/// The largest file that a person may put in the place of a stage's.
pub const MAX_EDIT_BYTES: usize = 512 << 10;

impl Pipeline {
    /// In the order of their names. Files are there as soon as their stage is done.
    pub async fn files(
        &self,
        viewer: Viewer,
        id: PlanId,
    ) -> Result<Vec<ArtifactInfo>, PipelineError> {
        self.readable(viewer, id).await?;
        let rows = self.store.artifacts(id).await?;
        Ok(rows.into_iter().map(stored::info).collect())
    }

    pub async fn read(
        &self,
        viewer: Viewer,
        id: PlanId,
        file: &str,
    ) -> Result<Artifact, PipelineError> {
        self.readable(viewer, id).await?;
        self.artifact(id, file).await
    }

    pub(super) async fn artifact(&self, id: PlanId, file: &str) -> Result<Artifact, PipelineError> {
        let row = self.store.artifact(id, file).await?;
        let row = row.ok_or(PipelineError::NotFound)?;
        let bytes = self.settings.artifacts.get(row.sha256).await?;
        Ok(Artifact {
            content_type: content_type(&row.file),
            info: stored::info(row),
            bytes,
        })
    }

    /// Puts content in the place of what a stage wrote. `if_sha256` is the content that the caller
    /// saw; when it has changed since, nothing is done.
    pub async fn edit(
        &self,
        viewer: Viewer,
        id: PlanId,
        file: &str,
        bytes: Vec<u8>,
        if_sha256: Option<&str>,
    ) -> Result<Edited, PipelineError> {
        let run = self.own(viewer, id).await?;
        self.check_edit(&run, file, &bytes)?;
        let seen = if_sha256.map(digest).transpose()?;
        let known = self.store.artifact(id, file).await?;
        let known = known.ok_or(PipelineError::NotFound)?;
        // The store has the last word, but bytes that it would refuse need not be kept.
        if matches!(
            run.state,
            GenerationState::Pending | GenerationState::Processing
        ) {
            return Err(self.under_way(&run));
        }
        if seen.is_some_and(|seen| seen != known.sha256) {
            return Err(changed(file, known.sha256));
        }
        let change = ArtifactChange::To {
            sha256: self.settings.artifacts.put(&bytes).await?,
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        };
        self.change(&run, file, change, seen).await
    }

    /// Puts back what the stage wrote.
    pub async fn revert(
        &self,
        viewer: Viewer,
        id: PlanId,
        file: &str,
    ) -> Result<Edited, PipelineError> {
        let run = self.own(viewer, id).await?;
        self.change(&run, file, ArtifactChange::Revert, None).await
    }

    async fn change(
        &self,
        run: &Generation,
        file: &str,
        change: ArtifactChange,
        seen: Option<Digest>,
    ) -> Result<Edited, PipelineError> {
        let outcome = self
            .store
            .edit_artifact(run.plan_id, file, change, seen, self.now())
            .await?;
        match outcome {
            EditOutcome::Done(row) => Ok(Edited {
                info: stored::info(row),
                stale: self.stale_stages(run).await?,
            }),
            EditOutcome::NoSuchFile => Err(PipelineError::NotFound),
            EditOutcome::UnderWay(_) => Err(self.under_way(run)),
            EditOutcome::Changed(now) => Err(changed(file, now)),
            EditOutcome::TooLarge { size } => Err(PipelineError::TooLarge {
                what: "the files of a plan together",
                max: MAX_EDITED_RUN.unsigned_abs(),
                size: size.unsigned_abs(),
            }),
        }
    }

    fn under_way(&self, run: &Generation) -> PipelineError {
        PipelineError::NotEditable(WrongState {
            state: self.state_of(run),
            why: "it is being worked on".to_owned(),
            next: "wait for it, or stop it first".to_owned(),
        })
    }

    /// Ids of the stages that regenerating would run again.
    pub(super) async fn stale_stages(
        &self,
        run: &Generation,
    ) -> Result<Vec<String>, PipelineError> {
        let mode = super::read::mode_of(run)?;
        let rows = self.store.generation_stages(&[run.plan_id]).await?;
        let records: Vec<_> = rows
            .into_iter()
            .map(stored::record)
            .collect::<Result<_, _>>()?;
        let files = self.store.artifacts(run.plan_id).await?;
        outline::stale(&self.settings.stages, mode, run.attempt, &records, files)
    }

    fn check_edit(&self, run: &Generation, file: &str, bytes: &[u8]) -> Result<(), PipelineError> {
        if bytes.len() > MAX_EDIT_BYTES {
            return Err(PipelineError::TooLarge {
                what: "an edited file",
                max: MAX_EDIT_BYTES as u64,
                size: bytes.len() as u64,
            });
        }
        let mode = super::read::mode_of(run)?;
        if outline::is_for_stages_only(&self.settings.stages, mode, file)? || is_page(file) {
            return Err(PipelineError::InvalidArgument {
                field: "file",
                expected: "a file that may be edited: not what decides whether the plan may be \
                           made, nor a page or report made from the other files"
                    .to_owned(),
                example: "project_plan.md".to_owned(),
            });
        }
        let invalid = |expected: String| PipelineError::InvalidArgument {
            field: "content",
            expected,
            example: "the file as it is, with your changes".to_owned(),
        };
        let text = std::str::from_utf8(bytes);
        let text = text.map_err(|_| invalid("text in UTF-8".to_owned()))?;
        let is_json = std::path::Path::new(file)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        // The title file is plain text in spite of its name.
        if is_json && !file.ends_with("project_title.json") {
            serde_json::from_str::<serde_json::Value>(text)
                .map_err(|error| invalid(format!("JSON ({error})")))?;
        }
        Ok(())
    }
}

fn changed(file: &str, now: Digest) -> PipelineError {
    PipelineError::Conflict(format!(
        "{file} was changed by somebody else and has the hash {now} now: read it again"
    ))
}

/// Pages are shown as such, so nobody's hand may write one.
fn is_page(file: &str) -> bool {
    content_type(file).starts_with("text/html")
}

fn digest(text: &str) -> Result<Digest, PipelineError> {
    text.parse()
        .map_err(|expected| PipelineError::InvalidArgument {
            field: "if_sha256",
            expected,
            example: "the sha256 that the file was read with".to_owned(),
        })
}

/// What a file is, by the end of its name.
pub(super) fn content_type(file: &str) -> &'static str {
    match file.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("md") => "text/markdown; charset=utf-8",
        Some("json") => "application/json",
        Some("csv") => "text/csv; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    }
}
