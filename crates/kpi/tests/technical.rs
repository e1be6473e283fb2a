//! What technical completeness rewards and what it doesn't fall for.

mod synthetic;

use kpi::{Flag, technical_completeness};
use plan::model::Plan;
use proptest::prelude::*;
use synthetic::{add_trivial, duration, id, link, name, unlinked, well_made};

fn value(plan: &Plan) -> f64 {
    technical_completeness(plan)
        .value
        .expect("a plan with tasks has a value")
}

fn close(plan: &Plan, expected: f64) {
    let kpi = technical_completeness(plan);
    let value = kpi.value.expect("a plan with tasks has a value");
    assert!(
        (value - expected).abs() <= 0.05,
        "{value:.3} instead of {expected}: {}",
        kpi.detail
    );
}

#[test]
fn well_made_plans_score_high() {
    close(&well_made(25), 0.90);
    close(&well_made(75), 0.98);
}

#[test]
fn five_thousand_trivial_tasks_are_one_task() {
    let mut plan = Plan::default();
    add_trivial(&mut plan, 5_000);
    let kpi = technical_completeness(&plan);
    assert!(kpi.value.unwrap() <= 0.01, "{:?} {}", kpi.value, kpi.detail);
    assert!(kpi.flags.contains(&Flag::NearDuplicateTasks));
}

#[test]
fn trivial_tasks_add_nothing_to_a_good_plan() {
    let mut plan = well_made(75);
    let before = value(&plan);
    add_trivial(&mut plan, 5_000);
    close(&plan, 0.98);
    assert!(value(&plan) <= before);
}

#[test]
fn one_back_edge_halves_and_a_ring_ruins() {
    let mut plan = well_made(75);
    link(&mut plan, 40, 39, "");
    close(&plan, 0.47);
    assert_eq!(technical_completeness(&plan).flags, [Flag::DependencyCycle]);
    let mut ring = well_made(75);
    link(&mut ring, 74, 0, "");
    assert!(value(&ring) < 1e-12);
}

#[test]
fn dependency_spam_is_redundant() {
    let mut plan = unlinked(75);
    for after in 1..75 {
        for before in 0..after {
            link(&mut plan, before, after, "needed");
        }
    }
    close(&plan, 0.16);
}

#[test]
fn a_templated_chain_earns_little() {
    let mut plan = unlinked(75);
    for task in 1..75 {
        let explanation = format!(
            "{} can't start before {} is finished.",
            name(task),
            name(task - 1)
        );
        link(&mut plan, task - 1, task, &explanation);
    }
    close(&plan, 0.63);
    assert_eq!(
        technical_completeness(&plan).flags,
        [Flag::TemplatedExplanations]
    );
}

#[test]
fn unlinked_tasks_are_a_list() {
    close(&unlinked(75), 0.08);
}

#[test]
fn a_plan_without_tasks_is_unknown_and_says_why() {
    let mut root_alone = well_made(1);
    root_alone.wbs.truncate(1);
    for plan in [Plan::default(), root_alone] {
        let kpi = technical_completeness(&plan);
        assert_eq!(kpi.value, None);
        assert!(
            kpi.unknown_reason
                .unwrap()
                .contains("work breakdown structure")
        );
    }
}

#[test]
fn unknown_durations_are_left_out() {
    let mut plan = well_made(75);
    let known = value(&plan);
    for duration in &mut plan.durations {
        duration.days_realistic = None;
    }
    let kpi = technical_completeness(&plan);
    assert!((kpi.value.unwrap() - known).abs() < 0.01);
    assert!(kpi.detail["d_durations"].is_null());
}

#[test]
fn near_duplicates_do_not_invent_a_circle() {
    let mut plan = well_made(9);
    plan.wbs[5].name = format!("{} 2", name(0));
    link(&mut plan, 1, 4, "");
    assert!(
        !technical_completeness(&plan)
            .flags
            .contains(&Flag::DependencyCycle)
    );
}

#[test]
fn quotes_are_in_the_plan() {
    let plan = well_made(25);
    let kpi = technical_completeness(&plan);
    assert_eq!(kpi.evidence.len(), 4);
    assert!(kpi.evidence.iter().all(|evidence| evidence.holds(&plan)));
}

#[test]
fn hostile_structures_are_survived() {
    let mut plan = well_made(6);
    plan.wbs[3].parent = Some(999);
    plan.wbs[4].parent = Some(4);
    plan.wbs[5].level = u32::MAX;
    plan.wbs[2].id = plan.wbs[1].id.clone();
    plan.durations
        .push(duration(id(2), (f64::NAN, f64::INFINITY, -1.0)));
    link(&mut plan, 3, 3, "");
    link(&mut plan, 77, 78, "");
    let value = value(&plan);
    assert!((0.0..=1.0).contains(&value));
}

/// A plan with random defects.
fn any_plan() -> impl Strategy<Value = Plan> {
    let edges = prop::collection::vec((0..30_usize, 0..30_usize, prop::bool::ANY), 0..40);
    let durations = prop::collection::vec((-1.0..40.0_f64, -1.0..40.0_f64, -1.0..40.0_f64), 30);
    let bare = prop::collection::vec(prop::bool::ANY, 30);
    (edges, durations, bare).prop_map(|(edges, durations, bare)| {
        let mut plan = unlinked(30);
        for (a, b, explained) in edges {
            let (before, after) = (a.min(b), a.max(b));
            let text = format!(
                "{} informs {} with figures of kind {}",
                name(before),
                name(after),
                "abcdefghij".repeat(after + 1)
            );
            if before < after {
                link(&mut plan, before, after, if explained { &text } else { "" });
            }
        }
        for (task, (days, bare)) in durations.into_iter().zip(bare).enumerate() {
            plan.durations[task] = duration(id(task), days);
            if days.0 < 0.0 {
                plan.durations[task].days_min = None;
            }
            if bare {
                plan.wbs[task + 1].deliverable = None;
                plan.wbs[task + 1].resources.clear();
            }
        }
        plan
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn values_are_bounded_and_repeatable(plan in any_plan()) {
        let first = technical_completeness(&plan);
        prop_assert!((0.0..=1.0).contains(&first.value.unwrap()));
        prop_assert!(first.value.unwrap() > 0.0);
        prop_assert_eq!(first, technical_completeness(&plan));
    }

    #[test]
    fn repairing_a_task_never_lowers(plan in any_plan(), task in 0..30_usize) {
        let before = value(&plan);
        let sound = unlinked(30);
        let mut timed = plan.clone();
        timed.durations[task] = sound.durations[task].clone();
        prop_assert!(value(&timed) >= before - 1e-12);
        let mut owned = plan.clone();
        owned.wbs[task + 1].deliverable.clone_from(&sound.wbs[task + 1].deliverable);
        prop_assert!(value(&owned) >= before - 1e-12);
        let mut staffed = plan.clone();
        staffed.wbs[task + 1].resources.clone_from(&sound.wbs[task + 1].resources);
        prop_assert!(value(&staffed) >= before - 1e-12);
    }

    #[test]
    fn explaining_a_link_never_lowers(plan in any_plan(), which in 0..40_usize) {
        let before = value(&plan);
        let mut repaired = plan.clone();
        if let Some(dependency) = repaired.dependencies.get_mut(which) {
            let number = |id: &str| id[1..].parse::<usize>().unwrap();
            let ends = (name(number(&dependency.depends_on)), name(number(&dependency.dependent)));
            dependency.explanation = format!("Without the calibrated results of {} nobody can begin {}", ends.0, ends.1);
        }
        prop_assert!(value(&repaired) >= before - 1e-12);
    }

    #[test]
    fn breaking_a_circle_never_lowers(from in 1..30_usize, span in 1..29_usize) {
        let mut plan = well_made(30);
        let repaired = value(&plan);
        link(&mut plan, from, from.saturating_sub(span), "");
        prop_assert!(value(&plan) <= repaired);
    }

    #[test]
    fn copies_change_nothing(plan in any_plan(), copies in 1..3_usize) {
        let before = value(&plan);
        let mut padded = plan.clone();
        for copy in 1..=copies {
            for mut node in plan.wbs[1..].iter().cloned() {
                node.id = format!("{}-{copy}", node.id);
                node.name = format!("{} {copy}", node.name);
                padded.wbs.push(node);
            }
            for mut dependency in plan.dependencies.iter().cloned() {
                dependency.dependent = format!("{}-{copy}", dependency.dependent);
                dependency.depends_on = format!("{}-{copy}", dependency.depends_on);
                padded.dependencies.push(dependency);
            }
        }
        prop_assert!((value(&padded) - before).abs() < 1e-12);
    }
}
