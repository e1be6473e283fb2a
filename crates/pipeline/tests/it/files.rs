//! Stage files as people write them: what is wrong is told with file and field, and a folder's files
//! take the place of the built-in ones.

use std::collections::BTreeMap;

use pipeline::{Mode, Stages};

const GOOD: &str = "---\ntitle: T\nphase: work\ninputs: [a.md]\noutputs: [t.json]\nmax_output_tokens: \
    100\nschema: {type: object}\n---\n# System\nx\n# User\ny\n# Offline\n{}\n";

fn load(text: &str) -> Result<Stages, String> {
    let files = [("_system", "rules"), ("t", text)];
    let files = files.map(|(id, text)| (id.to_owned(), text.as_bytes().to_vec()));
    Stages::of_files(BTreeMap::from(files)).map_err(|error| error.to_string())
}

#[test]
fn a_broken_stage_file_is_told_with_its_name_and_the_field() {
    assert!(load(GOOD).is_ok());
    let mut wrong = Vec::new();
    for (from, to, told) in [
        (
            "phase: work",
            "phase: lunch",
            "line 3 column 8: unknown variant `lunch`",
        ),
        ("phase: work", "phase: work\ncolour: red", "colour"),
        ("title: T", "title: \" \"", "title: is empty"),
        (
            "outputs: [t.json]",
            "outputs: []",
            "outputs: name at least one",
        ),
        (
            "outputs: [t.json]",
            "outputs: [../t.json]",
            "outputs: \"../t.json\"",
        ),
        (
            "outputs: [t.json]",
            "outputs: [{file: t.json, pick: rows}]",
            "pick: \"rows\"",
        ),
        (
            "outputs: [t.json]",
            "outputs: [{file: t.json, colour: red}]",
            "colour",
        ),
        (
            "inputs: [a.md]",
            "inputs: [\"*\"]",
            "inputs: \"*\" is for stages of code",
        ),
        (
            "max_output_tokens: 100\n",
            "",
            "max_output_tokens: is missing",
        ),
        (
            "max_output_tokens: 100",
            "max_output_tokens: 0",
            "max_output_tokens: must be",
        ),
        (
            "schema: {type: object}",
            "schema: {type: objekt}",
            "schema: ",
        ),
        ("schema: {type: object}\n", "", "schema: is missing"),
        (
            "schema:",
            "checks: [nobody]\nschema:",
            "checks: there is no check \"nobody\"",
        ),
        (
            "schema:",
            "code: nobody\nschema:",
            "code: a stage of code has no schema",
        ),
        (
            "schema:",
            "each: {from: a.json, path: rows}\nschema:",
            "each.path",
        ),
        (
            "schema:",
            "each: {from: a.json, path: \"*\", batch: 0}\nschema:",
            "each.batch",
        ),
        (
            "schema:",
            "each: {from: a.json, path: \"*\", raw: x.json}\nschema:",
            "each.raw",
        ),
        (
            "schema:",
            "gate: {pointer: verdict, stop: [NO], reason: refused}\nschema:",
            "gate.pointer",
        ),
        (
            "schema:",
            "gate: {pointer: /verdict, stop: [], reason: refused}\nschema:",
            "gate.stop",
        ),
        ("# User\ny\n", "", "# User"),
        ("# Offline\n{}", "# Offline\n{% if %}", "section offline"),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let error = load(&GOOD.replacen(from, to, 1)).unwrap_err();
        if !error.starts_with("stage t: ") || !error.contains(told) {
            wrong.push(format!("{to:?}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_folder_replaces_and_extends_the_built_in_stages() {
    let folder = tempfile::tempdir().unwrap();
    let ping = String::from_utf8(Stages::built_in_files()["_ping"].clone()).unwrap();
    let other = ping.replace("title: Ping", "title: Ping of ours");
    std::fs::write(folder.path().join("_ping.md"), other).unwrap();
    std::fs::write(
        folder.path().join("extra.md"),
        GOOD.replace("a.md", "plan.txt"),
    )
    .unwrap();
    std::fs::write(folder.path().join("README.txt"), "no stage").unwrap();
    let stages = Stages::with_folder(folder.path()).unwrap();
    assert_eq!(stages.get("_ping").unwrap().title, "Ping of ours");
    assert_eq!(
        stages.graph(Mode::All).unwrap().writer("t.json"),
        Some("extra")
    );
    let built_in = Stages::built_in().unwrap();
    assert_ne!(
        built_in.get("_ping").unwrap().hash,
        stages.get("_ping").unwrap().hash
    );
    assert!(built_in.get("extra").is_none());
}

#[test]
fn a_folder_that_is_not_there_is_told_by_its_path() {
    let error = Stages::with_folder(std::path::Path::new("/no/such/folder")).unwrap_err();
    assert!(error.to_string().contains("/no/such/folder"), "{error}");
}
