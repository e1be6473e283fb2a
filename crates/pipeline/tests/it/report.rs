//! The report of a whole run. It is left in the target's `tmp/reports`, where `tests/browser/reports.mjs`
//! can look at it.

use std::path::Path;

use pipeline::checkpoints::MemoryCheckpoints;
use pipeline::failure::Ended;
use pipeline::{Author, Mode, Stages};

use crate::support::{PROMPT, files, run, spec};

#[tokio::test]
async fn a_draft_has_a_whole_report_that_says_what_it_is() {
    for mode in [Mode::All, Mode::Fast] {
        let stages = Stages::built_in().unwrap();
        let checkpoints = MemoryCheckpoints::default();
        let ended = run(&stages, &Author::Offline, &spec(PROMPT, mode), &checkpoints).await;
        assert_eq!(ended, Ended::Completed);
        let files = files(&checkpoints).await;
        let text = |file: &str| String::from_utf8(files[file].clone()).unwrap();
        let (page, lean) = (text("report.html"), text("report.md"));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reports");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("draft-{mode}.html")), &page).unwrap();
        std::fs::write(folder.join(format!("draft-{mode}.md")), &lean).unwrap();
        for report in [&page, &lean] {
            assert!(report.contains("Draft by rules, not a language model."));
            assert!(
                !report.contains("Not part of this plan"),
                "{mode}: a section is missing"
            );
            assert!(
                !report.to_lowercase().contains("incomplete</strong>"),
                "{mode}"
            );
        }
        assert!(page.len() < 1_500_000, "{mode}: {} bytes", page.len());
        assert!(lean.len() < 60_000, "{mode}: {} bytes", lean.len());
    }
}
