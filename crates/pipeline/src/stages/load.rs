//! Where stage files come from.

use std::collections::BTreeMap;
use std::path::Path;

use rust_embed::RustEmbed;

use super::StageError;

#[derive(RustEmbed)]
#[folder = "stages/"]
struct BuiltIn;

/// A folder beyond that is a mistake.
const MAX_FILES: usize = 500;

/// The bytes of the embedded files by id.
pub(super) fn built_in() -> BTreeMap<String, Vec<u8>> {
    BuiltIn::iter()
        .filter_map(|path| {
            let id = path.strip_suffix(".md")?.to_owned();
            Some((id, BuiltIn::get(&path)?.data.into_owned()))
        })
        .collect()
}

/// The bytes of a folder's `.md` files by id; other files are no stages.
pub(super) fn folder(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, StageError> {
    let fault = |error: std::io::Error| {
        StageError::new(
            &folder.display().to_string(),
            format!("the folder of stage files can't be read: {error}"),
        )
    };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        let markdown = path.extension().is_some_and(|end| end == "md");
        let Some(id) = path.file_stem().filter(|_| markdown) else {
            continue;
        };
        files.insert(
            id.to_string_lossy().into_owned(),
            std::fs::read(&path).map_err(fault)?,
        );
        if files.len() > MAX_FILES {
            let message = format!("the folder holds more than {MAX_FILES} stage files");
            return Err(StageError::new(&folder.display().to_string(), message));
        }
    }
    Ok(files)
}
