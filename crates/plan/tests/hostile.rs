//! Hostile input is a clear error: nothing stored, memory bounded, never a panic.

use std::io::{Cursor, Write};

use plan::model::WarningKind;
use plan::{ReadError, read_any, read_files, read_json, read_zip};
use proptest::prelude::*;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

const PLAN: &str = "Plan:\nBuild a bridge.\n\nToday's date:\n2025-Feb-07\n\nProject start ASAP";

/// A real zip of these files, deflated.
fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(files, CompressionMethod::Deflated)
}

fn zip_with(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Overwrites `from` with `to`, of equal length, everywhere.
fn patch(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut out = bytes.to_vec();
    for at in 0..=out.len() - from.len() {
        if out[at..].starts_with(from) {
            out[at..at + to.len()].copy_from_slice(to);
        }
    }
    out
}

/// Where the first central directory header stands.
fn directory_at(bytes: &[u8]) -> usize {
    bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap()
}

fn error(bytes: &[u8]) -> ReadError {
    read_zip(bytes, "run.zip").unwrap_err()
}

#[test]
fn an_honest_small_run_is_read() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let bytes = zip_with(&[("run/001-2-plan.txt", PLAN.as_bytes())], method);
        let plan = read_zip(&bytes, "bridge.zip").unwrap();
        assert_eq!(plan.prompt.text, "Build a bridge.");
        assert_eq!(plan.prompt.source, "001-2-plan.txt");
        assert_eq!(plan.title, "Build a bridge");
        assert_eq!(plan.start_date.unwrap().to_string(), "2025-02-07");
    }
}

#[test]
fn paths_that_leave_the_folder_are_refused() {
    let paths = [
        "/etc/plan.txt",
        "../plan.txt",
        "a/../../plan.txt",
        "C:/plan.txt",
        "a\\plan.txt",
        "c:plan.txt",
    ];
    for path in paths {
        // Written under a harmless name of equal length, as writers refuse such paths.
        let harmless = "x".repeat(path.len());
        let bytes = zip_of(&[(harmless.as_str(), PLAN.as_bytes())]);
        let bytes = patch(&bytes, harmless.as_bytes(), path.as_bytes());
        assert!(matches!(error(&bytes), ReadError::BadPath { .. }), "{path}");
    }
    let bytes = patch(&zip_of(&[("xyplan.txt", b"x")]), b"xyplan", b"x\0plan");
    assert!(matches!(error(&bytes), ReadError::BadPath { .. }));
    let files = [("../plan.txt", PLAN)];
    assert!(matches!(
        read_files("run", files),
        Err(ReadError::BadPath { .. })
    ));
}

#[test]
fn symbolic_links_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    writer
        .add_symlink("plan.txt", "/etc/passwd", options)
        .unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let ReadError::BadPath { reason, .. } = error(&bytes) else {
        panic!("not refused as a path");
    };
    assert_eq!(reason, "is a symbolic link");
}

#[test]
fn duplicates_nested_archives_and_two_runs_are_refused() {
    let bytes = zip_of(&[("a/plan.txt", b"1"), ("b/plan.txt", b"2")]);
    assert!(matches!(error(&bytes), ReadError::SeveralRuns { .. }));
    let bytes = patch(&bytes, b"b/plan.txt", b"a/plan.txt");
    assert!(matches!(error(&bytes), ReadError::DuplicatePath { .. }));
    let bytes = zip_of(&[("plan.txt", b"1"), ("more/inner.ZIP", b"PK")]);
    assert!(matches!(error(&bytes), ReadError::NestedArchive { .. }));
    let inner = zip_of(&[("plan.txt", b"1")]);
    let bytes = zip_of(&[("plan.txt", &inner)]);
    assert!(matches!(error(&bytes), ReadError::NestedArchive { .. }));
    let bytes = zip_of(&[("holiday.jpg", b"1")]);
    assert!(matches!(error(&bytes), ReadError::NotARun));
}

#[test]
fn bombs_are_refused_before_they_unpack() {
    let zeros = vec![b' '; 8 << 20];
    let bomb = zip_of(&[("plan.txt", &zeros)]);
    assert!(matches!(error(&bomb), ReadError::RatioTooHigh { .. }));

    // A directory that understates the size must not be believed.
    let content = vec![b'x'; 60_000];
    let mut lie = zip_of(&[("plan.txt", &content)]);
    let at = directory_at(&lie);
    lie[at + 24..at + 28].copy_from_slice(&10_u32.to_le_bytes());
    assert!(matches!(error(&lie), ReadError::SizeLie { .. }));

    let mut large = zip_with(&[("plan.txt", b"x")], CompressionMethod::Stored);
    let at = directory_at(&large);
    large[at + 24..at + 28].copy_from_slice(&0xF000_0000_u32.to_le_bytes());
    assert!(matches!(error(&large), ReadError::RatioTooHigh { .. }));

    let names: Vec<String> = (0..5_000).map(|at| format!("{at}.md")).collect();
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), &b"x"[..]))
        .collect();
    assert!(matches!(error(&zip_of(&files)), ReadError::TooManyEntries));

    let huge = vec![0; plan::read::limits::MAX_INPUT_BYTES + 1];
    assert!(matches!(error(&huge), ReadError::InputTooLarge { .. }));
}

#[test]
fn overlapping_entries_are_refused() {
    let mut bytes = zip_of(&[("plan.txt", PLAN.as_bytes()), ("plax.txt", PLAN.as_bytes())]);
    let first = directory_at(&bytes);
    let second = first + 4 + directory_at(&bytes[first + 4..]);
    // Both entries claim the first one's bytes, and agree on the name in between.
    bytes.copy_within(first + 42..first + 46, second + 42);
    let error = error(&bytes);
    let is_clear = matches!(
        error,
        ReadError::Overlapping { .. } | ReadError::BadZip { .. }
    );
    assert!(is_clear, "{error}");
    // An entry whose data reaches into the next one.
    let mut bytes = zip_with(
        &[("a.md", b"aaaa"), ("plan.txt", b"bbbb")],
        CompressionMethod::Stored,
    );
    let at = directory_at(&bytes);
    bytes[at + 20..at + 24].copy_from_slice(&30_u32.to_le_bytes());
    assert!(matches!(
        read_zip(&bytes, "run.zip"),
        Err(ReadError::Overlapping { .. })
    ));
}

#[test]
fn encryption_compression_and_zip64_beyond_need_are_refused() {
    let honest = zip_of(&[("plan.txt", PLAN.as_bytes())]);
    let at = directory_at(&honest);
    let mut encrypted = honest.clone();
    encrypted[at + 8] |= 1;
    assert!(matches!(error(&encrypted), ReadError::Encrypted { .. }));
    let mut bzip = honest.clone();
    bzip[at + 10] = 12;
    assert!(matches!(
        error(&bzip),
        ReadError::UnsupportedCompression { .. }
    ));
    let mut zip64 = honest.clone();
    zip64[at + 20..at + 24].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(error(&zip64).to_string().contains("zip64"));
    let mut broken = honest.clone();
    let data = broken.windows(8).position(|w| w == b"plan.txt").unwrap() + 12;
    broken[data] ^= 0x55;
    assert!(matches!(error(&broken), ReadError::BadZip { .. }));
    for end in 0..honest.len() {
        assert!(read_zip(&honest[..end], "run.zip").is_err());
    }
}

#[test]
fn broken_files_are_warnings_with_their_place() {
    let plan = read_files(
        "run",
        [
            ("plan.txt", &b"Plan:\nBuild a \xFF bridge."[..]),
            ("task_durations.json", b"[{]"),
            ("wbs_level1.json", b"{\"project_title\": \"Bridge\"}"),
        ],
    )
    .unwrap();
    assert_eq!(plan.prompt.text, "Build a \u{FFFD} bridge.");
    let of = |kind| plan.warnings.iter().find(|w| w.kind == kind).unwrap();
    assert_eq!(of(WarningKind::Encoding).source, "plan.txt");
    assert_eq!(of(WarningKind::Broken).source, "task_durations.json");
    assert!(of(WarningKind::Broken).detail.contains("line 1 column 3"));
}

#[test]
fn oversized_prompts_are_refused_not_cut() {
    let prompt = "word ".repeat(2 << 20);
    let files = [("plan.txt", prompt.as_str())];
    assert!(matches!(
        read_files("run", files),
        Err(ReadError::PromptTooLong { .. })
    ));
    let json = serde_json::json!({ "title": "T", "prompt": prompt }).to_string();
    assert!(matches!(
        read_json(json.as_bytes(), "p.json"),
        Err(ReadError::PromptTooLong { .. })
    ));
}

#[test]
fn huge_and_deep_json_is_refused() {
    let wide = format!(
        "{{\"title\":\"T\",\"prompt\":\"p\",\"team\":[{}]}}",
        vec!["0"; 1_000_000].join(",")
    );
    assert!(matches!(
        read_json(wide.as_bytes(), "p.json"),
        Err(ReadError::JsonTooLarge { .. })
    ));
    let deep = format!(
        "{{\"title\":\"T\",\"prompt\":\"p\",\"wbs\":{}",
        "[".repeat(100_000)
    );
    assert!(matches!(
        read_json(deep.as_bytes(), "p.json"),
        Err(ReadError::JsonTooDeep { .. })
    ));
    let in_run =
        |json: &str| read_files("run", [("plan.txt", "Plan:\nx"), ("wbs_level3.json", json)]);
    let wide = format!("[{}]", vec!["0"; 1_000_000].join(","));
    assert!(matches!(in_run(&wide), Err(ReadError::JsonTooLarge { .. })));
    assert!(matches!(
        in_run(&"[".repeat(100_000)),
        Err(ReadError::JsonTooDeep { .. })
    ));
}

#[test]
fn a_work_breakdown_of_too_many_tasks_is_refused() {
    let node = "{\"name\":\"n\"}";
    let json = format!(
        "{{\"title\":\"T\",\"prompt\":\"p\",\"wbs\":[{}]}}",
        vec![node; 20_001].join(",")
    );
    let error = read_json(json.as_bytes(), "p.json").unwrap_err();
    assert_eq!(
        error.to_string(),
        "/wbs holds more than 20000 tasks: split the plan"
    );
}

#[test]
fn documents_beyond_their_limit_are_refused_unparsed() {
    let huge = vec![b' '; plan::read::limits::MAX_DOCUMENT_BYTES + 1];
    assert!(matches!(
        read_json(&huge, "p.json"),
        Err(ReadError::InputTooLarge { .. })
    ));
}

#[test]
fn a_task_named_by_a_text_longer_than_names_are_kept_is_found() {
    let name = "long ".repeat(200);
    let json = serde_json::json!({
        "title": "T", "prompt": "p", "wbs": [{"name": name}, {"name": "b"}],
        "dependencies": [{"task": "b", "depends_on": [name]}],
    });
    let plan = read_json(json.to_string().as_bytes(), "p.json").unwrap();
    assert_eq!(plan.dependencies[0].depends_on, "1");
}

#[test]
fn a_second_duration_of_a_task_is_dropped_with_a_warning() {
    let json = r#"{"title": "T", "prompt": "p", "wbs": [{"id": "a", "name": "n"}],
        "durations": [{"task": "a", "min_days": 1}, {"task": "n", "min_days": 2}]}"#;
    let plan = read_json(json.as_bytes(), "p.json").unwrap();
    assert_eq!(plan.durations.len(), 1);
    assert_eq!(plan.durations[0].days_min, Some(1.0));
    let mut kinds = plan.warnings.iter().map(|w| w.kind);
    assert!(kinds.any(|kind| kind == WarningKind::DuplicateId));
}

#[test]
fn other_formats_say_what_is_wanted() {
    assert_eq!(read_any(b"", "x").unwrap_err(), ReadError::Empty);
    assert_eq!(read_any(b"  \n", "x").unwrap_err(), ReadError::Empty);
    assert_eq!(
        read_any(b"%PDF-1.7", "x").unwrap_err(),
        ReadError::UnknownFormat
    );
    assert!(read_any(b"PK", "x").is_err());
    assert!(matches!(
        read_any(b"[]", "x"),
        Err(ReadError::WrongType { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        plan::read::exercise(&bytes);
    }

    #[test]
    fn flipped_bytes_in_a_zip_never_panic(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = zip_of(&[("r/plan.txt", PLAN.as_bytes()), ("r/task_durations.json", b"[]")]);
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        plan::read::exercise(&bytes);
    }

    #[test]
    fn changed_seeds_of_the_fuzz_target_never_panic(
        seed in proptest::sample::select(vec![
            &include_bytes!("../../../fuzz/corpus/readers/run.zip")[..],
            &include_bytes!("../../../fuzz/corpus/readers/plan.json")[..],
            &include_bytes!("../../../fuzz/corpus/readers/files")[..],
        ]),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_usize), 1..5),
    ) {
        let mut bytes = seed.to_vec();
        for (at, value, cut) in edits {
            let at = at.index(bytes.len());
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, [value]);
        }
        plan::read::exercise(&bytes);
    }

    #[test]
    fn run_files_of_any_shape_never_panic(value in json_value(), suffix in proptest::sample::select(vec![
        "wbs_project_level1_and_level2_and_level3.json", "wbs_level2.json", "wbs_level3.json",
        "task_dependencies_raw.json", "task_durations.json", "project_plan.json", "identify_risks_raw.json",
        "make_assumptions.json", "physical_locations_raw.json", "currency_strategy_raw.json",
        "find_team_members.json", "vital_few_levers_raw.json", "cost_breakdown.json",
        "benefit_estimate.json", "start_time.json", "executive_summary_raw.json", "pitch.json",
    ])) {
        let json = value.to_string();
        let plan = read_files("run", [("plan.txt", PLAN), (suffix, &json)]).unwrap();
        prop_assert!(plan::card(&plan).render().len() <= plan::card::MAX_CARD_BYTES);
        let _ = read_json(json.as_bytes(), "x");
    }
}

/// JSON whose field names are those that the readers look for.
fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let keys = vec![
        "wbs_project",
        "id",
        "description",
        "task_children",
        "extra_fields",
        "task_id",
        "days_min",
        "task_dependency_details",
        "dependent_task_id",
        "depends_on_task_id_list",
        "levers",
        "options",
        "items",
        "benefits",
        "amount",
        "risks",
        "physical_locations",
        "currency_list",
        "name",
        "title",
        "prompt",
        "wbs",
        "children",
        "costs",
        "server_iso_utc",
        "subtasks",
        "smart_criteria",
        "specific",
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<f64>().prop_map(|n| serde_json::json!(n)),
        "\\PC{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let key = proptest::sample::select(keys.clone()).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::Array),
            proptest::collection::vec((key, inner), 0..6)
                .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
        ]
    })
}
