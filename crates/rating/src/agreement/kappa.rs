//! Cohen's κ: agreement of two raters beyond what their habits bring by chance.
//!
//! Unweighted after Cohen, "A Coefficient of Agreement for Nominal Scales" (1960); weighted by
//! disagreement after Cohen, "Weighted Kappa: Nominal Scale Agreement with Provision for Scaled
//! Disagreement or Partial Credit" (1968): κ = 1 − Σ v·observed ÷ Σ v·expected.

/// How often the raters gave each two categories: row the first's, column the second's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    categories: usize,
    counts: Vec<u64>,
}

impl Confusion {
    /// Counts pairs of category numbers; numbers from `categories` on are left out.
    pub fn of(categories: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut counts = vec![0; categories * categories];
        for (a, b) in pairs.filter(|(a, b)| *a < categories && *b < categories) {
            counts[a * categories + b] += 1;
        }
        Self { categories, counts }
    }

    /// All pairs.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Pairs in which both gave the same category.
    pub fn agreeing(&self) -> u64 {
        (0..self.categories).map(|c| self.at(c, c)).sum()
    }

    /// The share of the second rater's most frequent category.
    pub fn base_rate(&self) -> Option<f64> {
        let most = self.columns().into_iter().max()?;
        ratio(most as f64, self.total() as f64)
    }

    /// The agreement expected of independent raters with the same marginals.
    pub fn chance(&self) -> Option<f64> {
        let (rows, columns) = (self.rows(), self.columns());
        let products = rows.iter().zip(&columns).map(|(r, c)| r * c).sum::<u64>();
        let total = self.total() as f64;
        ratio(products as f64, total * total)
    }

    /// Cohen's κ with a weight of disagreement for each two categories, 0 for equal ones. `None`
    /// when the raters could not have disagreed by chance: both always gave the same category.
    pub fn kappa(&self, disagreement: impl Fn(usize, usize) -> f64) -> Option<f64> {
        let (rows, columns) = (self.rows(), self.columns());
        let (mut observed, mut expected) = (0.0, 0.0);
        for (a, row) in rows.iter().enumerate() {
            for (b, column) in columns.iter().enumerate() {
                let weight = disagreement(a, b);
                observed += weight * self.at(a, b) as f64;
                expected += weight * (row * column) as f64;
            }
        }
        Some(1.0 - ratio(observed * self.total() as f64, expected)?)
    }

    fn at(&self, a: usize, b: usize) -> u64 {
        self.counts[a * self.categories + b]
    }

    fn rows(&self) -> Vec<u64> {
        let row = |a| (0..self.categories).map(|b| self.at(a, b)).sum();
        (0..self.categories).map(row).collect()
    }

    fn columns(&self) -> Vec<u64> {
        let column = |b| (0..self.categories).map(|a| self.at(a, b)).sum();
        (0..self.categories).map(column).collect()
    }
}

/// Any disagreement weighs the same.
pub fn nominal(a: usize, b: usize) -> f64 {
    f64::from(u8::from(a != b))
}

/// Disagreement grows with the square of the distance (Fleiss & Cohen 1973: κ is then an
/// intraclass correlation).
pub fn quadratic(a: usize, b: usize) -> f64 {
    let distance = a.abs_diff(b) as f64;
    distance * distance
}

pub(super) fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
