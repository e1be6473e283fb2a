//! Total rows of Markdown tables.

use super::number::Interval;
use super::tokens::{self, Kind as T, Number};
use super::{Calculation, Kind};
use crate::code::figures::grouped;

/// Words of a column's head that make its sum meaningless.
const NOT_ADDED: &[&str] = &[
    "unit", "rate", "average", "mean", "score", "year", "date", "id", "price", "float", "rank",
];
/// Words besides the number that a cell may have: a currency, a unit.
const MAX_WORDS: usize = 3;

struct Table<'a> {
    head: Vec<&'a str>,
    rows: Vec<(usize, Vec<&'a str>)>,
}

/// The sum of each column that a total row states.
pub(super) fn totals(text: &str) -> Vec<(String, Calculation)> {
    tables(text).iter().flat_map(of_table).collect()
}

fn tables(text: &str) -> Vec<Table<'_>> {
    let mut found: Vec<Table<'_>> = Vec::new();
    let mut inside = false;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        let is_row = line.starts_with('|') && line.len() > 1;
        match (is_row, inside) {
            (true, false) => found.push(Table {
                head: cells(line),
                rows: Vec::new(),
            }),
            (true, true) => {
                let cells = cells(line);
                let rule = cells
                    .iter()
                    .all(|cell| cell.chars().all(|c| matches!(c, '-' | ':')));
                if let Some(table) = found.last_mut().filter(|_| !rule) {
                    table.rows.push((number, cells));
                }
            }
            (false, _) => {}
        }
        inside = is_row;
    }
    found
}

fn cells(line: &str) -> Vec<&str> {
    let inner = line.trim_start_matches('|');
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    let mut cells = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        if c == '|' && !escaped {
            cells.push(inner[start..at].trim());
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    cells.push(inner[start..].trim());
    cells
}

fn of_table(table: &Table<'_>) -> Vec<(String, Calculation)> {
    let label = |cells: &[&str]| cells.first().copied().unwrap_or_default().to_lowercase();
    let Some(total) = table
        .rows
        .iter()
        .position(|(_, cells)| is_total(&label(cells)))
    else {
        return Vec::new();
    };
    let body = &table.rows[..total];
    let parts_are_nested = body.iter().any(|(_, cells)| label(cells).contains("total"));
    if parts_are_nested {
        return Vec::new();
    }
    let (line, sums) = &table.rows[total];
    let columns = 1..table.head.len().min(sums.len());
    columns
        .filter_map(|column| {
            let calculation = of_column(table.head[column], column, body, sums[column])?;
            Some((format!("line {line}"), calculation))
        })
        .collect()
}

fn is_total(label: &str) -> bool {
    let label = label.trim_matches(['*', '_', ' ', ':']);
    label == "sum" || label.starts_with("total") || label.starts_with("grand total")
}

fn of_column(
    head: &str,
    column: usize,
    body: &[(usize, Vec<&str>)],
    total: &str,
) -> Option<Calculation> {
    let lower = head.to_lowercase();
    let skipped = lower
        .split(|c: char| !c.is_alphabetic())
        .any(|word| NOT_ADDED.contains(&word));
    let written = single(total).filter(|_| !skipped)?;
    let mut parts = Vec::new();
    for (_, cells) in body {
        let cell = cells.get(column).copied().unwrap_or_default();
        if cell.chars().any(char::is_alphanumeric) {
            parts.push(single(cell)?);
        }
    }
    if parts.len() < 2 || parts.iter().any(|part| part.percent != written.percent) {
        return None;
    }
    let (right, computed) = judge(&parts, &written);
    let terms: Vec<String> = body
        .iter()
        .filter_map(|(_, cells)| cells.get(column).filter(|cell| !cell.is_empty()))
        .map(|cell| (*cell).to_owned())
        .collect();
    let quote = format!("{head}: {} = {total}", terms.join(" + "));
    let unit = if written.percent { " %" } else { "" };
    Some(Calculation {
        kind: Kind::TableTotal,
        quote: super::quote(&quote, 0, quote.len()),
        written: format!("{}{unit}", grouped(written.readings[0].value)),
        computed: format!("{}{unit}", grouped(computed)),
        right,
    })
}

/// The number of a cell that holds one, perhaps with its unit.
fn single(cell: &str) -> Option<Number> {
    let mut number = None;
    let mut words = 0;
    let mut negative = false;
    for token in tokens::of(&cell.replace('\\', "")) {
        match token.kind {
            T::Number(found) if number.is_none() => number = Some(found),
            T::Currency => {}
            T::Word(_) => words += 1,
            T::Operator(tokens::Operator::Minus) if number.is_none() => negative = true,
            _ => return None,
        }
    }
    let number = number.filter(|_| words <= MAX_WORDS)?;
    Some(Number { negative, ..number })
}

/// Reads the column once with commas between thousands and once with dots, as a whole.
fn judge(parts: &[Number], written: &Number) -> (bool, f64) {
    let sum = |way: usize| {
        parts.iter().fold(Interval::around(0.0, 0.0), |sum, part| {
            let reading = part.readings.get(way).or(part.readings.last());
            let value = reading.map_or(Interval::around(0.0, 0.0), |reading| {
                // A share is nearly always rounded.
                if part.percent {
                    reading.result()
                } else {
                    reading.operand()
                }
            });
            let sign = if part.negative { -1.0 } else { 1.0 };
            let (a, b) = (sign * value.low, sign * value.high);
            Interval {
                low: sum.low + a.min(b),
                high: sum.high + a.max(b),
            }
        })
    };
    let sign = if written.negative { -1.0 } else { 1.0 };
    let right = [0, 1].into_iter().any(|way| {
        let sum = sum(way);
        written.readings.iter().any(|reading| {
            let of = reading.result();
            let (a, b) = (sign * of.low, sign * of.high);
            sum.meets(Interval {
                low: a.min(b),
                high: a.max(b),
            })
        })
    });
    (right, sum(0).middle())
}

#[cfg(test)]
mod tests {
    use super::totals;

    fn found(table: &str) -> Vec<(bool, String)> {
        totals(table)
            .into_iter()
            .map(|(_, calculation)| (calculation.right, calculation.computed))
            .collect()
    }

    #[test]
    fn a_total_row_is_added_up_column_by_column() {
        let table = "| Item | Unit price | Amount (EUR) | Share |\n| --- | ---: | ---: | ---: |\n| Piles | 500 | 1,500 | 33.3 % |\n| Deck | 20 | 3,000.50 | 66.7 % |\n| **Total** | 520 | 4,500.50 | 100 % |\n";
        assert_eq!(
            found(table),
            [(true, "4,500.5".into()), (true, "100 %".into())]
        );
    }

    #[test]
    fn a_wrong_total_is_told_and_german_figures_are_read() {
        let table = "| A | Betrag |\n|---|---|\n| a | 1.500 |\n| b | 2.250 |\n| Total | 3.750 |\n| After | 1 |\n";
        assert_eq!(found(table), [(true, "3.75".into())]);
        let wrong = "| A | B |\n|---|---|\n| a | 10 |\n| b | 20 |\n| Total | 40 |\n";
        assert_eq!(found(wrong), [(false, "30".into())]);
    }

    #[test]
    fn subtotals_texts_and_lonely_numbers_are_not_judged() {
        for table in [
            "| A | B |\n|---|---|\n| a | 10 |\n| Subtotal | 10 |\n| b | 5 |\n| Total | 15 |\n",
            "| A | B |\n|---|---|\n| a | 3 to 5 |\n| b | 20 |\n| Total | 40 |\n",
            "| A | B |\n|---|---|\n| a | 10 |\n| Total | 40 |\n",
            "| A |\n| Total |\n",
        ] {
            assert!(found(table).is_empty(), "{table}");
        }
    }
}
