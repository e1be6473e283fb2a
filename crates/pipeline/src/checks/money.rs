//! Costs and benefits: every task has a line, figures multiply out, one currency.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::faults::{Faults, ids, list, number, shortened, text};

/// Relative difference that rounding may leave between a product and its amount.
const TOLERANCE: f64 = 0.005;
/// Years that benefits may last, as in appraisal.
const MAX_YEARS: f64 = 30.0;

/// Every task of the phase has a cost line in the plan's currency that multiplies out.
pub(super) fn costs_cover_items(
    answer: &Value,
    items: &[Value],
    inputs: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let mut faults = Faults::default();
    let lines = list(answer, "costs");
    let wanted: Vec<&str> = items
        .iter()
        .flat_map(|phase| ids(list(phase, "subtasks"), "id"))
        .collect();
    let found: BTreeSet<&str> = ids(lines, "task_id").into_iter().collect();
    faults.missing("a cost line", &wanted, &found);
    faults.strangers("task_id", &wanted, &found);
    let currency = primary_currency(inputs);
    for line in lines {
        let name = format!(
            "{:?} of task {}",
            shortened(text(line, "description")),
            text(line, "task_id")
        );
        multiplied(&mut faults, &name, line, "unit_cost");
        let own = text(line, "currency");
        if !currency.is_empty() && own != currency {
            faults.add(format!(
                "the line {name} is in {own:?}: state it in {currency}"
            ));
        }
        if is_share(text(line, "basis")) || is_share(text(line, "description")) {
            faults.add(format!("the line {name} is a share of the budget, which is no estimate: say what is bought, how many, and at what price"));
        }
    }
    faults.told()
}

fn primary_currency(inputs: &BTreeMap<String, Value>) -> &str {
    let strategy = inputs.get("currency_strategy_raw.json");
    strategy
        .map(|file| text(file, "primary_currency").trim())
        .unwrap_or_default()
}

fn multiplied(faults: &mut Faults, name: &str, line: &Value, unit_field: &str) {
    let [quantity, unit, amount] =
        ["quantity", unit_field, "amount"].map(|field| number(line, field));
    let product = quantity * unit;
    if !(quantity > 0.0 && unit >= 0.0 && product.is_finite()) {
        faults.add(format!(
            "the line {name} needs a quantity above 0 and a {unit_field} that isn't negative"
        ));
    } else if (product - amount).abs() > TOLERANCE * product.abs() + 0.01 {
        faults.add(format!(
            "the line {name}: {quantity} × {unit} = {product}, and amount says {amount}"
        ));
    }
}

/// "20 % of the budget".
fn is_share(text: &str) -> bool {
    let text = text.to_lowercase();
    let share = text.contains('%') || text.contains("percent") || text.contains("share");
    share
        && (text.contains("of the budget")
            || text.contains("of budget")
            || text.contains("of the total budget"))
}

/// Benefits multiply out, last a time that can be appraised, and say honestly where they come from.
pub(super) fn benefits_hold(
    answer: &Value,
    _: &[Value],
    inputs: &BTreeMap<String, Value>,
) -> Result<(), String> {
    let mut faults = Faults::default();
    let currency = primary_currency(inputs);
    let own = text(answer, "currency");
    if !currency.is_empty() && own != currency {
        faults.add(format!(
            "currency is {own:?}: state benefits in {currency}, as the costs are"
        ));
    }
    let prompt = inputs
        .get("plan.txt")
        .and_then(Value::as_str)
        .unwrap_or_default();
    for benefit in list(answer, "benefits") {
        let name = format!("{:?}", shortened(text(benefit, "description")));
        multiplied(&mut faults, &name, benefit, "unit_value");
        let years = number(benefit, "years");
        if !(years > 0.0 && years <= MAX_YEARS) {
            faults.add(format!(
                "the benefit {name} lasts {years} years: state 1 to {MAX_YEARS}"
            ));
        }
        if text(benefit, "source_kind") == "prompt" && !stands_in(prompt, text(benefit, "evidence"))
        {
            faults.add(format!("the evidence of {name} is no passage of the prompt: quote it word for word, or set source_kind to \"assumption\" and say what is assumed"));
        }
    }
    faults.told()
}

/// Word for word, whatever the line breaks and the quotation marks around.
pub(super) fn stands_in(whole: &str, quote: &str) -> bool {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let quote = one_line(quote);
    let quote = quote.trim_matches(['"', '“', '”', '\'', '…', ' ']);
    !quote.is_empty() && one_line(whole).contains(quote)
}

#[cfg(test)]
mod tests {
    use super::{benefits_hold, costs_cover_items, stands_in};
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn inputs() -> BTreeMap<String, Value> {
        BTreeMap::from([
            (
                "currency_strategy_raw.json".to_owned(),
                json!({ "primary_currency": "DKK" }),
            ),
            (
                "plan.txt".to_owned(),
                json!("Plan:\nSave 200 trips\na day."),
            ),
        ])
    }

    #[test]
    fn a_cost_line_for_every_task_that_multiplies_out_in_one_currency() {
        let items = [json!({ "id": "1", "subtasks": [{ "id": "1.1" }, { "id": "1.2" }] })];
        let line = |task: &str, amount: f64, currency: &str, basis: &str| {
            json!({ "task_id": task, "description": "Crew", "quantity": 3, "unit_cost": 100,
                    "amount": amount, "currency": currency, "basis": basis })
        };
        let check = |lines: Value| costs_cover_items(&json!({ "costs": lines }), &items, &inputs());
        let good = [
            line("1.1", 300.0, "DKK", "Quotation"),
            line("1.2", 300.0, "DKK", "Tariff"),
        ];
        assert_eq!(check(json!(good)), Ok(()));
        for (bad, part) in [
            (json!([good[0]]), "missing for: 1.2"),
            (
                json!([good[0], line("1.2", 330.0, "DKK", "")]),
                "3 × 100 = 300, and amount says 330",
            ),
            (
                json!([good[0], line("1.2", 300.0, "EUR", "")]),
                "state it in DKK",
            ),
            (
                json!([good[0], line("1.2", 300.0, "DKK", "10 % of the budget")]),
                "no estimate",
            ),
            (
                json!([good[0], good[1], line("7.1", 300.0, "DKK", "")]),
                "\"7.1\"",
            ),
        ] {
            let error = check(bad).unwrap_err();
            assert!(error.contains(part), "{part}: {error}");
        }
    }

    #[test]
    fn a_benefit_says_where_it_comes_from() {
        let benefit = |kind: &str, evidence: &str, amount: f64, years: f64| {
            json!({ "currency": "DKK", "benefits": [{ "description": "Time", "quantity": 10,
                "unit_value": 5, "amount": amount, "years": years, "source_kind": kind,
                "evidence": evidence }] })
        };
        let check = |answer: Value| benefits_hold(&answer, &[], &inputs());
        assert_eq!(
            check(benefit("prompt", "Save 200 trips a day", 50.0, 10.0)),
            Ok(())
        );
        assert_eq!(check(benefit("assumption", "Assumed", 50.0, 10.0)), Ok(()));
        assert!(check(benefit("prompt", "Save 900 trips", 50.0, 10.0)).is_err());
        assert!(check(benefit("assumption", "Assumed", 70.0, 10.0)).is_err());
        assert!(check(benefit("assumption", "Assumed", 50.0, 99.0)).is_err());
        assert!(benefits_hold(&json!({ "currency": "EUR" }), &[], &inputs()).is_err());
    }

    #[test]
    fn a_quote_may_break_lines_and_wear_quotation_marks() {
        assert!(stands_in("a b\nc", "\"b c\""));
        assert!(!stands_in("a b", ""));
    }
}
