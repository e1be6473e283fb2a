//! How badly each item needs a comparison, and what a pair would teach.

use super::gain::{InformationTable, probability_above, top_threshold};
use super::policy::Policy;
use super::to_index;
use super::worst::WorstFirst;
use crate::model::JudgeParams;
use crate::online::Gaussian;

/// Beliefs and, for each item, uσ⁴ with u = base + top·P(in the top).
///
/// The strength at which the top begins is found anew with all beliefs at once, and when
/// a tenth more items have joined; in between it stands still.
#[derive(Debug, Clone)]
pub(super) struct Needs {
    policy: Policy,
    information: InformationTable,
    beliefs: Vec<Gaussian>,
    values: Vec<f64>,
    worst: WorstFirst,
    top_from: f64,
    top_found_among: usize,
}

impl Needs {
    pub(super) fn new(policy: Policy, judge: &JudgeParams, beliefs: Vec<Gaussian>) -> Self {
        let mut needs = Self {
            policy,
            information: InformationTable::new(judge),
            beliefs,
            values: Vec::new(),
            worst: WorstFirst::default(),
            top_from: 0.0,
            top_found_among: 0,
        };
        needs.revalue();
        needs
    }

    pub(super) fn len(&self) -> usize {
        self.beliefs.len()
    }

    pub(super) fn var(&self, item: u32) -> f64 {
        self.beliefs[item as usize].var
    }

    pub(super) fn push(&mut self, belief: Gaussian) {
        self.beliefs.push(belief);
        self.values.push(0.0);
        if self.len() * 10 > self.top_found_among * 11 {
            self.revalue();
        } else {
            self.value(to_index(self.len() - 1));
        }
    }

    pub(super) fn set(&mut self, item: u32, belief: Gaussian) {
        self.beliefs[item as usize] = belief;
        self.value(item);
    }

    pub(super) fn set_all(&mut self, judge: &JudgeParams, beliefs: &[Gaussian]) {
        self.beliefs.copy_from_slice(beliefs);
        self.information = InformationTable::new(judge);
        self.revalue();
    }

    /// Takes out the item with the greatest need; it comes back when its belief changes or
    /// it is [put back](Self::put_back).
    pub(super) fn pop_worst(&mut self) -> Option<u32> {
        self.worst.pop(&self.values)
    }

    pub(super) fn put_back(&mut self, item: u32) {
        self.worst.push(item, &self.values);
    }

    /// I·(uᵢσᵢ⁴ + uⱼσⱼ⁴) / (1 + I·(σᵢ² + σⱼ²)).
    pub(super) fn gain(&self, i: u32, j: u32) -> f64 {
        let (i, j) = (i as usize, j as usize);
        let (of_i, of_j) = (self.beliefs[i], self.beliefs[j]);
        let information = self.information.at(of_i.mean - of_j.mean);
        let value = information * (self.values[i] + self.values[j]);
        value / (1.0 + information * (of_i.var + of_j.var))
    }

    /// Shrinks both variances by what comparing the two is expected to teach.
    pub(super) fn expect_comparison(&mut self, i: u32, j: u32) {
        let (of_i, of_j) = (self.beliefs[i as usize], self.beliefs[j as usize]);
        let (var_i, var_j) = self.information.shrink(of_i, of_j);
        self.set(i, Gaussian { var: var_i, ..of_i });
        self.set(j, Gaussian { var: var_j, ..of_j });
    }

    fn revalue(&mut self) {
        self.top_from = top_threshold(&self.beliefs, self.policy.top_share);
        self.top_found_among = self.len();
        self.values = self
            .beliefs
            .iter()
            .map(|&belief| self.need(belief))
            .collect();
        self.worst = WorstFirst::from_needs(&self.values);
    }

    fn value(&mut self, item: u32) {
        self.values[item as usize] = self.need(self.beliefs[item as usize]);
        self.worst.push(item, &self.values);
    }

    fn need(&self, belief: Gaussian) -> f64 {
        let in_top = probability_above(belief, self.top_from);
        let weight = self.policy.base_weight + self.policy.top_weight * in_top;
        weight * belief.var * belief.var
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(beliefs: &[(f64, f64)]) -> Needs {
        let beliefs = beliefs
            .iter()
            .map(|&(mean, var)| Gaussian { mean, var })
            .collect();
        Needs::new(Policy::default(), &JudgeParams::default(), beliefs)
    }

    #[test]
    fn equals_teach_more_than_a_foregone_conclusion() {
        let needs = needs(&[(0.0, 0.5), (0.1, 0.5), (9.0, 0.5), (0.0, 0.5)]);
        assert!(needs.gain(0, 1) > needs.gain(0, 2) || needs.gain(3, 0) > needs.gain(3, 2));
    }

    #[test]
    fn a_likely_top_item_needs_more_than_an_equally_uncertain_other() {
        let mut needs = needs(&[(-1.0, 0.5), (2.0, 0.5), (-1.0, 0.6)]);
        assert_eq!(needs.pop_worst(), Some(1));
        assert_eq!(needs.pop_worst(), Some(2));
    }

    #[test]
    fn an_expected_comparison_shrinks_both_and_keeps_them_above_zero() {
        let mut needs = needs(&[(0.0, 4.0), (0.5, 0.01)]);
        for _ in 0..100 {
            let before = (needs.var(0), needs.var(1));
            needs.expect_comparison(0, 1);
            assert!(needs.var(0) < before.0 && needs.var(1) < before.1);
            assert!(needs.var(0) > 0.0 && needs.var(1) > 0.0);
        }
    }
}
