//! The KPI table of a folder of runs.

use arena::acceptance::Acceptance;

use crate::commands::import::why_refused;
use crate::output::{self, Align, Table};

/// Prints each plan's values, then one line per KPI.
pub(super) fn print(found: &Acceptance) -> anyhow::Result<()> {
    output::line(&plans(found).to_string())?;
    output::line("")?;
    output::line(&summary(found).to_string())?;
    output::line("")?;
    for refused in &found.refused {
        output::line(&format!("refused {}", why_refused(refused)))?;
    }
    match found.novelty_stability {
        Some(rho) => output::line(&format!(
            "novelty between two seeds of the hash: Spearman {rho:.3} (wanted: at least .8)"
        )),
        None => output::line("novelty between two seeds of the hash: too few plans to tell"),
    }
}

fn plans(found: &Acceptance) -> Table {
    let mut table = Table::new(&[
        ("run", Align::Left),
        ("novelty", Align::Right),
        ("prompt", Align::Right),
        ("technical", Align::Right),
        ("feasibility", Align::Right),
        ("impact", Align::Right),
        ("gaps", Align::Right),
    ]);
    for plan in &found.plans {
        let values = plan.kpis.iter().map(|(_, kpi)| output::kpi(kpi.value));
        let cells = std::iter::once(output::plain(&plan.name, 44)).chain(values);
        table.row(cells.chain([plan.warnings.to_string()]));
    }
    table
}

fn summary(found: &Acceptance) -> Table {
    let mut table = Table::new(&[
        ("KPI", Align::Left),
        ("known", Align::Right),
        ("unknown", Align::Right),
        ("min", Align::Right),
        ("quartile", Align::Right),
        ("median", Align::Right),
        ("quartile", Align::Right),
        ("max", Align::Right),
        ("range", Align::Right),
        ("distinct", Align::Right),
    ]);
    for line in &found.summary {
        table.row([
            line.name.to_owned(),
            line.known.to_string(),
            line.unknown.to_string(),
            output::kpi(line.min),
            output::kpi(line.lower_quartile),
            output::kpi(line.median),
            output::kpi(line.upper_quartile),
            output::kpi(line.max),
            output::kpi(line.interquartile_range),
            line.distinct.to_string(),
        ]);
    }
    table
}
