//! What goes in: the demo, imports of every kind, broken input, wrong arguments, databases
//! that aren't there.

use std::fs;
use std::path::Path;

use serde_json::Value;
use zip::write::SimpleFileOptions;

use crate::support::{Place, Program, examples};

fn example(name: &str) -> Vec<u8> {
    fs::read(examples().join(format!("{name}.json"))).unwrap()
}

/// A plan in JSON with this title, unlike every other.
fn plan(title: &str) -> Value {
    let prompt = format!("Build {title} in Oslo, Norway by 2027-05-01 for EUR 2 million.");
    serde_json::json!({ "title": title, "prompt": prompt })
}

fn ids(report: &Value) -> Vec<&str> {
    let imported = report["imported"].as_array().unwrap();
    imported
        .iter()
        .map(|i| i["plan_id"].as_str().unwrap())
        .collect()
}

fn created(report: &Value) -> usize {
    let imported = report["imported"].as_array().unwrap();
    imported.iter().filter(|i| i["created"] == true).count()
}

#[tokio::test]
async fn the_demo_run_again_adds_nothing_and_says_the_same() {
    let place = Place::new();
    let fresh = place
        .run(&["demo", "--once", "--json"])
        .await
        .with(0)
        .json();
    let again = place
        .run(&["demo", "--once", "--json"])
        .await
        .with(0)
        .json();
    assert_eq!(
        (created(&fresh["imported"]), created(&again["imported"])),
        (14, 0)
    );
    assert_eq!(ids(&fresh["imported"]), ids(&again["imported"]));
    assert_eq!(fresh["leaderboard"], again["leaderboard"]);
    assert_eq!(fresh["report"]["comparisons"], 14 * 12);
    assert_eq!(again["report"]["comparisons"], 0);
    assert_eq!(again["report"]["comparisons_in_all"], 14 * 12);
}

#[tokio::test]
async fn the_demo_ranks_the_examples_as_a_reader_would_and_explains_the_first() {
    let place = Place::new();
    let data_dir = place.path("data").display().to_string();
    let ended = Program::start(&["demo", "--once", "--data-dir", &data_dir])
        .end()
        .await
        .with(0);
    assert!(
        ended
            .stdout
            .contains("Judged by: offline judge, not a language model"),
        "{}",
        ended.stdout
    );
    assert!(
        ended
            .stdout
            .contains("Why the first stands before the second"),
        "{}",
        ended.stdout
    );
    let database = place.path("data").join("demo.db").display().to_string();
    assert!(
        ended.stdout.contains(&format!("--db {database}")),
        "{}",
        ended.stdout
    );
    let board = Program::start(&["leaderboard", "--json", "--db", &database])
        .end()
        .await
        .with(0)
        .json();
    let titles: Vec<&str> = board["established"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["title"].as_str().unwrap())
        .collect();
    let place_of = |words: &str| titles.iter().position(|t| t.contains(words)).unwrap();
    for excellent in ["Aarhus", "Recife", "Kisumu"] {
        for weak in ["Lisbon", "crypto metropolis", "OmniMind"] {
            assert!(place_of(excellent) < place_of(weak), "{titles:?}");
        }
    }
}

#[tokio::test]
async fn broken_input_among_good_is_refused_by_name_and_leaves_nothing() {
    let place = Place::new();
    let folder = place.path("input");
    fs::create_dir(&folder).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("good.json", &example("vineyard-organic-rioja"));
    write(
        "other.json",
        plan("a floating sauna").to_string().as_bytes(),
    );
    write("cut.zip", b"PK\x03\x04 and no more");
    write("list.json", b"[1, 2, 3]");
    write("cut.json", br#"{"title": "cut"#);
    write("empty.json", b"");
    write("notes.txt", b"not looked at");
    let input = folder.display().to_string();
    let report = place
        .run(&["import", &input, "--json"])
        .await
        .with(3)
        .json();
    assert_eq!(created(&report), 2);
    let mut refused: Vec<String> = report["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| {
            assert!(!r["reason"].as_str().unwrap().is_empty());
            Path::new(r["source"].as_str().unwrap())
                .file_name()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    refused.sort();
    assert_eq!(refused, ["cut.json", "cut.zip", "empty.json", "list.json"]);

    let again = place.run(&["import", &input]).await.with(3);
    assert!(
        again.stdout.contains("0 new, 2 known before, 4 refused"),
        "{}",
        again.stdout
    );
    place.run(&["rank", "--calls", "2"]).await.with(0);
    let plans = place.run(&["export"]).await.with(0).json()["plans"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(plans, 2, "nothing of the broken ones is stored");
}

/// The files of one run, as a folder and as a zip, are one plan.
#[tokio::test]
async fn a_run_is_the_same_plan_as_a_zip_and_as_a_folder() {
    let files = [
        (
            "001-plan.txt",
            "Plan:\nOpen a bakery in Lyon, France by 2027-04-01 for EUR 90,000.\n\nToday's date:\n2025-Dec-20\n\nProject start ASAP",
        ),
        (
            "wbs_level1.json",
            r#"{"id": "a", "project_title": "Bakery", "final_deliverable": "An open bakery"}"#,
        ),
        ("wbs_level1_project_title.json", "Bakery"),
    ];
    let place = Place::new();
    let folder = place.path("bakery");
    fs::create_dir(&folder).unwrap();
    let zip_path = place.path("bakery.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&zip_path).unwrap());
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let [folder, zip_path] = [folder, zip_path].map(|p| p.display().to_string());
    let as_zip = place
        .run(&["import", &zip_path, "--json"])
        .await
        .with(0)
        .json();
    let as_folder = place
        .run(&["import", &folder, "--json"])
        .await
        .with(0)
        .json();
    assert_eq!((created(&as_zip), created(&as_folder)), (1, 0));
    assert_eq!(ids(&as_zip), ids(&as_folder));
}

#[tokio::test]
async fn what_cannot_be_imported_is_said_before_a_database_is_made() {
    let place = Place::new();
    fs::write(place.path("notes.txt"), "hello").unwrap();
    fs::write(place.path("examples.yml"), "title: no list").unwrap();
    fs::create_dir(place.path("empty")).unwrap();
    for (name, word) in [
        ("gone", "can't read"),
        ("notes.txt", "not a run zip"),
        ("empty", "no plan"),
        ("examples.yml", "catalogue"),
    ] {
        let path = place.path(name).display().to_string();
        place
            .run(&["import", &path])
            .await
            .fails_saying(&[word, name]);
    }
    assert!(!place.path("planrank.db").exists());
}

#[tokio::test]
async fn wrong_arguments_end_with_2_and_say_which() {
    let table: [(&[&str], &str); 9] = [
        (&[], "Usage"),
        (&["ranks"], "ranks"),
        (&["import"], "PATH"),
        (&["rank", "--calls", "0"], "--calls"),
        (&["rank", "--calls", "many"], "--calls"),
        (&["rank", "--concurrency", "0"], "--concurrency"),
        (&["leaderboard", "--limit", "0"], "--limit"),
        (&["export", "--format", "xml"], "--format"),
        (
            &["rank", "--llm-profile", "a", "--llm-model", "b"],
            "--llm-profile",
        ),
    ];
    for (arguments, word) in table {
        let ended = Program::start(arguments).end().await.with(2);
        assert!(
            ended.stderr.contains(word),
            "{arguments:?}: {}",
            ended.stderr
        );
        assert_eq!(ended.stdout, "");
    }
}

#[tokio::test]
async fn commands_that_read_make_no_database() {
    let place = Place::new();
    let commands: [&[&str]; 6] = [
        &["leaderboard"],
        &["rank"],
        &["rank", "--dry-run"],
        &["explain", "x"],
        &["export"],
        &["migrate", "--status"],
    ];
    for command in commands {
        place
            .run(command)
            .await
            .fails_saying(&["there is no database at", "planrank.db"]);
    }
    let doctor = place.run(&["doctor"]).await.with(1);
    assert!(
        doctor.stdout.contains("there is no database at"),
        "{}",
        doctor.stdout
    );
    assert!(!place.path("planrank.db").exists());
}

/// `/proc` can't be written by anybody, root included.
#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let place = Place::new();
    fs::write(place.path("file"), "").unwrap();
    let below_a_file = place.path("file/data").display().to_string();
    for folder in ["/proc/planrank", &below_a_file] {
        Program::start(&["demo", "--once", "--data-dir", folder])
            .end()
            .await
            .fails_saying(&["can't create the folder", folder]);
    }
    let no_database = place.path("file").display().to_string();
    fs::write(place.path("file"), "plain text, and not a short one").unwrap();
    Program::start(&["leaderboard", "--db", &no_database])
        .end()
        .await
        .fails_saying(&[&no_database]);
    assert_eq!(
        fs::read(place.path("file")).unwrap(),
        b"plain text, and not a short one"
    );
}

#[tokio::test]
async fn a_database_is_found_by_each_form_of_its_address() {
    let place = Place::new();
    place.run(&["demo", "--once", "--calls", "2"]).await.with(0);
    let path = place.database();
    for address in [
        path.clone(),
        format!("sqlite://{path}"),
        format!("sqlite:{path}"),
    ] {
        let board = Program::start(&["leaderboard", "--json", "--db", &address])
            .end()
            .await
            .with(0)
            .json();
        assert_eq!(board["provisional_in_all"], 14, "{address}");
    }
    Program::start(&["leaderboard", "--db", "mysql://localhost/x"])
        .end()
        .await
        .fails_saying(&["mysql"]);
}

#[tokio::test]
async fn the_schema_is_told_and_brought_up_to_date() {
    let place = Place::new();
    let applied = place.run(&["migrate", "--json"]).await.with(0).json();
    assert!(!applied["applied"].as_array().unwrap().is_empty());
    let pending = place
        .run(&["migrate", "--status", "--json"])
        .await
        .with(0)
        .json();
    assert_eq!(pending["pending"], serde_json::json!([]));
    let again = place.run(&["migrate"]).await.with(0);
    assert_eq!(again.stdout, "The schema is up to date.\n");

    fs::write(place.path("empty.db"), "").unwrap();
    let empty = place.path("empty.db").display().to_string();
    let pending = Program::start(&["migrate", "--status", "--json", "--db", &empty])
        .end()
        .await
        .with(0)
        .json();
    assert_eq!(pending["pending"], applied["applied"]);
    let length = fs::metadata(&empty).unwrap().len();
    assert!(length <= 4096, "no table was made");
}
