//! One pass over all comparisons: the score of every item, the weights of the system and
//! the sums from which judges are updated.
//!
//! It goes chunk by chunk: gather the inputs, evaluate, scatter the results.

use super::chunk::{CHUNK, Chunk};
use super::edges::{CLASSES_PER_JUDGE, Edges, class_meaning};
use super::system::{Refill, System};
use crate::model::JudgeParams;

/// Variance of a level around the difference of strengths: logistic noise plus rounding.
const LEVEL_VARIANCE: f64 = std::f64::consts::PI * std::f64::consts::PI / 3.0 + 1.0 / 12.0;

/// What the likelihood of one class needs, with e^−cut taken once per pass.
#[derive(Debug, Clone, Copy)]
struct ClassTerms {
    kappa: f64,
    /// β with the sign of the order in which the pair was shown.
    beta: f64,
    exp_minus_lo: f64,
    exp_minus_hi: f64,
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
    /// ∂ log-likelihood / ∂θ, without the prior.
    pub(crate) score: Vec<f64>,
    /// One entry per class.
    pub(crate) sums: Vec<ClassSums>,
    /// 1/Hᵢᵢ of the last pass.
    inverse_diagonal: Vec<f32>,
    chunk: Box<Chunk>,
}

/// What a pass is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Scores and weights only.
    Strengths,
    /// Scores, weights and the judges' sums.
    StrengthsAndJudges,
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
            score: vec![0.0; items],
            sums: vec![ClassSums::default(); judges * CLASSES_PER_JUDGE],
            inverse_diagonal: vec![0.0; items],
            chunk: Box::new(Chunk::new()),
        }
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
        self.score.fill(0.0);
        self.sums.fill(ClassSums::default());
        let mut refill = system.refill(lambda);
        let mut cursor = Cursor::default();
        while cursor.edge < edges.list.len() {
            self.gather(edges, &terms, theta, cursor);
            self.chunk.evaluate();
            cursor = match purpose {
                Purpose::Strengths => {
                    self.scatter::<false>(edges, &terms, theta, cursor, &mut refill)
                }
                Purpose::StrengthsAndJudges => {
                    self.scatter::<true>(edges, &terms, theta, cursor, &mut refill)
                }
            };
        }
        refill.finish_pair();
        self.keep_diagonal(system);
    }

    /// Scores and weights at θ = 0 of a simpler model in which a level is the difference of
    /// strengths in logits plus noise: a linear problem, whose solution is where a cold fit
    /// starts. From θ = 0 the full model would leap far: the outermost levels hardly bend.
    pub(crate) fn evaluate_linear(&mut self, edges: &Edges, lambda: f64, system: &mut System) {
        self.score.fill(0.0);
        let mut refill = system.refill(lambda);
        let mut item = 0;
        for (position, edge) in edges.list.iter().enumerate() {
            item = edges.item_of(position, item);
            let other = edge.other as usize;
            let (_, _, level) = class_meaning(edge.class as usize);
            let precision = f64::from(edge.weight) / LEVEL_VARIANCE;
            let score = precision * f64::from(level);
            self.score[item] += score;
            self.score[other] -= score;
            refill.add(item, other, precision);
        }
        refill.finish_pair();
        self.keep_diagonal(system);
    }

    fn keep_diagonal(&mut self, system: &System) {
        for (inverse, diagonal) in self.inverse_diagonal.iter_mut().zip(&system.diagonal) {
            *inverse = 1.0 / diagonal;
        }
    }

    /// Fills the chunk's inputs; lanes beyond the last edge keep old, harmless values.
    fn gather(&mut self, edges: &Edges, terms: &[ClassTerms], theta: &[f64], start: Cursor) {
        let chunk = &mut *self.chunk;
        let mut item = start.item;
        let end = edges.list.len().min(start.edge + CHUNK);
        for (lane, edge) in edges.list[start.edge..end].iter().enumerate() {
            item = edges.item_of(start.edge + lane, item);
            let terms = &terms[edge.class as usize];
            let gap = theta[item] - theta[edge.other as usize];
            chunk.delta[lane] = terms.kappa * gap + terms.beta;
            chunk.exp_minus_lo[lane] = terms.exp_minus_lo;
            chunk.exp_minus_hi[lane] = terms.exp_minus_hi;
            chunk.weight[lane] = f64::from(edge.weight);
        }
    }

    /// Adds the chunk's outputs to scores, weights and sums.
    fn scatter<const JUDGES: bool>(
        &mut self,
        edges: &Edges,
        terms: &[ClassTerms],
        theta: &[f64],
        start: Cursor,
        refill: &mut Refill<'_>,
    ) -> Cursor {
        let chunk = &*self.chunk;
        let mut item = start.item;
        let end = edges.list.len().min(start.edge + CHUNK);
        for (lane, edge) in edges.list[start.edge..end].iter().enumerate() {
            item = edges.item_of(start.edge + lane, item);
            let other = edge.other as usize;
            let class = edge.class as usize;
            let kappa = terms[class].kappa;
            let score = chunk.below_lo[lane] - chunk.above_hi[lane];
            let bend = chunk.bend_hi[lane] + chunk.bend_lo[lane];
            self.score[item] += kappa * score;
            self.score[other] -= kappa * score;
            refill.add(item, other, kappa * kappa * bend);
            if JUDGES {
                let gap = kappa * (theta[item] - theta[other]);
                let sums = &mut self.sums[class];
                sums.add(chunk, lane, gap, score, bend);
                let freedom = self.inverse_diagonal[item] + self.inverse_diagonal[other];
                sums.leverage += kappa * kappa * bend * f64::from(freedom);
            }
        }
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

fn class_terms(judges: &[JudgeParams]) -> Vec<ClassTerms> {
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
