//! The one place of this crate that touches the file system: walking a run's folder.
//!
//! Only regular files are read, links are refused, and only the files that a plan is made
//! of are opened.

use std::fs;
use std::io::Read;
use std::path::Path;

use super::{ReadError, limits, names, run};
use crate::model::Plan;

/// Reads the folder of a PlanExe run. The folder's name is the title's last resort.
pub fn read_folder(folder: &Path) -> Result<Plan, ReadError> {
    let paths = list(folder)?;
    names::check_paths(paths.iter().map(String::as_str))?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut run = run::RunReader::new(&name);
    let mut budget = limits::MAX_READ_BYTES;
    for file in names::select(paths.iter().map(String::as_str))? {
        let content = read_bounded(&folder.join(file.path), file.path)?;
        limits::spend(&mut budget, content.len() as u64, file.path)?;
        run.add(file.suffix, file.path, &content)?;
    }
    run.finish()
}

/// Relative paths of the files in `folder`, sorted; one level of subfolders, as a run has none.
fn list(folder: &Path) -> Result<Vec<String>, ReadError> {
    let mut paths = Vec::new();
    list_into(folder, "", &mut paths)?;
    paths.sort();
    Ok(paths)
}

fn list_into(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<(), ReadError> {
    for entry in fs::read_dir(folder).map_err(|error| io_error(folder, &error))? {
        let entry = entry.map_err(|error| io_error(folder, &error))?;
        let kind = entry
            .file_type()
            .map_err(|error| io_error(&entry.path(), &error))?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if kind.is_symlink() {
            return Err(ReadError::BadPath {
                path,
                reason: "is a symbolic link",
            });
        }
        if kind.is_dir() && prefix.is_empty() {
            list_into(&entry.path(), &format!("{path}/"), paths)?;
        } else if kind.is_file() {
            paths.push(path);
        }
        if paths.len() > limits::MAX_ENTRIES {
            return Err(ReadError::TooManyEntries);
        }
    }
    Ok(())
}

fn read_bounded(path: &Path, name: &str) -> Result<Vec<u8>, ReadError> {
    let file = fs::File::open(path).map_err(|error| io_error(path, &error))?;
    let mut content = Vec::new();
    file.take(limits::MAX_FILE_BYTES + 1)
        .read_to_end(&mut content)
        .map_err(|error| io_error(path, &error))?;
    if content.len() as u64 > limits::MAX_FILE_BYTES {
        return Err(ReadError::FileTooLarge {
            path: name.to_owned(),
            limit: limits::MAX_FILE_BYTES,
        });
    }
    Ok(content)
}

fn io_error(path: &Path, error: &std::io::Error) -> ReadError {
    ReadError::Io {
        path: path.display().to_string(),
        detail: error.to_string(),
    }
}
