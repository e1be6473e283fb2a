//! What a plan is delivered as: the report, the report as Markdown, the zip of all files; and
//! signed links to them.

use store::{ArtifactRow, Digest, Generation, PlanId};

use super::types::{Artifact, DownloadInfo, RunState, Viewer};
use super::{Pipeline, PipelineError, files};
use crate::artifacts;
use crate::bundle;
use crate::checkpoints::ArtifactInfo;
use crate::links::{Download, LinkError, SignedLink};

const ZIP: &str = "application/zip";
const MAX_NAME_CHARS: usize = 60;

impl Pipeline {
    /// What a download will be, without its bytes.
    pub async fn download(
        &self,
        viewer: Viewer,
        id: PlanId,
        what: Download,
    ) -> Result<DownloadInfo, PipelineError> {
        let run = self.readable(viewer, id).await?;
        let delivered = self.delivered(&run, what).await?;
        Ok(DownloadInfo {
            content_type: delivered.content_type,
            file_name: file_name(&run, what),
            sha256: delivered.sha256.to_string(),
            size: delivered.size,
        })
    }

    /// The bytes of a download; the name in `info` is the one to save it under.
    pub async fn fetch(
        &self,
        viewer: Viewer,
        id: PlanId,
        what: Download,
    ) -> Result<Artifact, PipelineError> {
        let run = self.readable(viewer, id).await?;
        self.bytes_of(&run, what).await
    }

    /// A link that opens a download without an account until it expires. Whoever makes one has
    /// looked whether the caller may fetch it.
    pub fn link(&self, id: PlanId, what: Download) -> SignedLink {
        let until = self.now() + self.settings.link_life;
        self.links.sign(id, what, until)
    }

    /// What a link's token opens.
    pub async fn open_link(&self, token: &str) -> Result<Artifact, PipelineError> {
        let opened = self.links.open(token, self.now());
        let (id, what) = opened.map_err(|error| match error {
            LinkError::Invalid => PipelineError::NotFound,
            LinkError::Expired(at) => PipelineError::LinkExpired(at),
        })?;
        let run = self.store.generation(id).await?;
        let run = run.ok_or(PipelineError::NotFound)?;
        self.bytes_of(&run, what).await
    }

    /// All files of a run, packed.
    pub(crate) async fn zip(&self, run: &Generation) -> Result<Vec<u8>, PipelineError> {
        let delivered = self.bundle(run).await?;
        Ok(self.settings.artifacts.get(delivered.sha256).await?)
    }

    async fn bytes_of(&self, run: &Generation, what: Download) -> Result<Artifact, PipelineError> {
        let delivered = self.delivered(run, what).await?;
        let bytes = self.settings.artifacts.get(delivered.sha256).await?;
        Ok(Artifact {
            info: ArtifactInfo {
                file: file_name(run, what),
                sha256: delivered.sha256.to_string(),
                size: delivered.size,
                stage: delivered.stage,
                edited: delivered.edited,
                updated_at: run.finished_at.unwrap_or(run.last_progress_at),
            },
            content_type: delivered.content_type,
            bytes,
        })
    }

    async fn delivered(
        &self,
        run: &Generation,
        what: Download,
    ) -> Result<Delivered, PipelineError> {
        let state = self.state_of(run);
        let Some(file) = what.artifact() else {
            if matches!(state, RunState::Pending | RunState::Processing) {
                return Err(not_ready(state, "the zip is made when the run has ended"));
            }
            return self.bundle(run).await;
        };
        match self.store.artifact(run.plan_id, file).await? {
            Some(row) => Ok(Delivered::of(row)),
            None => Err(not_ready(state, "the report is made last")),
        }
    }

    /// The zip of the files as they are; packed once for each state of them.
    async fn bundle(&self, run: &Generation) -> Result<Delivered, PipelineError> {
        let rows = self.store.artifacts(run.plan_id).await?;
        if rows.is_empty() {
            return Err(not_ready(self.state_of(run), "there is no file yet"));
        }
        let of = listing(&rows);
        if let (true, Some(sha256), Some(size)) = (
            run.bundle_of == Some(of),
            run.bundle_sha256,
            run.bundle_size,
        ) {
            return Ok(Delivered::zip(sha256, size));
        }
        let zip = self.packed(&rows).await?;
        let sha256 = self.settings.artifacts.put(&zip).await?;
        let size = i64::try_from(zip.len()).unwrap_or(i64::MAX);
        self.store
            .keep_bundle(run.plan_id, of, sha256, size)
            .await?;
        Ok(Delivered::zip(sha256, size))
    }

    async fn packed(&self, rows: &[ArtifactRow]) -> Result<Vec<u8>, PipelineError> {
        let mut files = Vec::with_capacity(rows.len());
        for row in rows {
            let bytes = self.settings.artifacts.get(row.sha256).await?;
            files.push((row.file.clone(), bytes));
        }
        let packing = tokio::task::spawn_blocking(move || {
            bundle::pack(
                files
                    .iter()
                    .map(|(name, bytes)| (name.as_str(), bytes.as_slice())),
            )
        });
        match packing.await {
            Ok(packed) => packed.map_err(|error| PipelineError::Conflict(error.to_string())),
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
}

/// Something to be handed out, by its content.
struct Delivered {
    content_type: &'static str,
    sha256: Digest,
    size: u64,
    stage: String,
    edited: bool,
}

impl Delivered {
    fn of(row: ArtifactRow) -> Self {
        Self {
            content_type: files::content_type(&row.file),
            sha256: row.sha256,
            size: row.size.unsigned_abs(),
            stage: row.stage,
            edited: row.edited,
        }
    }

    fn zip(sha256: Digest, size: i64) -> Self {
        Self {
            content_type: ZIP,
            sha256,
            size: size.unsigned_abs(),
            stage: String::new(),
            edited: false,
        }
    }
}

fn not_ready(state: RunState, why: &str) -> PipelineError {
    PipelineError::NotReady {
        reason: format!("{why}; the run is {state}"),
    }
}

/// The hash of which files there are.
fn listing(rows: &[ArtifactRow]) -> Digest {
    let lines = rows
        .iter()
        .map(|row| format!("{} {}\n", row.sha256, row.file));
    artifacts::digest(lines.collect::<String>().as_bytes())
}

/// The name to save a download under: words of the title, safe on every file system.
fn file_name(run: &Generation, what: Download) -> String {
    let kept = run.title.chars().map(|c| match c {
        c if c.is_alphanumeric() => c.to_ascii_lowercase(),
        _ => ' ',
    });
    let kept: String = kept.collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    let name: String = words.join("-").chars().take(MAX_NAME_CHARS).collect();
    let name = name.trim_matches('-');
    let name = if name.is_empty() { "plan" } else { name };
    match what {
        Download::Report => format!("{name}.html"),
        Download::Markdown => format!("{name}.md"),
        Download::Zip => format!("{name}.zip"),
    }
}
