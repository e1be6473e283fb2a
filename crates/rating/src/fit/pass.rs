//! One pass over all comparisons: the score of every item, the weights of the system and
//! the sums from which judges are updated.

use super::edges::{CLASSES_PER_JUDGE, Edges, class_meaning};
use super::system::System;
use crate::model::JudgeParams;

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
    /// Σ w
    pub(crate) weight: f64,
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
}

/// The result of a pass; buffers are reused.
#[derive(Debug)]
pub(crate) struct Pass {
    /// ∂ log-likelihood / ∂θ, without the prior.
    pub(crate) score: Vec<f64>,
    /// One entry per class.
    pub(crate) sums: Vec<ClassSums>,
}

impl Pass {
    pub(crate) fn new(items: usize, judges: usize) -> Self {
        Self {
            score: vec![0.0; items],
            sums: vec![ClassSums::default(); judges * CLASSES_PER_JUDGE],
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
    ) {
        let terms = class_terms(judges);
        self.score.fill(0.0);
        self.sums.fill(ClassSums::default());
        let mut refill = system.refill(lambda);
        for item in 0..edges.items() {
            refill.start_row(item);
            let row = edges.row(item);
            let mut own_score = 0.0;
            let mut pair_weight = 0.0;
            for (position, edge) in row.iter().enumerate() {
                let other = edge.other as usize;
                let class = edge.class as usize;
                let terms = &terms[class];
                let weight = f64::from(edge.weight);
                let gap = terms.kappa * (theta[item] - theta[other]);
                let (score, bend) = self.sums[class].add(terms, gap, weight);
                own_score += terms.kappa * score;
                self.score[other] -= terms.kappa * score;
                pair_weight += terms.kappa * terms.kappa * bend;
                let ends = row
                    .get(position + 1)
                    .is_none_or(|next| next.other != edge.other);
                if ends {
                    refill.push(item, other, pair_weight);
                    pair_weight = 0.0;
                }
            }
            self.score[item] += own_score;
        }
    }
}

impl ClassSums {
    /// Adds one comparison and returns its weighted score and curvature.
    #[inline]
    fn add(&mut self, terms: &ClassTerms, gap: f64, weight: f64) -> (f64, f64) {
        // Clamped where σ is 0 or 1 anyway, so that no 0·∞ arises.
        let e = libm::exp((gap + terms.beta).clamp(-600.0, 600.0));
        let up_to_hi = 1.0 / (1.0 + e * terms.exp_minus_hi);
        let up_to_lo = 1.0 / (1.0 + e * terms.exp_minus_lo);
        let above_hi = weight * (1.0 - up_to_hi);
        let below_lo = weight * up_to_lo;
        let bend_hi = above_hi * up_to_hi;
        let bend_lo = below_lo * (1.0 - up_to_lo);
        let score = below_lo - above_hi;
        let bend = bend_hi + bend_lo;
        self.weight += weight;
        self.above_hi += above_hi;
        self.below_lo += below_lo;
        self.bend_hi += bend_hi;
        self.bend_lo += bend_lo;
        self.gap_bend_hi += gap * bend_hi;
        self.gap_bend_lo += gap * bend_lo;
        self.gap_score += gap * score;
        self.gap_gap_bend += gap * gap * bend;
        (score, bend)
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
