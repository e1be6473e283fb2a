//! Reports as readers, browsers and attackers meet them.

mod elements;
mod fixture;
mod hostile;
mod outline;
mod runs;

use super::{html, markdown, stage};
pub(super) use elements::faults_of_part;
use fixture::Run;
pub(super) use hostile::assert_harmless as harmless;

#[test]
fn a_small_plan_reads_like_this() {
    insta::assert_snapshot!(markdown(&Run::small().input()).unwrap());
}

#[test]
fn a_small_plan_looks_like_this() {
    let page = html(&Run::small().input()).unwrap();
    let (_, main) = page.split_once("<main").unwrap();
    let (main, _) = main.split_once("</main>").unwrap();
    insta::assert_snapshot!(main);
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let run = Run::small();
    assert_eq!(stage(&run.input()), stage(&run.input()));
}

#[test]
fn the_stage_writes_what_its_file_promises() {
    let stages = crate::Stages::built_in().unwrap();
    let promised = &stages.get("report").unwrap().outputs;
    let promised: Vec<&str> = promised.iter().map(|output| output.file.as_str()).collect();
    let run = Run::small();
    let written = stage(&run.input()).unwrap();
    let written: Vec<&str> = written.iter().map(|(file, _)| file.as_str()).collect();
    assert_eq!(written, promised);
    assert!(crate::code::lookup("report").is_some());
}

#[test]
fn a_run_without_artifacts_is_a_report_that_says_so() {
    let mut run = Run::small();
    run.files.clear();
    run.records.clear();
    let page = html(&run.input()).unwrap();
    assert!(page.contains("Not part of this plan: Executive summary, Decisions,"));
    assert!(!page.contains("<section id=\"schedule\""));
    let lean = markdown(&run.input()).unwrap();
    assert!(lean.contains("- Not part of this plan: Executive summary, Decisions,"));
}
