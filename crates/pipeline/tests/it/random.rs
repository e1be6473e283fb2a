//! Runs of random graphs: whatever the shape and the number of slots, every stage is asked once,
//! after those whose files it reads, and the run ends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use llm::{Budget, MemoryJournal};
use pipeline::checkpoints::MemoryCheckpoints;
use pipeline::failure::Ended;
use pipeline::{Mode, Runner, Slots, Stages};
use proptest::prelude::*;
use queue::Stop;
use testkit::TestClock;

use crate::model::{Model, author};
use crate::support::{PROMPT, spec};

/// For each stage the earlier ones that it reads, by bits; the first is a gate if there are several.
fn stages(reads: &[u16]) -> Stages {
    let mut files = BTreeMap::from([("_system".to_owned(), b"Answer in JSON.".to_vec())]);
    for (at, bits) in reads.iter().enumerate() {
        let before = (0..at).filter(|other| bits >> other & 1 == 1);
        let inputs: Vec<String> = before.map(|other| format!("s{other}.json")).collect();
        let gate = if at == 0 && reads.len() > 1 {
            "gate: {pointer: /said, stop: [NO], reason: refused}\n"
        } else {
            ""
        };
        let text = format!(
            "---\ntitle: S{at}\nphase: work\nmax_output_tokens: 100\n{gate}inputs: [{}]\noutputs: \
             [s{at}.json]\nschema: {{type: object}}\n---\n# System\nx\n# User\ny\n# Offline\n{{\"said\": \"{at}\"}}\n",
            inputs.join(", ")
        );
        files.insert(format!("s{at}"), text.into_bytes());
    }
    Stages::of_files(files).unwrap()
}

/// The stages in the order in which they were asked.
async fn asked(stages: &Stages, slots: usize) -> Vec<String> {
    let model = Arc::new(Model::new(stages).slow(Duration::from_millis(1)));
    let author = author(
        &model,
        Arc::new(MemoryJournal::default()),
        Budget::default(),
    );
    let (spec, checkpoints) = (spec(PROMPT, Mode::All), MemoryCheckpoints::default());
    let (stop, release) = (Stop::new(), Stop::new());
    let runner = Runner {
        stages,
        author: &author,
        spec: &spec,
        checkpoints: &checkpoints,
        clock: &TestClock::default(),
        calls: Slots::new(slots),
        stop: &stop,
        release: &release,
    };
    let ended = tokio::time::timeout(Duration::from_secs(30), pipeline::run(&runner)).await;
    assert_eq!(ended.unwrap().unwrap(), Ended::Completed);
    assert!(model.most_at_once() <= slots);
    model.asked()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_stage_is_asked_once_and_after_what_it_reads(
        reads in prop::collection::vec(any::<u16>(), 1..14),
        slots in 1_usize..6,
    ) {
        let stages = stages(&reads);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let asked = runtime.block_on(asked(&stages, slots));
        prop_assert_eq!(asked.len(), reads.len());
        let graph = stages.graph(Mode::All).unwrap();
        for (place, stage) in asked.iter().enumerate() {
            prop_assert!(graph.needs(stage).all(|need| asked[..place].iter().any(|other| other == need)));
        }
    }
}
