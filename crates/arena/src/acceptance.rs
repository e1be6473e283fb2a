//! How the KPIs behave on a folder of plans, without a database or a model: what
//! `planrank doctor --corpus` prints, and what the tests hold the extractors to.

use std::path::PathBuf;

use kpi::{KpiSummary, Kpis, Snapshot};
use llm::{Embedder, HashedNgrams};
use plan::Card;
use serde::Serialize;

use crate::extract::{Found, kpis};
use crate::import::{Discovery, ImportError, Refused, discover, prepare_all};

/// Seeds of the two hashings between which novelty must agree.
const SEEDS: [u64; 2] = [0, 1];

/// The KPIs of a folder of plans.
#[derive(Debug, Clone, Serialize)]
pub struct Acceptance {
    pub plans: Vec<PlanKpis>,
    pub refused: Vec<Refused>,
    /// One line per KPI.
    pub summary: Vec<KpiSummary>,
    /// Spearman's rank correlation of novelty between embeddings from two seeds of the hash;
    /// `None` below three plans with a known value.
    pub novelty_stability: Option<f64>,
}

/// The five values of one plan.
#[derive(Debug, Clone, Serialize)]
pub struct PlanKpis {
    pub name: String,
    pub title: String,
    pub warnings: usize,
    pub kpis: Kpis,
}

/// Reads every plan under `paths` and extracts its KPIs with the built-in parsers.
pub async fn acceptance(paths: &[PathBuf]) -> Result<Acceptance, ImportError> {
    let Discovery { inputs, .. } = discover(paths)?;
    let (prepared, refused): (Vec<_>, Vec<_>) = prepare_all(inputs)
        .await
        .into_iter()
        .partition(Result::is_ok);
    let prepared: Vec<_> = prepared.into_iter().flatten().collect();
    let refused = refused.into_iter().filter_map(Result::err).collect();
    let cards: Vec<&Card> = prepared.iter().map(|p| &p.card).collect();
    let novelties = SEEDS.map(|seed| novelty(&cards, seed));
    let values = |kpis: &[kpi::Kpi]| kpis.iter().map(|k| k.value).collect::<Vec<_>>();
    let novelty_stability = spearman(&values(&novelties[0]), &values(&novelties[1]));
    let [novelty, _] = novelties;
    let plans: Vec<PlanKpis> = prepared
        .into_iter()
        .zip(novelty)
        .map(|(p, novelty)| PlanKpis {
            kpis: kpis(&p.plan, &Found::default(), novelty),
            warnings: p.plan.warnings.len(),
            name: p.name,
            title: p.plan.title,
        })
        .collect();
    let all: Vec<Kpis> = plans.iter().map(|p| p.kpis.clone()).collect();
    Ok(Acceptance {
        plans,
        refused,
        summary: kpi::summary(&all),
        novelty_stability,
    })
}

/// Each plan against all the others, as one-plan families of the system.
fn novelty(cards: &[&Card], seed: u64) -> Vec<kpi::Kpi> {
    let embedder = HashedNgrams::new(seed, HashedNgrams::default().dims());
    let vectors: Vec<Vec<f32>> = cards
        .iter()
        .map(|card| embedder.vector(&card.canonical_text()))
        .collect();
    let families = || vectors.iter().map(Vec::as_slice).enumerate();
    let snapshot = Snapshot::freeze(families()).unwrap_or_default();
    let measure = |(own, vector): (usize, &[f32])| {
        kpi::novelty(
            vector,
            families().filter(|(family, _)| *family != own),
            &snapshot,
        )
    };
    families().map(measure).collect()
}

/// Spearman's rank correlation over the pairs known on both sides; ties share their mean rank.
fn spearman(a: &[Option<f64>], b: &[Option<f64>]) -> Option<f64> {
    let (a, b): (Vec<f64>, Vec<f64>) = a
        .iter()
        .zip(b)
        .filter_map(|(a, b)| Some(((*a)?, (*b)?)))
        .unzip();
    if a.len() < 3 {
        return None;
    }
    let (a, b) = (ranks(&a), ranks(&b));
    let mean = f64::midpoint(a.len() as f64, 1.0);
    let product = |x: &[f64], y: &[f64]| {
        x.iter()
            .zip(y)
            .map(|(x, y)| (x - mean) * (y - mean))
            .sum::<f64>()
    };
    let spread = (product(&a, &a) * product(&b, &b)).sqrt();
    (spread > 0.0).then(|| product(&a, &b) / spread)
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let below = |v: f64| values.iter().filter(|other| **other < v).count() as f64;
    let equal = |v: f64| {
        values
            .iter()
            .filter(|other| other.total_cmp(&v).is_eq())
            .count() as f64
    };
    values
        .iter()
        .map(|v| below(*v) + f64::midpoint(equal(*v), 1.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spearman_sees_order_alone() {
        let known = |v: &[f64]| v.iter().copied().map(Some).collect::<Vec<_>>();
        assert_eq!(
            spearman(
                &known(&[1.0, 2.0, 3.0, 4.0]),
                &known(&[1.0, 8.0, 27.0, 64.0])
            ),
            Some(1.0)
        );
        assert_eq!(
            spearman(&known(&[1.0, 2.0, 3.0]), &known(&[3.0, 2.0, 1.0])),
            Some(-1.0)
        );
        assert_eq!(
            spearman(&known(&[1.0, 1.0, 1.0]), &known(&[3.0, 2.0, 1.0])),
            None
        );
        assert_eq!(
            spearman(&[Some(1.0), None, Some(2.0)], &known(&[1.0, 2.0, 3.0])),
            None
        );
    }
}
