//! The longest path through the graph: no number of workers can finish sooner.

use super::Graph;

/// The path that decides how long a run takes.
#[derive(Debug, Clone, PartialEq)]
pub struct CriticalPath {
    pub seconds: f64,
    /// Ids in the order in which they run.
    pub stages: Vec<String>,
}

impl Graph {
    /// For each position the longest way from its start to the end of the run, given what each
    /// stage takes. Seconds that are no number count as 0.
    pub fn remaining(&self, seconds: &[f64]) -> Vec<f64> {
        let own = |at: usize| {
            seconds
                .get(at)
                .copied()
                .filter(|s| s.is_finite())
                .unwrap_or(0.0)
        };
        let mut remaining = vec![0.0_f64; self.len()];
        for at in (0..self.len()).rev() {
            let after = self.nodes()[at].unlocks.iter().map(|next| remaining[*next]);
            remaining[at] = own(at) + after.fold(0.0, f64::max);
        }
        remaining
    }

    /// The longest way of all.
    pub fn critical_path(&self, seconds: &[f64]) -> CriticalPath {
        let remaining = self.remaining(seconds);
        let longest = |among: &mut dyn Iterator<Item = usize>| {
            among.max_by(|a, b| remaining[*a].total_cmp(&remaining[*b]).then(b.cmp(a)))
        };
        let mut stages = Vec::new();
        let start = longest(&mut (0..self.len()));
        let mut at = start;
        while let Some(here) = at {
            let node = &self.nodes()[here];
            stages.push(node.stage.clone());
            at = longest(&mut node.unlocks.iter().copied());
        }
        CriticalPath {
            seconds: start.map_or(0.0, |start| remaining[start]),
            stages,
        }
    }
}
