//! The zip of a run: all its files in one flat folder, as PlanExe packs them.
//!
//! Invariant: the same files give the same bytes, whenever and wherever they are packed: files are
//! in the order of their names, and bear the earliest time that the format knows.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Why files could not be packed.
#[derive(Debug, thiserror::Error)]
#[error("the files could not be packed: {0}")]
pub struct BundleError(#[from] zip::result::ZipError);

impl From<std::io::Error> for BundleError {
    fn from(error: std::io::Error) -> Self {
        Self(error.into())
    }
}

/// Packs files by name.
pub fn pack<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<Vec<u8>, BundleError> {
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort_unstable_by_key(|(name, _)| *name);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [(&str, &[u8]); 3] = [
        (
            "plan.txt",
            b"Plan:\nBuild a bridge.\n\nToday's date:\n2026-Nov-23\n\nProject start ASAP",
        ),
        (
            "wbs_level1.json",
            br#"{"id":"1","project_title":"Bridge","final_deliverable":"A bridge"}"#,
        ),
        ("report.html", b"<html></html>"),
    ];

    #[test]
    fn the_same_files_give_the_same_bytes_in_whatever_order() {
        let packed = pack(FILES).unwrap();
        let mut reversed = FILES;
        reversed.reverse();
        assert_eq!(pack(reversed).unwrap(), packed);
        let hash = crate::artifacts::digest(&packed);
        assert_eq!(hash, crate::artifacts::digest(&pack(FILES).unwrap()));
    }

    #[test]
    fn our_own_reader_reads_it() {
        let plan = plan::read_zip(&pack(FILES).unwrap(), "run").unwrap();
        assert_eq!(plan.prompt.text, "Build a bridge.");
    }

    #[test]
    fn two_files_of_one_name_are_refused() {
        let twice = [("plan.txt", b"a".as_slice()), ("plan.txt", b"b")];
        assert!(pack(twice).is_err());
    }
}
