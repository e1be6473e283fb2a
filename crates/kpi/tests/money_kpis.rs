//! Feasibility and impact on a plan with costs and benefits, and on what people try.

mod synthetic;

use kpi::fields::{ModelFields, QuotedCost};
use kpi::reference_class::{Class, classify};
use kpi::{Flag, feasibility, impact_estimate};
use plan::model::{Plan, Section, Text};
use proptest::prelude::*;
use synthetic::{costed, costed_with_benefits, well_made};

/// r = 12/8 for a standard building: beyond its 95th percentile, which caps the gain.
#[test]
fn money_in_hand_is_feasible_up_to_the_cap() {
    let plan = costed();
    assert_eq!(classify(&plan).first, Class::StandardBuilding);
    let kpi = feasibility(&plan, None);
    let value = kpi.value.unwrap();
    assert!((value - 0.95).abs() < 1e-6, "{value} {}", kpi.detail);
    assert_eq!(kpi.evidence.len(), 4);
    assert!(kpi.evidence.iter().all(|evidence| evidence.holds(&plan)));
}

/// With r at the class's P50 and P80 the chance is 50 % and 80 %.
#[test]
fn the_chance_follows_the_class() {
    for (overrun, chance) in [(0.125, 0.5), (0.24, 0.8)] {
        let mut plan = costed();
        let total = 12.0e6 / (1.0 + overrun);
        for item in &mut plan.costs.items {
            item.amount = Some(total / 3.0);
        }
        plan.costs.stated_total = None;
        let value = feasibility(&plan, None).value.unwrap();
        assert!((value - chance).abs() < 1e-9, "{overrun}: {value}");
    }
}

#[test]
fn contingency_counts_only_when_quoted_in_the_plan() {
    let mut plan = costed();
    for item in &mut plan.costs.items {
        item.amount = Some(4.0e6);
    }
    plan.costs.stated_total = None;
    let bare = feasibility(&plan, None).value.unwrap();
    plan.costs.funded_contingency = Some(1.5e6);
    assert_eq!(feasibility(&plan, None).value, Some(bare));
    plan.costs.contingency_quote = "The county guarantees EUR 1.5 million for surprises.".into();
    assert!(feasibility(&plan, None).value.unwrap() > bare);
    plan.costs.funded_contingency = Some(5.0e6);
    assert_eq!(feasibility(&plan, None).value, Some(bare));
}

fn unknown(plan: &Plan, flag: Option<Flag>, reason: &str) {
    let kpi = feasibility(plan, None);
    assert_eq!(kpi.value, None, "{}", kpi.detail);
    assert_eq!(kpi.flags, flag.into_iter().collect::<Vec<_>>());
    let said = kpi.unknown_reason.unwrap();
    assert!(said.contains(reason), "{said}");
}

#[test]
fn what_is_missing_is_named() {
    let mut plan = costed();
    plan.prompt.text = "Renovate the school.".into();
    unknown(&plan, None, "no budget");

    let mut plan = costed();
    plan.costs.items.truncate(2);
    unknown(&plan, None, "2 usable cost items");

    let mut plan = costed();
    plan.costs.items[1].basis = "20 % of the budget".into();
    unknown(&plan, None, "2 usable cost items");

    let mut plan = costed();
    plan.costs.stated_total = Some(9.5e6);
    unknown(&plan, Some(Flag::CostsDontAddUp), "within 10 %");

    let mut plan = costed();
    plan.costs.items[0].currency = "USD".into();
    unknown(&plan, Some(Flag::CurrencyMismatch), "one currency");

    let mut plan = costed();
    plan.prompt.text = "Renovate the school. Budget: EUR 900 million.".into();
    unknown(&plan, Some(Flag::BudgetFarAboveCost), "three times");

    unknown(&well_made(12), None, "no budget");
}

#[test]
fn the_budget_is_the_whole_and_not_a_part() {
    let mut plan = costed();
    plan.prompt.text =
        "Renovate the school. Budget 12 million EUR in gates (EUR 4 million, then EUR 8 million)."
            .into();
    assert_eq!(feasibility(&plan, None).detail["budget"], 12.0e6);
}

#[test]
fn of_two_likely_classes_the_worse_counts() {
    let mut plan = costed();
    plan.title = "School and Olympic event".into();
    plan.prompt.text =
        "Renovate the school and plan its Olympic event. Budget: EUR 12 million.".into();
    let kpi = feasibility(&plan, None);
    assert_eq!(kpi.detail["class"], "mega_event");
    assert!(kpi.value.unwrap() < 0.5);
}

/// Quote laundering: a passage quoted three times, or the budget quoted as a cost.
#[test]
fn model_fields_need_passages_of_their_own() {
    let mut plan = well_made(12);
    plan.prompt.text = "Renovate the school. Budget: EUR 12 million.".into();
    plan.sections.push(Section {
        text: Text {
            text: "The roof costs EUR 3 million. Heating costs EUR 2.5 million. Rooms cost EUR 2.5 million.".into(),
            source: "review.md".into(),
        },
        ..Section::default()
    });
    let cost = |quote: &str, amount| QuotedCost {
        amount,
        currency: "EUR".into(),
        quote: quote.into(),
        ..QuotedCost::default()
    };
    let fields = |costs| ModelFields {
        costs,
        ..ModelFields::default()
    };
    let honest = fields(vec![
        cost("The roof costs EUR 3 million", 3.0e6),
        cost("Heating costs EUR 2.5 million", 2.5e6),
        cost("Rooms cost EUR 2.5 million", 2.5e6),
    ]);
    assert_eq!(feasibility(&plan, Some(&honest)).detail["cost"], 8.0e6);
    let laundered = fields(vec![cost("The roof costs EUR 3 million", 3.0e6); 3]);
    assert_eq!(feasibility(&plan, Some(&laundered)).value, None);
    let echo = fields(vec![
        cost("Budget: EUR 12 million", 12.0e6),
        cost("Heating costs EUR 2.5 million", 2.5e6),
        cost("Rooms cost EUR 2.5 million", 2.5e6),
    ]);
    assert_eq!(feasibility(&plan, Some(&echo)).value, None);
    let invented = fields(vec![cost("Paint costs EUR 1 million", 1.0e6); 3]);
    let kpi = feasibility(&plan, Some(&invented));
    assert_eq!((kpi.value, kpi.flags), (None, vec![Flag::UnsupportedQuote]));
}

/// By hand: Σ 1.035^-t for t = 3..22 is 13.267; over 1.13 × 8 million, times .99.
#[test]
fn impact_is_the_adjusted_ratio() {
    let plan = costed_with_benefits();
    let kpi = impact_estimate(&plan, None);
    let annuity: f64 = (3..=22).map(|t| 1.035_f64.powi(-t)).sum();
    let ratio = 0.99 * annuity * 1.0e6 / (1.13 * 8.0e6);
    assert!(
        (kpi.value.unwrap() - ratio / (1.0 + ratio)).abs() < 1e-9,
        "{}",
        kpi.detail
    );
    assert!(kpi.evidence.iter().all(|evidence| evidence.holds(&plan)));
}

#[test]
fn evidence_weighs_benefits() {
    let sourced = costed_with_benefits();
    let mut quoted = sourced.clone();
    quoted.benefits[0].evidence.clear();
    let mut bare = quoted.clone();
    bare.benefits[0].description.clear();
    let mut claimed = sourced.clone();
    claimed.benefits[0].evidence = "trust me".into();
    let factor = |plan: &Plan| {
        impact_estimate(plan, None).detail["evidence_factor"]
            .as_f64()
            .unwrap()
    };
    for (plan, expected) in [
        (&sourced, 1.0),
        (&quoted, 0.6),
        (&bare, 0.25),
        (&claimed, 0.6),
    ] {
        assert!((factor(plan) - expected).abs() < 1e-12);
    }
}

#[test]
fn benefits_that_do_not_multiply_out_are_unknown() {
    let mut plan = costed_with_benefits();
    plan.benefits[0].amount = Some(5.0e6);
    let kpi = impact_estimate(&plan, None);
    assert_eq!(
        (kpi.value, kpi.flags),
        (None, vec![Flag::BenefitDoesNotMultiply])
    );
    plan.benefits[0].amount = None;
    assert!(impact_estimate(&plan, None).value.is_some());
    plan.benefits.clear();
    assert!(
        impact_estimate(&plan, None)
            .unknown_reason
            .unwrap()
            .contains("no benefits")
    );
}

#[test]
fn absurd_benefits_are_capped_and_flagged() {
    let mut plan = costed_with_benefits();
    plan.benefits[0].quantity = Some(5.0e12);
    plan.benefits[0].amount = None;
    let kpi = impact_estimate(&plan, None);
    assert!((kpi.value.unwrap() - 10.0 / 11.0).abs() < 1e-12);
    assert_eq!(kpi.flags, [Flag::RatioCapped]);
}

fn any_number() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        Just(None),
        Just(Some(f64::NAN)),
        Just(Some(f64::INFINITY)),
        Just(Some(f64::MAX)),
        Just(Some(-5.0)),
        (0.0..1e9_f64).prop_map(Some),
    ]
}

proptest! {
    #[test]
    fn any_numbers_give_a_share_or_nothing(numbers in prop::collection::vec(any_number(), 10)) {
        let mut plan = costed_with_benefits();
        for (item, number) in plan.costs.items.iter_mut().zip(&numbers) {
            item.amount = *number;
            item.year = numbers[3];
        }
        plan.costs.stated_total = numbers[4];
        plan.costs.funded_contingency = numbers[5];
        plan.benefits[0].quantity = numbers[6];
        plan.benefits[0].unit_value = numbers[7];
        plan.benefits[0].amount = None;
        plan.benefits[0].start_year = numbers[8];
        plan.benefits[0].years = numbers[9];
        for kpi in [feasibility(&plan, None), impact_estimate(&plan, None)] {
            prop_assert!(kpi.value.is_none_or(|value| (0.0..=1.0).contains(&value)), "{:?}", kpi);
            prop_assert_eq!(kpi.value.is_none(), kpi.unknown_reason.is_some());
        }
    }

    #[test]
    fn more_money_never_lowers(cost in 1.0..30.0_f64, more in 0.0..10.0_f64) {
        let value = |cost: f64| {
            let mut plan = costed();
            for item in &mut plan.costs.items {
                item.amount = Some(cost * 1e6);
            }
            plan.costs.stated_total = None;
            feasibility(&plan, None).value
        };
        if let (Some(dear), Some(cheap)) = (value(cost + more), value(cost)) {
            prop_assert!(dear <= cheap);
        }
    }
}
