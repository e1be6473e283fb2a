//! Prints the tables of docs/RANKING.md: methods × calls × worlds, and the attacks.
//!
//! `cargo run --release -p rating --example simulate -- [worlds|attacks|all] [reps]`

use std::error::Error;

use rating::simulate::attack::{NeighboursConfig, PositionConfig, neighbours, position};
use rating::simulate::{Method, SimConfig, WorldKind, simulate};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_else(|| "all".to_owned());
    let reps = arguments.next().map_or(Ok(20), |text| text.parse())?;
    if what != "attacks" {
        worlds(reps)?;
    }
    if what != "worlds" {
        attacks()?;
    }
    Ok(())
}

fn worlds(reps: u32) -> Result<(), Box<dyn Error>> {
    println!("world         calls  method       tau    top10  top50  cov90  cov95  made   replay");
    for world in WorldKind::ALL {
        for calls in [10, 12, 40] {
            let config = SimConfig {
                world,
                calls,
                reps,
                ..SimConfig::default()
            };
            for row in simulate(&config, |_, _| ())?.methods {
                let covered = |mean: Option<rating::simulate::Mean>| {
                    mean.map_or_else(|| "-".to_owned(), |mean| format!("{:.3}", mean.mean))
                };
                println!(
                    "{:<13} {calls:>5}  {:<11} {:.3}  {:.3}  {:.3}  {:>5}  {:>5}  {:.2}  {:>5.1}",
                    world.name(),
                    row.method.name(),
                    row.kendall_tau.mean,
                    row.top10_recall.mean,
                    row.top50_recall.mean,
                    covered(row.coverage90),
                    covered(row.coverage95),
                    row.calls_per_plan.mean,
                    row.replay_rank_displacement.mean,
                );
            }
        }
    }
    Ok(())
}

fn attacks() -> Result<(), Box<dyn Error>> {
    let flood = neighbours(&NeighboursConfig::default(), |_, _| ())?;
    println!("\nneighbours: method, junk, targets, shift ± se, size of shift (points)");
    for row in flood.results {
        println!(
            "{:<11} {:>2} {:>4}  {:+.2} ± {:.2}  {:.2}",
            row.method.name(),
            row.junk,
            row.targets,
            row.shift.mean,
            row.shift.se,
            row.shift_size.mean,
        );
    }
    let leaning = position(&PositionConfig::default(), |_, _| ())?;
    println!("\nposition: method, shift ± se, above the truth (points)");
    for row in leaning.results {
        println!(
            "{:<11} {:+.2} ± {:.2}  {:+.2}",
            Method::name(row.method),
            row.shift.mean,
            row.shift.se,
            row.above_truth.mean,
        );
    }
    Ok(())
}
