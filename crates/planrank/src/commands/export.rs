//! `planrank export`: the ranking for other programs.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use arena::export::{ExportQuery, Format, export};
use arena::views::{Scope, ViewError, Viewer};
use futures::{Stream, StreamExt};

use crate::cli::{Export, ExportFormat, Global};
use crate::exit::Exit;
use crate::output;
use crate::wiring::{DEFAULT_FILE, Database};

pub(super) async fn run(global: &Global, args: &Export) -> anyhow::Result<Exit> {
    if args.comparisons && args.format == ExportFormat::Csv {
        bail!("CSV holds one table, so it can't hold comparisons; use --format json or ndjson");
    }
    let store = Database::chosen(global, DEFAULT_FILE).open().await?;
    let query = ExportQuery {
        top: args.top,
        comparisons: args.comparisons,
        ..ExportQuery::all(Scope::Public, format(args.format))
    };
    let chunks = export(store, Viewer::SYSTEM, query)?;
    match &args.output {
        Some(path) => write_file(path, chunks).await?,
        None => write(&mut std::io::stdout(), chunks).await?,
    }
    Ok(Exit::Done)
}

fn format(format: ExportFormat) -> Format {
    match format {
        ExportFormat::Json => Format::Json,
        ExportFormat::Ndjson => Format::Ndjson,
        ExportFormat::Csv => Format::Csv,
    }
}

/// Under another name first: a reader never sees half a file.
async fn write_file(
    path: &Path,
    chunks: impl Stream<Item = Result<String, ViewError>>,
) -> anyhow::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let file = std::fs::File::create(&partial)
        .with_context(|| format!("can't write {}", path.display()))?;
    let mut buffered = std::io::BufWriter::new(file);
    write(&mut buffered, chunks).await?;
    buffered
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    std::fs::rename(&partial, path).with_context(|| format!("can't write {}", path.display()))
}

/// In JSON what a terminal would obey is escaped; cells of CSV hold nothing of it.
async fn write(
    out: &mut impl Write,
    chunks: impl Stream<Item = Result<String, ViewError>>,
) -> anyhow::Result<()> {
    let mut chunks = std::pin::pin!(chunks);
    while let Some(chunk) = chunks.next().await {
        out.write_all(output::harmless_json(&chunk?).as_bytes())?;
    }
    Ok(out.flush()?)
}
