//! What the tests of this crate share: where the corpus is, and zips made by hand.

use std::path::PathBuf;

/// The zips of real runs, sorted; `None` (and a line that says so) without the corpus.
pub(crate) fn corpus() -> Option<Vec<PathBuf>> {
    let root = std::env::var_os("PLANRANK_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(root.join("runs")) else {
        println!("skipped: no corpus at {}", root.display());
        return None;
    };
    let mut zips: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "zip"))
        .collect();
    zips.sort();
    Some(zips)
}
