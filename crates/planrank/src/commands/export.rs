//! `planrank export`: the ranking for other programs.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use arena::export::{Export as Data, export};
use serde_json::json;
use store::{Contest, LeaderRow};

use crate::cli::{Export, ExportFormat, Global};
use crate::exit::Exit;
use crate::output;
use crate::wiring::{DEFAULT_FILE, Database};

pub(super) async fn run(global: &Global, args: &Export) -> anyhow::Result<Exit> {
    if args.comparisons && args.format == ExportFormat::Csv {
        bail!("CSV holds one table, so it can't hold comparisons; use --format json or ndjson");
    }
    let store = Database::chosen(global, DEFAULT_FILE).open().await?;
    let data = export(&store, Contest::Public, args.top, args.comparisons).await?;
    match &args.output {
        Some(path) => write_file(path, &data, args.format)?,
        None => write(std::io::stdout().lock(), &data, args.format)?,
    }
    Ok(Exit::Done)
}

/// Under another name first: a reader never sees half a file.
fn write_file(path: &Path, data: &Data, format: ExportFormat) -> anyhow::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let file = std::fs::File::create(&partial)
        .with_context(|| format!("can't write {}", path.display()))?;
    let mut buffered = std::io::BufWriter::new(file);
    write(&mut buffered, data, format)?;
    buffered
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    std::fs::rename(&partial, path).with_context(|| format!("can't write {}", path.display()))
}

fn write(out: impl Write, data: &Data, format: ExportFormat) -> anyhow::Result<()> {
    match format {
        ExportFormat::Json => json(out, data),
        ExportFormat::Ndjson => ndjson(out, data),
        ExportFormat::Csv => csv(out, &data.plans),
    }
}

fn json(mut out: impl Write, data: &Data) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(data)?;
    Ok(writeln!(out, "{}", output::harmless_json(&text))?)
}

/// One object a line, its kind in `type`.
fn ndjson(mut out: impl Write, data: &Data) -> anyhow::Result<()> {
    let head = json!({ "type": "export", "version": data.version, "contest": data.contest });
    writeln!(out, "{head}")?;
    for plan in &data.plans {
        writeln!(out, "{}", tagged("plan", plan)?)?;
    }
    for comparison in data.comparisons.iter().flatten() {
        writeln!(out, "{}", tagged("comparison", comparison)?)?;
    }
    Ok(())
}

fn tagged(kind: &str, value: &impl serde::Serialize) -> anyhow::Result<String> {
    let mut object = serde_json::to_value(value)?;
    object["type"] = kind.into();
    Ok(output::harmless_json(&object.to_string()).into_owned())
}

fn csv(out: impl Write, plans: &[LeaderRow]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record([
        "rank",
        "rank_low",
        "rank_high",
        "elo",
        "elo_se",
        "elo_low",
        "elo_high",
        "percentile",
        "provisional",
        "num_comparisons",
        "num_opponents",
        "novelty_score",
        "prompt_quality",
        "technical_completeness",
        "feasibility",
        "impact_estimate",
        "plan_id",
        "title",
        "domain",
    ])?;
    for row in plans {
        writer.write_record(record(row))?;
    }
    Ok(writer.flush()?)
}

fn record(row: &LeaderRow) -> Vec<String> {
    let number = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
    let count = |x: Option<i64>| x.map_or_else(String::new, |x| x.to_string());
    let kpis = &row.kpis;
    vec![
        count(row.rank),
        count(row.rank_low),
        count(row.rank_high),
        number(row.elo),
        number(row.elo_se),
        number(row.elo_low),
        number(row.elo_high),
        number(row.percentile),
        row.provisional.map_or_else(String::new, |p| p.to_string()),
        row.num_comparisons.to_string(),
        row.num_opponents.to_string(),
        number(kpis.novelty_score),
        number(kpis.prompt_quality),
        number(kpis.technical_completeness),
        number(kpis.feasibility),
        number(kpis.impact_estimate),
        row.plan_id.to_string(),
        inert(&row.title),
        inert(row.domain.as_deref().unwrap_or_default()),
    ]
}

/// A cell that a spreadsheet would take for a formula gets a quote before it.
fn inert(text: &str) -> String {
    let text = output::harmless(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_no_formula_in_a_spreadsheet() {
        for (title, cell) in [
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("\u{200b}=1", "'=1"),
            ("A = B", "A = B"),
        ] {
            assert_eq!(inert(title), cell);
        }
    }
}
