//! Readers: a PlanExe run (zip, folder, or files in memory) or plan JSON becomes a [`Plan`].
//!
//! Bad input is normal. A part that is missing or broken is a named [`crate::model::Warning`];
//! only what makes the whole document unusable or unsafe is a [`ReadError`], and every limit
//! in [`limits`] is enforced before memory is spent.

mod archive;
mod collector;
mod document;
mod error;
pub mod folder;
mod json;
pub mod limits;
mod names;
mod run;

pub use error::ReadError;
pub use folder::read_folder;

use crate::model::Plan;

/// Reads a plan of either kind: a zip by its magic number, otherwise plan JSON.
pub fn read_any(bytes: &[u8], file_name: &str) -> Result<Plan, ReadError> {
    if bytes.starts_with(b"PK") {
        return read_zip(bytes, file_name);
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match text.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(b'{' | b'[') => read_json(bytes, file_name),
        Some(_) => Err(ReadError::UnknownFormat),
        None => Err(ReadError::Empty),
    }
}

/// Reads the zip of a PlanExe run. `name` is the zip's file name, the title's last resort.
pub fn read_zip(bytes: &[u8], name: &str) -> Result<Plan, ReadError> {
    let archive = archive::Archive::open(bytes)?;
    let files = names::select(archive.entries().iter().map(|e| e.path.as_str()))?;
    let mut run = run::RunReader::new(name);
    let mut budget = limits::MAX_READ_BYTES;
    for file in files {
        let content = archive.inflate(file.index, &mut budget)?;
        run.add(file.suffix, file.path, &content)?;
    }
    run.finish()
}

/// Reads a run from files in memory: `(path inside the run's folder, content)`.
pub fn read_files<P, B>(
    name: &str,
    files: impl IntoIterator<Item = (P, B)>,
) -> Result<Plan, ReadError>
where
    P: AsRef<str>,
    B: AsRef<[u8]>,
{
    let files: Vec<(P, B)> = files.into_iter().collect();
    names::check_paths(files.iter().map(|(path, _)| path.as_ref()))?;
    let selected = names::select(files.iter().map(|(path, _)| path.as_ref()))?;
    let mut run = run::RunReader::new(name);
    let mut budget = limits::MAX_READ_BYTES;
    for file in selected {
        let content = files[file.index].1.as_ref();
        limits::spend(&mut budget, content.len() as u64, file.path)?;
        run.add(file.suffix, file.path, content)?;
    }
    run.finish()
}

/// Reads plan JSON (see `docs/PLAN_JSON.md`). `name` is the file's name, used in messages.
pub fn read_json(bytes: &[u8], name: &str) -> Result<Plan, ReadError> {
    document::read(bytes, name)
}

/// Feeds `bytes` to every reader and everything behind it: what the fuzz target and the property
/// tests run. The bytes count as a file, and as NUL-separated paths and contents of a folder.
///
/// Panics if a card exceeds its bound.
pub fn exercise(bytes: &[u8]) {
    let parts: Vec<&[u8]> = bytes.split(|byte| *byte == 0).collect();
    let files = parts.chunks_exact(2).map(|pair| {
        let path = String::from_utf8_lossy(pair[0]).into_owned();
        (path, pair[1])
    });
    let read = [
        read_any(bytes, "fuzz"),
        read_json(bytes, "fuzz"),
        read_zip(bytes, "fuzz"),
        read_files("fuzz", files),
    ];
    for plan in read.into_iter().flatten() {
        let card = crate::card(&plan);
        assert!(card.render().len() <= crate::card::MAX_CARD_BYTES);
        assert!(crate::Signature::of(&card).jaccard_estimate(&crate::Signature::of(&card)) >= 1.0);
        assert_eq!(
            crate::content_hash(&plan),
            crate::content_hash(&plan.clone())
        );
    }
}
