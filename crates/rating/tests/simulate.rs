//! Small versions of the simulations in docs/RANKING.md, quick enough for every test run.

use std::sync::atomic::{AtomicUsize, Ordering};

use rating::simulate::attack::{NeighboursConfig, PositionConfig, neighbours, position};
use rating::simulate::{Method, MethodReport, SimConfig, WorldKind, simulate};

fn small(calls: u16, world: WorldKind) -> SimConfig {
    SimConfig {
        plans: 300,
        calls,
        reps: 6,
        world,
        ..SimConfig::default()
    }
}

fn run(config: &SimConfig) -> [MethodReport; 3] {
    let methods = simulate(config, |_, _| ()).unwrap().methods;
    methods.try_into().unwrap()
}

#[test]
fn chosen_pairs_find_the_best_and_order_the_rest() {
    let [elo, random, active] = run(&small(12, WorldKind::Standard));
    assert!(active.kendall_tau.mean >= 0.735, "{:?}", active.kendall_tau);
    assert!(
        active.top10_recall.mean >= 0.78,
        "{:?}",
        active.top10_recall
    );
    assert!(active.top10_recall.mean > random.top10_recall.mean);
    assert!(active.kendall_tau.mean > elo.kendall_tau.mean + 0.02);
    assert!((active.calls_per_plan.mean - 12.0).abs() < 0.05);
}

#[test]
fn intervals_cover_what_they_claim() {
    for world in WorldKind::ALL {
        let config = SimConfig {
            methods: vec![Method::Active],
            ..small(12, world)
        };
        let report = &simulate(&config, |_, _| ()).unwrap().methods[0];
        let (c90, c95) = (
            report.coverage90.unwrap().mean,
            report.coverage95.unwrap().mean,
        );
        assert!((0.87..=0.93).contains(&c90), "{world:?}: {c90}");
        assert!((0.92..=0.97).contains(&c95), "{world:?}: {c95}");
    }
}

#[test]
fn plain_elo_depends_on_order_and_has_no_intervals() {
    let [elo, random, active] = run(&small(10, WorldKind::Standard));
    assert!(elo.replay_rank_displacement.mean > 3.0);
    assert!(elo.coverage90.is_none() && elo.coverage95.is_none());
    assert!(random.replay_rank_displacement.mean + active.replay_rank_displacement.mean < 1e-9);
}

#[test]
fn the_report_follows_from_the_seed_whatever_the_threads() {
    let config = SimConfig {
        plans: 60,
        reps: 3,
        threads: 1,
        ..SimConfig::default()
    };
    let counted = AtomicUsize::new(0);
    let report = simulate(&config, |_, _| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let report = report.unwrap();
    assert_eq!(counted.into_inner(), 9);
    let threaded = simulate(
        &SimConfig {
            threads: 3,
            ..config.clone()
        },
        |_, _| (),
    )
    .unwrap();
    assert_eq!(report.methods, threaded.methods);
    let other = simulate(&SimConfig { seed: 2, ..config }, |_, _| ()).unwrap();
    assert_ne!(report.methods, other.methods);
}

#[test]
fn a_report_is_json_that_reads_back_and_names_its_methods() {
    let config = SimConfig {
        plans: 20,
        reps: 1,
        ..SimConfig::default()
    };
    let report = simulate(&config, |_, _| ()).unwrap();
    let json = serde_json::to_string(&report).unwrap();
    for method in Method::ALL {
        assert!(
            json.contains(&format!("\"method\":\"{}\"", method.name())),
            "{json}"
        );
    }
    let config: SimConfig = serde_json::from_str(r#"{"plans": 7, "world": "sharp"}"#).unwrap();
    assert_eq!(
        (config.plans, config.calls, config.world),
        (7, 12, WorldKind::Sharp)
    );
}

#[test]
fn degenerate_worlds_are_reported_not_refused() {
    for (plans, reps) in [(0, 1), (1, 1), (2, 2), (3, 0)] {
        let config = SimConfig {
            plans,
            reps,
            ..SimConfig::default()
        };
        let report = simulate(&config, |_, _| ()).unwrap();
        assert!(
            report
                .methods
                .iter()
                .all(|method| method.kendall_tau.mean.is_finite())
        );
    }
}

#[test]
fn junk_beside_a_target_moves_elo_and_not_the_scheduled_rating() {
    let config = NeighboursConfig {
        plans: 300,
        worlds: 4,
        targets_per_world: 25,
        junk: vec![10],
        methods: vec![Method::PlanexeElo, Method::Active],
        ..NeighboursConfig::default()
    };
    let results = neighbours(&config, |_, _| ()).unwrap().results;
    assert_eq!(results[0].targets, 100);
    assert!(results[0].shift.mean > 10.0, "{:?}", results[0]);
    assert!(results[1].shift.mean.abs() <= 1.0, "{:?}", results[1]);
}

#[test]
fn a_leaning_judge_lifts_newcomers_under_elo_and_not_the_scheduled_rating() {
    let config = PositionConfig {
        plans: 300,
        reps: 8,
        methods: vec![Method::PlanexeElo, Method::Active],
        ..PositionConfig::default()
    };
    let results = position(&config, |_, _| ()).unwrap().results;
    assert!(results[0].shift.mean > 5.0, "{:?}", results[0]);
    // Thirty newcomers in eight worlds leave a standard error of a point or so.
    let fair = results[1].above_truth;
    assert!(fair.mean.abs() <= 1.0 + 2.0 * fair.se, "{fair:?}");
}
