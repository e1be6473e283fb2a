//! One pass over all comparisons: the score of every item, the weights of the system and
//! the sums from which judges are updated.
//!
//! It goes chunk by chunk: gather the inputs, evaluate, scatter the results.

use super::chunk::{CHUNK, Chunk};
use super::edges::{CLASSES_PER_JUDGE, Edges, class_meaning};
use super::system::{Refill, System, to_f32};
use crate::model::JudgeParams;

/// Variance of a level around the difference of strengths: logistic noise plus rounding.
const LEVEL_VARIANCE: f64 = std::f64::consts::PI * std::f64::consts::PI / 3.0 + 1.0 / 12.0;

/// What the likelihood of one class needs, with e^−cut taken once per pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClassTerms {
    pub(crate) kappa: f64,
    /// β with the sign of the order in which the pair was shown.
    pub(crate) beta: f64,
    pub(crate) exp_minus_lo: f64,
    pub(crate) exp_minus_hi: f64,
}

/// Sums over the comparisons of one class. With A = σ(hi − Δ), B = σ(lo − Δ) and
/// d = κ·(θ difference):
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ClassSums {
    /// Σ w·(1 − A)
    pub(crate) above_hi: f64,
    /// Σ w·B
    pub(crate) below_lo: f64,
    /// Σ w·A(1 − A)
    pub(crate) bend_hi: f64,
    /// Σ w·B(1 − B)
    pub(crate) bend_lo: f64,
    /// Σ w·d·A(1 − A)
    pub(crate) gap_bend_hi: f64,
    /// Σ w·d·B(1 − B)
    pub(crate) gap_bend_lo: f64,
    /// Σ w·d·g
    pub(crate) gap_score: f64,
    /// Σ w·d²·h
    pub(crate) gap_gap_bend: f64,
    /// Σ w·κ²·h·(1/Hᵢᵢ + 1/Hⱼⱼ): about how much of the strengths' freedom these comparisons
    /// take up (their leverage)
    pub(crate) leverage: f64,
}

/// The result of a pass; buffers are reused.
#[derive(Debug)]
pub(crate) struct Pass {
    nodes: Vec<Node>,
    /// One entry per class.
    pub(crate) sums: Vec<ClassSums>,
    chunk: Box<Chunk>,
}

/// What a pass knows about one item, side by side: half a cache line, where separate arrays
/// would cost a miss each for every opponent from afar.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Node {
    theta: f64,
    score: f64,
    /// Hᵢᵢ − λ.
    pub(crate) curvature: f32,
    /// 1/Hᵢᵢ of the last pass.
    inverse_diagonal: f32,
    /// Where the next pair with a lower item goes in this row of the system.
    pub(crate) next_lower: u32,
}

/// What a pass is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Scores and weights only.
    Strengths,
    /// Scores, weights and the judges' sums.
    StrengthsAndJudges,
    /// Scores and the judges' sums; the system stays as it is.
    SlopesOnly,
}

/// Where in the edges a walk is.
#[derive(Debug, Clone, Copy, Default)]
struct Cursor {
    edge: usize,
    item: usize,
}

impl Pass {
    pub(crate) fn new(items: usize, judges: usize) -> Self {
        Self {
            nodes: vec![Node::default(); items],
            sums: vec![ClassSums::default(); judges * CLASSES_PER_JUDGE],
            chunk: Box::new(Chunk::new()),
        }
    }

    /// Makes room for more items and judges.
    pub(crate) fn grow(&mut self, items: usize, judges: usize) {
        self.nodes.resize(items, Node::default());
        self.sums
            .resize(judges * CLASSES_PER_JUDGE, ClassSums::default());
    }

    /// Evaluates everything at θ, and refills `system` with the curvature plus λ.
    pub(crate) fn evaluate(
        &mut self,
        edges: &Edges,
        judges: &[JudgeParams],
        theta: &[f64],
        lambda: f64,
        system: &mut System,
        purpose: Purpose,
    ) {
        let terms = class_terms(judges);
        self.start(theta, system);
        self.sums.fill(ClassSums::default());
        let mut refill = system.refill();
        let mut cursor = Cursor::default();
        while cursor.edge < edges.list.len() {
            self.gather(edges, &terms, cursor);
            self.chunk.evaluate();
            cursor = match purpose {
                Purpose::Strengths => {
                    self.scatter::<false, true>(edges, &terms, cursor, &mut refill)
                }
                Purpose::StrengthsAndJudges => {
                    self.scatter::<true, true>(edges, &terms, cursor, &mut refill)
                }
                Purpose::SlopesOnly => {
                    self.scatter::<true, false>(edges, &terms, cursor, &mut refill)
                }
            };
        }
        if purpose != Purpose::SlopesOnly {
            refill.finish_pair(&mut self.nodes);
            self.finish(lambda, system);
        }
    }

    /// Scores and weights at θ = 0 of a simpler model in which a level is the difference of
    /// strengths in logits plus noise: a linear problem, whose solution is where a cold fit
    /// starts. From θ = 0 the full model would leap far: the outermost levels hardly bend.
    pub(crate) fn evaluate_linear(&mut self, edges: &Edges, lambda: f64, system: &mut System) {
        self.nodes.fill(Node::default());
        system.start_rows(&mut self.nodes);
        let mut refill = system.refill();
        let mut item = 0;
        for (position, edge) in edges.list.iter().enumerate() {
            item = edges.item_of(position, item);
            let other = edge.other as usize;
            let (_, _, level) = class_meaning(edge.class as usize);
            let precision = f64::from(edge.weight) / LEVEL_VARIANCE;
            let score = precision * f64::from(level);
            self.nodes[item].score += score;
            self.nodes[other].score -= score;
            refill.add(&mut self.nodes, item, other, precision);
        }
        refill.finish_pair(&mut self.nodes);
        self.finish(lambda, system);
    }

    /// Half the trace of the comparisons' part of H, from the judges' sums.
    pub(crate) fn curvature(&self, judges: &[JudgeParams]) -> f64 {
        judges
            .iter()
            .zip(self.sums.chunks(CLASSES_PER_JUDGE))
            .map(|(judge, classes)| {
                let bends = classes.iter().map(|class| class.bend_hi + class.bend_lo);
                judge.kappa * judge.kappa * bends.sum::<f64>()
            })
            .sum()
    }

    /// ∂ log-likelihood / ∂θ per item, without the prior.
    pub(crate) fn scores(&self) -> impl Iterator<Item = f64> {
        self.nodes.iter().map(|node| node.score)
    }

    fn start(&mut self, theta: &[f64], system: &System) {
        for (node, &theta) in self.nodes.iter_mut().zip(theta) {
            *node = Node {
                theta,
                inverse_diagonal: node.inverse_diagonal,
                ..Node::default()
            };
        }
        system.start_rows(&mut self.nodes);
    }

    fn finish(&mut self, lambda: f64, system: &mut System) {
        for (node, diagonal) in self.nodes.iter_mut().zip(&mut system.diagonal) {
            *diagonal = to_f32(lambda) + node.curvature;
            node.inverse_diagonal = 1.0 / *diagonal;
        }
    }

    /// Fills the chunk's inputs; lanes beyond the last edge keep old, harmless values.
    fn gather(&mut self, edges: &Edges, terms: &[ClassTerms], start: Cursor) {
        let chunk = &mut *self.chunk;
        let mut lane = 0;
        let end = edges.list.len().min(start.edge + CHUNK);
        edges.for_rows(start.item, start.edge..end, |item, row| {
            let own_theta = self.nodes[item].theta;
            for edge in row {
                let terms = &terms[edge.class as usize];
                let gap = own_theta - self.nodes[edge.other as usize].theta;
                chunk.delta[lane] = terms.kappa * gap + terms.beta;
                chunk.exp_minus_lo[lane] = terms.exp_minus_lo;
                chunk.exp_minus_hi[lane] = terms.exp_minus_hi;
                chunk.weight[lane] = f64::from(edge.weight);
                lane += 1;
            }
        });
    }

    /// Adds the chunk's outputs to scores, weights and sums.
    fn scatter<const JUDGES: bool, const REFILL: bool>(
        &mut self,
        edges: &Edges,
        terms: &[ClassTerms],
        start: Cursor,
        refill: &mut Refill<'_>,
    ) -> Cursor {
        let chunk = &*self.chunk;
        let (nodes, sums) = (&mut self.nodes, &mut self.sums);
        let mut lane = 0;
        let end = edges.list.len().min(start.edge + CHUNK);
        let item = edges.for_rows(start.item, start.edge..end, |item, row| {
            let own = nodes[item];
            let mut own_score = 0.0;
            for edge in row {
                let other = edge.other as usize;
                let class = edge.class as usize;
                let kappa = terms[class].kappa;
                let score = chunk.below_lo[lane] - chunk.above_hi[lane];
                let bend = chunk.bend_hi[lane] + chunk.bend_lo[lane];
                own_score += kappa * score;
                nodes[other].score -= kappa * score;
                if REFILL {
                    refill.add(nodes, item, other, kappa * kappa * bend);
                }
                if JUDGES {
                    let far = &nodes[other];
                    let gap = kappa * (own.theta - far.theta);
                    let freedom = f64::from(own.inverse_diagonal + far.inverse_diagonal);
                    sums[class].add(chunk, lane, gap, score, bend);
                    sums[class].leverage += kappa * kappa * bend * freedom;
                }
                lane += 1;
            }
            nodes[item].score += own_score;
        });
        Cursor { edge: end, item }
    }
}

impl ClassSums {
    #[inline]
    fn add(&mut self, chunk: &Chunk, lane: usize, gap: f64, score: f64, bend: f64) {
        self.above_hi += chunk.above_hi[lane];
        self.below_lo += chunk.below_lo[lane];
        self.bend_hi += chunk.bend_hi[lane];
        self.bend_lo += chunk.bend_lo[lane];
        self.gap_bend_hi += gap * chunk.bend_hi[lane];
        self.gap_bend_lo += gap * chunk.bend_lo[lane];
        self.gap_score += gap * score;
        self.gap_gap_bend += gap * gap * bend;
    }
}

pub(crate) fn class_terms(judges: &[JudgeParams]) -> Vec<ClassTerms> {
    (0..judges.len() * CLASSES_PER_JUDGE)
        .map(|class| {
            let (judge, side, level) = class_meaning(class);
            let params = &judges[judge];
            let (lo, hi) = params.bounds(level);
            ClassTerms {
                kappa: params.kappa,
                beta: side * params.beta,
                exp_minus_lo: libm::exp(-lo),
                exp_minus_hi: libm::exp(-hi),
            }
        })
        .collect()
}
