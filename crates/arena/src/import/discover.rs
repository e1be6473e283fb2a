//! Finds what to import under the paths that a person named.
//!
//! A file is a run zip, plan JSON, or a catalogue. A folder is a run when it holds a run's
//! files, and else a place to look for plans in, a few levels down. The order is that of
//! the names, so the same folder is always read in the same order.

use std::path::{Path, PathBuf};

use crate::catalogue::Catalogue;

use super::ImportError;

/// Deep enough for `corpus/runs/run/`, shallow enough not to walk a home folder.
const MAX_DEPTH: u32 = 3;
const MAX_INPUTS: usize = 100_000;

/// One plan to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    Zip(PathBuf),
    Folder(PathBuf),
    Json(PathBuf),
}

impl Input {
    pub fn path(&self) -> &Path {
        match self {
            Self::Zip(path) | Self::Folder(path) | Self::Json(path) => path,
        }
    }

    /// File name without its extension: the run's name in a catalogue.
    pub fn name(&self) -> String {
        let name = match self {
            Self::Folder(path) => path.file_name(),
            Self::Zip(path) | Self::Json(path) => path.file_stem(),
        };
        name.map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default()
    }
}

/// Everything found, and the catalogue that describes some of it.
#[derive(Debug, Default)]
pub struct Discovery {
    pub inputs: Vec<Input>,
    pub catalogue: Catalogue,
}

/// Looks at each path; a path that doesn't exist, or holds no plan, is an error.
pub fn discover(paths: &[PathBuf]) -> Result<Discovery, ImportError> {
    let mut found = Discovery::default();
    for path in paths {
        let before = (found.inputs.len(), found.catalogue.len());
        let kind = std::fs::metadata(path).map_err(|e| ImportError::unreadable(path, &e))?;
        if kind.is_dir() {
            visit_folder(path, 0, &mut found)?;
        } else {
            visit_file(path, Named::ByUser, &mut found)?;
        }
        if before == (found.inputs.len(), found.catalogue.len()) {
            return Err(ImportError::NothingFound(path.clone()));
        }
    }
    found.inputs.sort();
    found.inputs.dedup();
    Ok(found)
}

/// Whether a person named the file, or it was met in a folder among others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    ByUser,
    InFolder,
}

fn visit_file(path: &Path, named: Named, found: &mut Discovery) -> Result<(), ImportError> {
    let extension = path
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    match extension.as_str() {
        "zip" => found.inputs.push(Input::Zip(path.to_owned())),
        "json" => found.inputs.push(Input::Json(path.to_owned())),
        "yml" | "yaml" if named == Named::ByUser || is_catalogue_name(path) => {
            let bytes = std::fs::read(path).map_err(|e| ImportError::unreadable(path, &e))?;
            found.catalogue = Catalogue::parse(&bytes).map_err(|error| ImportError::Catalogue {
                path: path.to_owned(),
                error,
            })?;
            if named == Named::ByUser {
                zips_beside(path, found)?;
            }
        }
        _ if named == Named::ByUser => return Err(ImportError::UnknownKind(path.to_owned())),
        _ => {}
    }
    if found.inputs.len() > MAX_INPUTS {
        return Err(ImportError::TooMany(MAX_INPUTS));
    }
    Ok(())
}

fn is_catalogue_name(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|n| n == "examples.yml" || n == "examples.yaml")
}

/// A catalogue named alone stands for the zips beside it, or in `runs/` beside it.
fn zips_beside(catalogue: &Path, found: &mut Discovery) -> Result<(), ImportError> {
    let folder = catalogue
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    for place in [folder.to_owned(), folder.join("runs")] {
        if !place.is_dir() {
            continue;
        }
        let zips = entries(&place)?
            .into_iter()
            .filter(|p| p.extension().is_some_and(|e| e == "zip"));
        found.inputs.extend(zips.map(Input::Zip));
    }
    Ok(())
}

fn visit_folder(folder: &Path, depth: u32, found: &mut Discovery) -> Result<(), ImportError> {
    let children = entries(folder)?;
    if children.iter().any(|p| is_run_file(p)) {
        found.inputs.push(Input::Folder(folder.to_owned()));
        return Ok(());
    }
    for child in children {
        // A link could lead out of the folder, or round in a circle.
        let kind =
            std::fs::symlink_metadata(&child).map_err(|e| ImportError::unreadable(&child, &e))?;
        if kind.is_dir() && depth < MAX_DEPTH {
            visit_folder(&child, depth + 1, found)?;
        } else if kind.is_file() {
            visit_file(&child, Named::InFolder, found)?;
        }
    }
    Ok(())
}

/// Every run holds the prompt as `plan.txt`, with or without a number before it.
fn is_run_file(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|n| n.to_string_lossy()) else {
        return false;
    };
    let digits = |c: char| c.is_ascii_digit() || c == '-';
    name.trim_start_matches(digits) == "plan.txt"
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let unreadable = |e: std::io::Error| ImportError::unreadable(folder, &e);
    let mut paths = std::fs::read_dir(folder)
        .map_err(unreadable)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable)?;
    paths.retain(|p| {
        p.file_name()
            .is_some_and(|n| n != "__MACOSX" && !n.to_string_lossy().starts_with('.'))
    });
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, body) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, body).unwrap();
        }
        root
    }

    fn found(root: &Path, paths: &[&str]) -> Vec<String> {
        let paths: Vec<PathBuf> = paths.iter().map(|p| root.join(p)).collect();
        let inputs = discover(&paths).unwrap().inputs;
        inputs
            .iter()
            .map(|i| i.path().strip_prefix(root).unwrap().display().to_string())
            .collect()
    }

    const CATALOGUE: &str = "- {title: A, report_link: a_report.html}\n";

    #[test]
    fn folders_are_searched_and_runs_are_recognised() {
        let root = tree(&[
            ("b.zip", ""),
            ("a.json", ""),
            ("readme.md", ""),
            ("run1/001-2-plan.txt", ""),
            ("run1/wbs.json", ""),
            ("run2/plan.txt", ""),
            ("__MACOSX/c.zip", ""),
            (".hidden/d.zip", ""),
        ]);
        assert_eq!(
            found(root.path(), &[""]),
            ["b.zip", "run1", "run2", "a.json"]
        );
    }

    #[test]
    fn a_catalogue_brings_the_zips_beside_it_and_in_runs() {
        let root = tree(&[
            ("examples.yml", CATALOGUE),
            ("a.zip", ""),
            ("runs/b.zip", ""),
            ("other/c.zip", ""),
        ]);
        assert_eq!(
            found(root.path(), &["examples.yml"]),
            ["a.zip", "runs/b.zip"]
        );
    }

    #[test]
    fn a_folder_with_a_catalogue_uses_it() {
        let root = tree(&[
            ("examples.yml", CATALOGUE),
            ("runs/a.zip", ""),
            ("config.yml", "not: a catalogue"),
        ]);
        let discovery = discover(&[root.path().to_owned()]).unwrap();
        assert_eq!(discovery.catalogue.run_names().collect::<Vec<_>>(), ["a"]);
        assert_eq!(discovery.inputs.len(), 1);
    }

    #[test]
    fn the_same_plan_named_twice_is_read_once() {
        let root = tree(&[("a.zip", "")]);
        assert_eq!(found(root.path(), &["a.zip", "", "a.zip"]), ["a.zip"]);
    }

    #[test]
    fn what_holds_no_plan_is_an_error_that_names_it() {
        let root = tree(&[("empty/readme.md", ""), ("notes.txt", "")]);
        for (path, part) in [
            ("empty", "no plan"),
            ("notes.txt", "not a run zip"),
            ("gone", "gone"),
        ] {
            let error = discover(&[root.path().join(path)]).unwrap_err().to_string();
            assert!(error.contains(part) && error.contains(path), "{error}");
        }
    }
}
