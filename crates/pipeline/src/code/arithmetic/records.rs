//! Calculations in JSON: fields that belong together, and the texts.

use serde_json::{Map, Value};

use super::{Calculation, Kind, in_text};
use crate::code::figures::grouped;

/// Relative difference that rounding may leave.
const ROUNDING: f64 = 0.000_5;
/// Nesting that is followed.
const MAX_DEPTH: usize = 64;

/// Two factors and their product; a percentage as the second.
const PRODUCTS: &[(&str, &str, &str, f64)] = &[
    ("quantity", "unit_cost", "amount", 1.0),
    ("quantity", "unit_value", "amount", 1.0),
    ("base", "share_percent", "amount", 0.01),
];
/// A list, the field that is added, and the field that states the sum.
const TOTALS: &[(&str, &str, &str)] = &[
    ("items", "amount", "stated_total"),
    ("by_phase", "amount", "stated_total"),
    ("by_task", "amount", "stated_total"),
    ("parts", "amount", "amount"),
];

/// Every calculation of a document, with the JSON pointer to its place.
pub(super) fn in_json(value: &Value) -> Vec<(String, Calculation)> {
    let mut found = Vec::new();
    walk(value, &mut String::new(), 0, &mut found);
    found
}

fn walk(value: &Value, place: &mut String, depth: usize, found: &mut Vec<(String, Calculation)>) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Object(object) => {
            found.extend(of_object(object).map(|calculation| (place.clone(), calculation)));
            for (key, child) in object {
                let key = key.replace('~', "~0").replace('/', "~1");
                below(child, &key, place, depth, found);
            }
        }
        Value::Array(list) => {
            for (index, child) in list.iter().enumerate() {
                below(child, &index.to_string(), place, depth, found);
            }
        }
        Value::String(text) => {
            let here = in_text(text, "line").into_iter();
            found.extend(here.map(|(_, calculation)| (place.clone(), calculation)));
        }
        _ => {}
    }
}

fn below(
    child: &Value,
    key: &str,
    place: &mut String,
    depth: usize,
    found: &mut Vec<(String, Calculation)>,
) {
    let length = place.len();
    place.push('/');
    place.push_str(key);
    walk(child, place, depth + 1, found);
    place.truncate(length);
}

fn of_object(object: &Map<String, Value>) -> impl Iterator<Item = Calculation> {
    let products = PRODUCTS.iter().filter_map(|names| product(object, names));
    let totals = TOTALS.iter().filter_map(|names| total(object, names));
    products.chain(totals).chain(three_point(object))
}

fn number(object: &Map<String, Value>, key: &str) -> Option<f64> {
    object
        .get(key)?
        .as_f64()
        .filter(|number| number.is_finite())
}

fn product(
    object: &Map<String, Value>,
    (a, b, result, scale): &(&str, &str, &str, f64),
) -> Option<Calculation> {
    let (x, y, written) = (
        number(object, a)?,
        number(object, b)?,
        number(object, result)?,
    );
    let computed = x * y * scale;
    let quote = format!(
        "{a} {} × {b} {} = {result} {}{}",
        grouped(x),
        grouped(y),
        grouped(written),
        named(object)
    );
    Some(calculation(Kind::Product, &quote, written, computed))
}

fn total(
    object: &Map<String, Value>,
    (list, field, result): &(&str, &str, &str),
) -> Option<Calculation> {
    let parts = object
        .get(*list)?
        .as_array()
        .filter(|parts| !parts.is_empty())?;
    let written = number(object, result)?;
    let amounts: Option<Vec<f64>> = parts
        .iter()
        .map(|part| number(part.as_object()?, field))
        .collect();
    let computed = amounts?.iter().sum();
    let quote = format!(
        "sum of {field} over {} {list} = {result} {}",
        parts.len(),
        grouped(written)
    );
    Some(calculation(Kind::StatedTotal, &quote, written, computed))
}

fn three_point(object: &Map<String, Value>) -> Option<Calculation> {
    let days = |key| number(object, key).filter(|days| *days >= 0.0);
    let (min, realistic, max) = (
        days("days_min")?,
        days("days_realistic")?,
        days("days_max")?,
    );
    let right = min <= realistic && realistic <= max;
    let order = format!(
        "{} ≤ {} ≤ {}",
        grouped(min),
        grouped(realistic),
        grouped(max)
    );
    Some(Calculation {
        kind: Kind::ThreePoint,
        quote: format!("days {order}{}", named(object)),
        written: order,
        computed: if right { "in order" } else { "out of order" }.to_owned(),
        right,
    })
}

/// " (1.2)": equal figures of two tasks are two calculations.
fn named(object: &Map<String, Value>) -> String {
    let name = ["id", "task_id", "description", "confidence"]
        .iter()
        .find_map(|key| object.get(*key)?.as_str());
    let name: String = name.unwrap_or_default().chars().take(80).collect();
    if name.is_empty() {
        name
    } else {
        format!(" ({name})")
    }
}

fn calculation(kind: Kind, quote: &str, written: f64, computed: f64) -> Calculation {
    let close = (written - computed).abs() <= ROUNDING * written.abs().max(computed.abs()) + 0.01;
    Calculation {
        kind,
        quote: super::quote(quote, 0, quote.len()),
        written: grouped(written),
        computed: grouped(computed),
        right: close,
    }
}

#[cfg(test)]
mod tests {
    use super::in_json;
    use serde_json::json;

    #[test]
    fn fields_that_belong_together_are_recomputed_with_their_place() {
        let found = in_json(&json!({
            "items": [
                { "id": "C1", "quantity": 12, "unit_cost": 1_500, "amount": 18_000 },
                { "id": "C2", "quantity": 3, "unit_cost": 100, "amount": 301 },
            ],
            "stated_total": 18_301,
            "durations": [{ "task_id": "1.1", "days_min": 9, "days_realistic": 5, "days_max": 12 }],
            "note": "12 × 2 = 25",
        }));
        let wrong: Vec<(&str, &str)> = found
            .iter()
            .filter(|(_, calculation)| !calculation.right)
            .map(|(place, calculation)| (place.as_str(), calculation.computed.as_str()))
            .collect();
        assert_eq!(
            wrong,
            [
                ("/durations/0", "out of order"),
                ("/items/1", "300"),
                ("/note", "24")
            ]
        );
        assert_eq!(found.len(), 5);
    }

    #[test]
    fn unknown_and_missing_numbers_are_no_mistake() {
        let found = in_json(&json!([
            { "days_min": -1, "days_realistic": -1, "days_max": -1 },
            { "quantity": 3, "unit_cost": null, "amount": 5 },
            { "items": [{ "amount": "a lot" }], "stated_total": 5 },
        ]));
        assert_eq!(found, []);
    }
}
