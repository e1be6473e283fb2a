//! Graphs from tables and from random stages.

use proptest::prelude::*;

use super::*;
use crate::stage::{Gate, GateReason, Output, Phase, Prompt, Tier, Work};

/// A stage `id` that reads and writes the named files; a gate if its id begins with `gate`.
fn stage(id: &str, inputs: &[&str], outputs: &[&str]) -> Stage {
    let gate = id.starts_with("gate").then(|| Gate {
        pointer: "/verdict".into(),
        stop: vec!["NO".into()],
        reason: GateReason::Refused,
        message: None,
    });
    let prompt = Prompt {
        tier: Tier::Large,
        max_output_tokens: 1_000,
        each: None,
        gate,
        checks: Vec::new(),
        schema: serde_json::json!({}),
    };
    let output = |file: &&str| Output {
        file: (*file).to_owned(),
        pick: None,
        markdown: false,
    };
    Stage {
        id: id.to_owned(),
        title: id.to_owned(),
        phase: Phase::Planning,
        inputs: inputs.iter().map(|file| (*file).to_owned()).collect(),
        outputs: outputs.iter().map(output).collect(),
        work: Work::Model(Box::new(prompt)),
        hash: String::new(),
    }
}

fn graph(stages: &[Stage]) -> Result<Graph, StageError> {
    Graph::of(stages.iter())
}

fn needs(graph: &Graph, id: &str) -> Vec<String> {
    graph.needs(id).map(str::to_owned).collect()
}

#[test]
fn a_stage_waits_for_whoever_writes_its_inputs() {
    let graph = graph(&[
        stage("c", &["a.json", "b.md"], &["c.md"]),
        stage("a", &[], &["a.json", "a.md"]),
        stage("b", &["a.md"], &["b.md"]),
    ])
    .unwrap();
    assert_eq!(needs(&graph, "c"), ["a", "b"]);
    assert_eq!(graph.writer("a.md"), Some("a"));
    assert_eq!(graph.descendants("a"), ["b", "c"]);
    assert_eq!(graph.descendants("c"), [""; 0]);
}

#[test]
fn every_stage_waits_for_the_gates_but_what_the_gates_need() {
    let graph = graph(&[
        stage("setup", &[], &["plan.txt"]),
        stage("gate_one", &["plan.txt"], &["one.json"]),
        stage("gate_two", &["plan.txt"], &["two.json"]),
        stage("work", &["plan.txt"], &["work.md"]),
    ])
    .unwrap();
    assert_eq!(needs(&graph, "setup"), [""; 0]);
    assert_eq!(needs(&graph, "gate_two"), ["setup"]);
    assert_eq!(needs(&graph, "work"), ["setup", "gate_one", "gate_two"]);
}

#[test]
fn all_files_are_those_of_stages_that_do_not_depend_on_the_reader() {
    let graph = graph(&[
        stage("setup", &[], &["plan.txt"]),
        stage("work", &["plan.txt"], &["work.md"]),
        stage("check", &["*"], &["check.json"]),
        stage("summary", &["check.json"], &["summary.md"]),
        stage("report", &["*", "check.json"], &["report.html"]),
        stage("done", &["report.html"], &["done.txt"]),
    ])
    .unwrap();
    assert_eq!(needs(&graph, "check"), ["setup", "work"]);
    assert_eq!(
        needs(&graph, "report"),
        ["setup", "work", "check", "summary"]
    );
    assert_eq!(needs(&graph, "done"), ["report"]);
}

#[test]
fn what_makes_no_graph_is_told_by_name() {
    let cases: [(&[Stage], &[&str]); 3] = [
        (&[stage("a", &["x.md"], &["a.md"])], &["a", "x.md"]),
        (
            &[stage("a", &[], &["x.md"]), stage("b", &[], &["x.md"])],
            &["b", "x.md", "a"],
        ),
        (
            &[
                stage("a", &["b.md"], &["a.md"]),
                stage("b", &["c.md"], &["b.md"]),
                stage("c", &["a.md"], &["c.md"]),
            ],
            &["a, b, c"],
        ),
    ];
    for (stages, words) in cases {
        let error = graph(stages).unwrap_err().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    }
}

#[test]
fn the_critical_path_is_the_longest_by_seconds() {
    let graph = graph(&[
        stage("a", &[], &["a.md"]),
        stage("b", &["a.md"], &["b.md"]),
        stage("c", &["a.md"], &["c.md"]),
        stage("d", &["b.md", "c.md"], &["d.md"]),
    ])
    .unwrap();
    let seconds: Vec<f64> = graph
        .nodes()
        .iter()
        .map(|node| if node.stage == "c" { 5.0 } else { 1.0 })
        .collect();
    let path = graph.critical_path(&seconds);
    assert_eq!(path.stages, ["a", "c", "d"]);
    assert!((path.seconds - 7.0).abs() < 1e-9);
}

/// Up to 40 stages, each reading files of some that come before it in a hidden order, in a random
/// order, some of them gates or readers of all.
fn random_stages() -> impl Strategy<Value = Vec<Stage>> {
    let edges = prop::collection::vec((any::<u64>(), 0_u8..12), 1..40);
    edges
        .prop_map(|rows| {
            let rows = rows.into_iter().enumerate();
            rows.map(|(at, (bits, kind))| {
                let before = (0..at).filter(|other| (bits >> (other % 64)).trailing_zeros() >= 2);
                let mut inputs: Vec<String> = before.map(|other| format!("{other}.md")).collect();
                let id = if kind == 0 {
                    format!("gate{at}")
                } else {
                    format!("s{at}")
                };
                if kind == 1 {
                    inputs.push("*".into());
                }
                let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
                stage(&id, &inputs, &[&format!("{at}.md")])
            })
            .collect::<Vec<_>>()
        })
        .prop_shuffle()
}

proptest! {
    #[test]
    fn a_random_graph_is_in_order_and_nothing_waits_for_ever(stages in random_stages()) {
        // Readers of all that the gates need, or that each other need, may make a circle: then it
        // must be told, and not hang.
        let Ok(graph) = graph(&stages) else { return Ok(()) };
        prop_assert_eq!(graph.len(), stages.len());
        for (at, node) in graph.nodes().iter().enumerate() {
            prop_assert!(node.needs.iter().all(|need| *need < at));
            prop_assert!(node.unlocks.iter().all(|next| graph.nodes()[*next].needs.contains(&at)));
        }
        for stage in &stages {
            for file in stage.reads() {
                let writer = graph.writer(file).unwrap();
                prop_assert!(graph.needs(&stage.id).any(|need| need == writer));
            }
        }
    }

    #[test]
    fn priorities_fall_along_every_edge(stages in random_stages(), seconds in prop::collection::vec(0.0_f64..100.0, 40)) {
        let Ok(graph) = graph(&stages) else { return Ok(()) };
        let remaining = graph.remaining(&seconds);
        for (at, node) in graph.nodes().iter().enumerate() {
            for next in &node.unlocks {
                prop_assert!(remaining[at] >= seconds[at] + remaining[*next] - 1e-9);
            }
        }
        let path = graph.critical_path(&seconds);
        let sum: f64 = path.stages.iter().map(|id| seconds[graph.position(id).unwrap()]).sum();
        prop_assert!((sum - path.seconds).abs() < 1e-6);
        prop_assert!(remaining.iter().all(|other| *other <= path.seconds + 1e-9));
    }
}
