//! Writes what was made to where the user wants it; each file appears only when it is complete.

use std::path::Path;

use anyhow::Context;
use pipeline::{Download, Pipeline, Viewer};
use store::PlanId;

use crate::cli::Generate;

pub(super) async fn all(pipeline: &Pipeline, id: PlanId, args: &Generate) -> anyhow::Result<()> {
    if let Some(path) = &args.report {
        let report = pipeline.fetch(Viewer::SYSTEM, id, Download::Report).await?;
        write(path, &report.bytes)?;
    }
    let Some(path) = &args.out else { return Ok(()) };
    if path.extension().is_some_and(|end| end == "zip") {
        let zip = pipeline.fetch(Viewer::SYSTEM, id, Download::Zip).await?;
        return write(path, &zip.bytes);
    }
    std::fs::create_dir_all(path)
        .with_context(|| format!("can't create the folder {}", path.display()))?;
    for info in pipeline.files(Viewer::SYSTEM, id).await? {
        let file = pipeline.read(Viewer::SYSTEM, id, &info.file).await?;
        write(&path.join(&info.file), &file.bytes)?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let written = std::fs::write(&partial, bytes).and_then(|()| std::fs::rename(&partial, path));
    written.with_context(|| format!("can't write {}", path.display()))
}
