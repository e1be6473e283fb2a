//! The design's acceptance on 35 real runs.

use std::path::PathBuf;

use kpi::summary::line;
use kpi::{
    Kpi, Snapshot, feasibility, impact_estimate, novelty, prompt_quality, technical_completeness,
};
use plan::model::Plan;

/// The folder of run zips, or `None` with a line that says so.
fn runs() -> Option<Vec<PathBuf>> {
    let folder = std::env::var_os("PLANRANK_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(folder.join("runs")) else {
        println!("skipped: no corpus at {}", folder.display());
        return None;
    };
    let mut zips: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "zip"))
        .collect();
    zips.sort();
    Some(zips)
}

fn plans() -> Option<Vec<Plan>> {
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("the corpus is readable");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        plan::read_zip(&bytes, &name).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    Some(runs()?.into_iter().map(read).collect())
}

fn check_evidence(plan: &Plan, kpi: &Kpi) {
    for evidence in &kpi.evidence {
        assert!(evidence.holds(plan), "{}: {evidence:?}", plan.title);
    }
}

#[test]
fn real_runs_meet_the_acceptance() {
    let Some(plans) = plans() else { return };
    let prompts: Vec<Kpi> = plans
        .iter()
        .map(|plan| prompt_quality(plan, None))
        .collect();
    let technical: Vec<Kpi> = plans.iter().map(technical_completeness).collect();
    for (plan, kpi) in plans
        .iter()
        .zip(&prompts)
        .chain(plans.iter().zip(&technical))
    {
        check_evidence(plan, kpi);
    }
    for table in [
        line("prompt_quality", &prompts),
        line("technical_completeness", &technical),
    ] {
        println!("{table:?}");
        assert_eq!((table.known, table.unknown), (plans.len(), 0), "{table:?}");
        assert!(table.interquartile_range.unwrap() >= 0.10, "{table:?}");
        assert!(table.distinct >= 8, "{table:?}");
    }
    let table = line("technical_completeness", &technical);
    for (found, prototype) in [
        (table.min, 0.29),
        (table.median, 0.53),
        (table.max, 0.76),
        (table.interquartile_range, 0.106),
    ] {
        assert!((found.unwrap() - prototype).abs() <= 0.05, "{table:?}");
    }
    uncorrelated_with_size(&plans, &technical);
}

/// Pearson correlation of the value with the number of WBS nodes. Of 35 independent pairs one
/// in twenty exceeds .33.
fn uncorrelated_with_size(plans: &[Plan], kpis: &[Kpi]) {
    let sizes: Vec<f64> = plans.iter().map(|plan| plan.wbs.len() as f64).collect();
    let values: Vec<f64> = kpis.iter().filter_map(|kpi| kpi.value).collect();
    let mean = |xs: &[f64]| xs.iter().sum::<f64>() / xs.len() as f64;
    let (size, value) = (mean(&sizes), mean(&values));
    let cross: f64 = sizes
        .iter()
        .zip(&values)
        .map(|(x, y)| (x - size) * (y - value))
        .sum();
    let square = |xs: &[f64], mean: f64| xs.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    let correlation = cross / (square(&sizes, size) * square(&values, value)).sqrt();
    println!("correlation with size: {correlation:.3}");
    assert!(correlation.abs() < 0.33, "{correlation}");
}

#[test]
fn real_runs_state_no_costs_or_benefits_of_their_own() {
    let Some(plans) = plans() else { return };
    for plan in &plans {
        for kpi in [feasibility(plan, None), impact_estimate(plan, None)] {
            assert_eq!(kpi.value, None, "{}: {}", plan.title, kpi.detail);
            assert!(kpi.unknown_reason.is_some_and(|reason| reason.len() > 20));
        }
    }
}

/// Novelty of every run against all others, from embeddings with one seed of the hash.
fn novelties(plans: &[Plan], seed: u64) -> Vec<Kpi> {
    let embed = |plan: &Plan| plan::family::text_vector(&plan::card(plan).canonical_text(), seed);
    let vectors: Vec<Vec<f32>> = plans.iter().map(embed).collect();
    let rows = || vectors.iter().map(Vec::as_slice).enumerate();
    let snapshot = Snapshot::freeze(rows()).expect("real cards have embeddings");
    rows()
        .map(|(own, card)| novelty(card, rows().filter(|(family, _)| *family != own), &snapshot))
        .collect()
}

#[test]
fn novelty_is_known_for_every_run() {
    let Some(plans) = plans() else { return };
    let table = line("novelty_score", &novelties(&plans, 1));
    println!("{table:?}");
    assert_eq!((table.known, table.unknown), (plans.len(), 0));
    assert!(
        table.interquartile_range.unwrap() >= 0.10 && table.distinct >= 8,
        "{table:?}"
    );
}
