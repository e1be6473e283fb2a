//! The KPI table over a corpus: how many values are known, and how they spread.

use serde::Serialize;

use crate::kpi::{Kpi, Kpis};
use crate::stats::quantile;

/// One line of the table. Quartiles interpolate linearly; `None` where nothing is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KpiSummary {
    pub name: &'static str,
    pub known: usize,
    pub unknown: usize,
    pub min: Option<f64>,
    pub lower_quartile: Option<f64>,
    pub median: Option<f64>,
    pub upper_quartile: Option<f64>,
    pub max: Option<f64>,
    pub interquartile_range: Option<f64>,
    /// Values that differ by at least 10⁻⁹.
    pub distinct: usize,
}

/// One line for each of the five KPIs, in the design's order.
pub fn summary(plans: &[Kpis]) -> Vec<KpiSummary> {
    let Some(first) = plans.first() else {
        return Vec::new();
    };
    let names: Vec<&'static str> = first.iter().map(|(name, _)| name).collect();
    names
        .into_iter()
        .enumerate()
        .map(|(index, name)| {
            line(
                name,
                plans
                    .iter()
                    .filter_map(|kpis| kpis.iter().nth(index))
                    .map(|(_, kpi)| kpi),
            )
        })
        .collect()
}

/// The line of one KPI.
pub fn line<'a>(name: &'static str, kpis: impl IntoIterator<Item = &'a Kpi>) -> KpiSummary {
    let (mut values, mut unknown) = (Vec::new(), 0);
    for kpi in kpis {
        match kpi.value {
            Some(value) => values.push(value),
            None => unknown += 1,
        }
    }
    values.sort_by(f64::total_cmp);
    let at = |q| quantile(&values, q);
    let distinct = values
        .windows(2)
        .filter(|pair| pair[1] - pair[0] >= 1e-9)
        .count();
    KpiSummary {
        name,
        known: values.len(),
        unknown,
        min: at(0.0),
        lower_quartile: at(0.25),
        median: at(0.5),
        upper_quartile: at(0.75),
        max: at(1.0),
        interquartile_range: at(0.75).zip(at(0.25)).map(|(upper, lower)| upper - lower),
        distinct: distinct + usize::from(!values.is_empty()),
    }
}
