//! The documents and the files for deployment against the command line: every variable is told, and
//! none that isn't there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;

use super::Cli;

/// Read by scripts, by Compose itself or by tests, and by no command.
const NOT_OURS: [&str; 10] = [
    "PLANRANK_API_KEY",
    "PLANRANK_BIN",
    "PLANRANK_CHROMIUM",
    "PLANRANK_CORPUS",
    "PLANRANK_DEMO_CALLS",
    "PLANRANK_KEY",
    "PLANRANK_PORT",
    "PLANRANK_TEST_OIDC",
    "PLANRANK_TEST_POSTGRES",
    "PLANRANK_URL",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every variable that any command reads.
fn known() -> BTreeSet<String> {
    fn add(command: &clap::Command, known: &mut BTreeSet<String>) {
        let of_arguments = command.get_arguments().filter_map(clap::Arg::get_env);
        known.extend(of_arguments.map(|name| name.to_string_lossy().into_owned()));
        for inner in command.get_subcommands() {
            add(inner, known);
        }
    }
    let mut known = BTreeSet::new();
    add(&Cli::command(), &mut known);
    known
}

/// The words of that text that look like our variables, each with its file.
fn mentioned(file: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words
        .filter(|word| word.starts_with("PLANRANK_"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_guide_to_deployment_tells_every_variable() {
    let known = known();
    assert!(known.len() > 40, "{known:?}");
    let guide = fs::read_to_string(root().join("docs/DEPLOY.md")).unwrap();
    let untold: Vec<&String> = known
        .iter()
        .filter(|name| !guide.contains(&format!("`{name}`")))
        .collect();
    assert_eq!(untold, Vec::<&String>::new());
}

#[test]
fn no_file_names_a_variable_that_is_not_there() {
    let known = known();
    for file in [
        "README.md",
        "docs/DEPLOY.md",
        "docs/OPERATIONS.md",
        "Dockerfile",
        "docker-compose.yml",
        "docker-compose.test.yml",
        "deploy/railway/web.toml",
        "deploy/railway/worker.toml",
        "scripts/smoke",
        "scripts/with-service",
    ] {
        for name in mentioned(file) {
            // `PLANRANK_OIDC_*` speaks of several.
            let one_or_several = match name.strip_suffix('_') {
                Some(start) => known.iter().any(|name| name.starts_with(start)),
                None => known.contains(&name),
            };
            let ours = one_or_several || NOT_OURS.contains(&name.as_str());
            assert!(ours, "{file} names {name}, which no command reads");
        }
    }
}
