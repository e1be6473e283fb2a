//! Writes the reports of finished runs, to look at them: `report OUT RUN...`, where a run is a zip
//! or a folder of artifacts. Prints the sizes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use chrono::NaiveDate;
use pipeline::{CodeInput, Mode, StageRecord, report};

type Failure = Box<dyn std::error::Error>;
type Files = BTreeMap<String, Vec<u8>>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args_os().skip(1);
    let out = arguments.next().ok_or("usage: report OUT RUN...")?;
    for run in arguments {
        let run = Path::new(&run);
        let name = run.file_stem().ok_or("a run has a name")?.to_string_lossy();
        write(Path::new(&out), &name, &read(run)?)?;
    }
    Ok(())
}

fn write(out: &Path, name: &str, files: &Files) -> Result<(), Failure> {
    let plan = plan::read_files(name, files)?;
    let records = records(files);
    let start = plan.start_date.or(NaiveDate::from_ymd_opt(2026, 1, 5));
    let input = CodeInput {
        prompt: &plan.prompt.text,
        mode: Mode::All,
        start_date: start.ok_or("a date")?,
        title: &plan.title,
        files,
        provenance: &records,
    };
    let page = report::html(&input)?;
    let markdown = report::markdown(&input)?;
    fs::create_dir_all(out)?;
    fs::write(out.join(format!("{name}.html")), &page)?;
    fs::write(out.join(format!("{name}.md")), &markdown)?;
    println!("{:>9} {:>7} {name}", page.len(), markdown.len());
    Ok(())
}

/// The records of the run, where somebody put them beside its artifacts.
fn records(files: &Files) -> Vec<StageRecord> {
    let file = files.get("stage_records.json");
    file.and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default()
}

fn read(run: &Path) -> Result<Files, Failure> {
    let mut files = Files::new();
    if run.is_dir() {
        for entry in fs::read_dir(run)? {
            let path = entry?.path();
            if path.is_file() {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                files.insert(suffix(&name).to_owned(), fs::read(&path)?);
            }
        }
        return Ok(files);
    }
    let mut archive = zip::ZipArchive::new(fs::File::open(run)?)?;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at)?;
        let path = file.name()?.into_owned();
        if file.is_dir() || path.contains("__MACOSX") {
            continue;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let name = path.rsplit('/').next().unwrap_or(&path);
        files.insert(suffix(name).to_owned(), bytes);
    }
    Ok(files)
}

/// The name without the number that older runs put before it.
fn suffix(name: &str) -> &str {
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    match name.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) if is_number(&name[..at]) => &name[at..],
        _ => name,
    }
}
