//! The order of stages, from the names of files: a stage depends on whoever writes its inputs.
//!
//! Pure. Gates come first: every stage that no gate needs waits for all of them. A stage that reads
//! `*` waits for every stage that neither reads `*` nor depends on it.

mod build;
mod path;

use std::collections::BTreeMap;

use crate::stages::StageError;
use crate::{Mode, Stage, Stages};

pub use path::CriticalPath;

/// Stages in an order in which they can run, with their edges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    nodes: Vec<Node>,
    by_id: BTreeMap<String, usize>,
    writers: BTreeMap<String, usize>,
}

/// A stage in the graph; edges are positions in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub stage: String,
    /// Ascending; all of them smaller than the node's own position.
    pub needs: Vec<usize>,
    /// Ascending.
    pub unlocks: Vec<usize>,
}

impl Graph {
    /// The graph of some stages. Fails on an input that nobody writes, a file with two writers, and a
    /// circle, naming them.
    pub fn of<'a>(stages: impl Iterator<Item = &'a Stage>) -> Result<Self, StageError> {
        build::graph(&stages.collect::<Vec<_>>())
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// In an order in which they can run.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub fn position(&self, stage: &str) -> Option<usize> {
        self.by_id.get(stage).copied()
    }

    /// The ids of the stages that must be done before this one.
    pub fn needs(&self, stage: &str) -> impl Iterator<Item = &str> {
        let node = self.position(stage).map(|at| &self.nodes[at]);
        let needs = node.into_iter().flat_map(|node| &node.needs);
        needs.map(|at| self.nodes[*at].stage.as_str())
    }

    /// The stage that writes a file. Files of a fan-out's raw answers are not listed.
    pub fn writer(&self, file: &str) -> Option<&str> {
        let at = self.writers.get(file)?;
        Some(self.nodes[*at].stage.as_str())
    }

    /// The ids of all stages that depend on this one, directly or through others, in order.
    pub fn descendants(&self, stage: &str) -> Vec<&str> {
        let Some(start) = self.position(stage) else {
            return Vec::new();
        };
        let mut reached = vec![false; self.nodes.len()];
        reached[start] = true;
        for at in start..self.nodes.len() {
            if reached[at] {
                for next in &self.nodes[at].unlocks {
                    reached[*next] = true;
                }
            }
        }
        let later = (start + 1..self.nodes.len()).filter(|at| reached[*at]);
        later.map(|at| self.nodes[at].stage.as_str()).collect()
    }
}

impl Stages {
    /// The graph of a mode.
    pub fn graph(&self, mode: Mode) -> Result<Graph, StageError> {
        Graph::of(self.of_mode(mode))
    }

    /// Whether every mode has a graph; to be asked once at the start of a service.
    pub fn check(&self) -> Result<(), StageError> {
        Mode::EVERY
            .into_iter()
            .try_for_each(|mode| self.graph(mode).map(drop))
    }
}

#[cfg(test)]
mod tests;
