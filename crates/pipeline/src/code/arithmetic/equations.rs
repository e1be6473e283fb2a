//! Equations in a line of text.

use super::number::{Interval, Reading};
use super::tokens::{Kind as T, Number, Operator, Token};
use super::{Calculation, Kind, quote, share};
use crate::code::figures::grouped;

/// Words between two operators: units and the like ("months of rent").
const MAX_WORDS: usize = 5;
/// Numbers of one calculation; more are not judged.
const MAX_NUMBERS: usize = 12;
/// Ways to read all numbers of one calculation that are tried.
const MAX_READINGS: usize = 512;
/// How far a result may be off where the text says "about".
const ABOUT: f64 = 0.05;
const ABOUT_WORDS: &[&str] = &[
    "about",
    "approx",
    "approximately",
    "around",
    "ca",
    "circa",
    "nearly",
    "roughly",
    "some",
];
/// Units that a calculation may convert between: "90 minutes × 4 = 6 hours".
const UNITS: &[&str] = &[
    "second", "seconds", "minute", "minutes", "min", "hour", "hours", "h", "day", "days", "week",
    "weeks", "month", "months", "quarter", "quarters", "year", "years", "g", "kg", "t", "tonne",
    "tonnes", "ton", "tons", "mm", "cm", "m", "km", "m²", "m³", "ha", "hectares", "l", "litre",
    "litres", "w", "kw", "mw", "gw", "kwh", "mwh", "gwh", "mb", "gb", "tb",
];

/// A number of an expression, with the operator before it (the first adds).
pub(super) struct Term<'a> {
    pub(super) operator: Operator,
    pub(super) number: &'a Number,
    pub(super) units: Vec<&'a str>,
    pub(super) from: usize,
}

/// Every equation that can be judged.
pub(super) fn in_line(line: &str, tokens: &[Token]) -> Vec<Calculation> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let calculation = match &token.kind {
            T::Equals { about } => equation(line, tokens, at, *about),
            T::Word(word) if word == "of" => share::share(line, tokens, at),
            _ => None,
        };
        found.extend(calculation);
    }
    found
}

fn equation(line: &str, tokens: &[Token], at: usize, about: bool) -> Option<Calculation> {
    let (result, result_at) = result(tokens, at + 1)?;
    let about = about || tokens[at + 1..result_at].iter().any(says_about);
    let terms = terms(&tokens[..at])?;
    if terms.len() < 2 || terms.len() > MAX_NUMBERS || changes_unit(&terms, tokens, result_at) {
        return None;
    }
    let from = terms[0].from;
    // A dash before the calculation may be one of the sentence: "Phase 1 - 3 × 4 = 12".
    let starts = (0..terms.len() - 1)
        .filter(|&start| start == 0 || terms[start].operator == Operator::Minus);
    let mut first = None;
    for start in starts {
        let (right, computed) = judge(&terms[start..], &result, about)?;
        first.get_or_insert(computed);
        if right {
            let of = Written {
                line,
                from: terms[start].from,
                to: tokens[result_at].to,
            };
            return Some(of.calculation(Kind::Equation, &result, computed, true));
        }
    }
    let of = Written {
        line,
        from,
        to: tokens[result_at].to,
    };
    Some(of.calculation(Kind::Equation, &result, first?, false))
}

pub(super) struct Written<'a> {
    pub(super) line: &'a str,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Written<'_> {
    pub(super) fn calculation(
        &self,
        kind: Kind,
        result: &Number,
        computed: f64,
        right: bool,
    ) -> Calculation {
        let percent = |value: f64| format!("{} %", grouped(value * 100.0));
        let show = |value: f64| {
            if result.percent {
                percent(value)
            } else {
                grouped(value)
            }
        };
        let value = result.readings[0].value * if result.negative { -1.0 } else { 1.0 };
        let written = if result.percent { value / 100.0 } else { value };
        Calculation {
            kind,
            quote: quote(self.line, self.from, self.to),
            written: show(written),
            computed: show(computed),
            right,
        }
    }
}

/// The number after an equals sign, and its place. Nothing where it goes on calculating.
pub(super) fn result(tokens: &[Token], from: usize) -> Option<(Number, usize)> {
    let mut negative = false;
    for (at, token) in tokens.iter().enumerate().skip(from).take(4) {
        match &token.kind {
            T::Currency | T::Word(_) => {}
            T::Operator(Operator::Minus) => negative = true,
            T::Number(number) => {
                return (!goes_on(&tokens[at + 1..])).then(|| {
                    let number = Number {
                        negative,
                        ..number.clone()
                    };
                    (number, at)
                });
            }
            _ => return None,
        }
    }
    None
}

fn says_about(token: &Token) -> bool {
    matches!(&token.kind, T::Word(word) if ABOUT_WORDS.contains(&word.as_str()))
}

/// Whether a number stands after an operator or a dash that follows.
fn goes_on(rest: &[Token]) -> bool {
    let mut rest = rest
        .iter()
        .skip_while(|token| matches!(token.kind, T::Currency));
    let unit =
        |token: &&Token| matches!(&token.kind, T::Word(word) if UNITS.contains(&word.as_str()));
    let next = rest.find(|token| !unit(token)).map(|token| &token.kind);
    matches!(next, Some(T::Dash | T::Operator(_)))
        || matches!(next, Some(T::Word(word)) if word == "to")
}

/// The numbers and operators that end just before the end of `tokens`, in order.
fn terms(tokens: &[Token]) -> Option<Vec<Term<'_>>> {
    let mut terms: Vec<Term<'_>> = Vec::new();
    let mut units = Vec::new();
    let mut open: Option<(&Number, usize)> = None;
    let mut words = 0;
    for (at, token) in tokens.iter().enumerate().rev() {
        match &token.kind {
            // "15 % of 200 + 10": the share is a product, of which only a part would be seen.
            T::Word(word) if word == "of" && is_percent(tokens, at) => return None,
            T::Word(word) if words < MAX_WORDS && word != "to" && word != "and" => {
                words += 1;
                if open.is_none() {
                    units.push(word.as_str());
                }
            }
            T::Currency => {}
            T::Number(number) if open.is_none() => {
                open = Some((number, token.from));
                words = 0;
            }
            T::Operator(operator) => {
                let (number, from) = open.take()?;
                let units = std::mem::take(&mut units);
                terms.push(Term {
                    operator: *operator,
                    number,
                    units,
                    from,
                });
                words = 0;
            }
            // A range among the operands, or an expression in parentheses: not judged.
            T::Dash | T::Close => return None,
            _ => break,
        }
        if terms.len() > MAX_NUMBERS {
            return None;
        }
    }
    let (number, from) = open?;
    terms.push(Term {
        operator: Operator::Plus,
        number,
        units,
        from,
    });
    terms.reverse();
    Some(terms)
}

fn is_percent(tokens: &[Token], of: usize) -> bool {
    let before = of.checked_sub(1).and_then(|before| number(&tokens[before]));
    before.is_some_and(|number| number.percent)
}

fn changes_unit(terms: &[Term<'_>], tokens: &[Token], result_at: usize) -> bool {
    let known = |word: &&str| UNITS.contains(word);
    let Some(T::Word(unit)) = tokens.get(result_at + 1).map(|token| &token.kind) else {
        return false;
    };
    let mut left = terms
        .iter()
        .flat_map(|term| &term.units)
        .copied()
        .filter(known)
        .peekable();
    known(&unit.as_str()) && left.peek().is_some() && left.all(|other| other != unit)
}

/// Whether some reading of all numbers is right, and what the likeliest comes to.
pub(super) fn judge(terms: &[Term<'_>], result: &Number, about: bool) -> Option<(bool, f64)> {
    let ways: usize = terms
        .iter()
        .map(|term| term.number.readings.len())
        .product();
    if ways > MAX_READINGS {
        return None;
    }
    let mut first = None;
    for way in 0..ways {
        let computed = evaluate(terms, way)?;
        first.get_or_insert(computed.middle());
        let right = result
            .readings
            .iter()
            .any(|reading| fits(computed, *reading, result, about));
        if right {
            return Some((true, computed.middle()));
        }
    }
    Some((false, first?))
}

fn fits(computed: Interval, written: Reading, result: &Number, about: bool) -> bool {
    let sign = if result.negative { -1.0 } else { 1.0 };
    let scale = if result.percent { 0.01 } else { 1.0 };
    let of = written.result();
    let mut expected = Interval {
        low: (sign * of.low).min(sign * of.high) * scale,
        high: (sign * of.low).max(sign * of.high) * scale,
    };
    if about {
        let slack = expected.middle().abs() * ABOUT;
        expected = Interval {
            low: expected.low - slack,
            high: expected.high + slack,
        };
    }
    computed.meets(expected)
}

/// Products first, then sums; `way` picks a reading of each number.
fn evaluate(terms: &[Term<'_>], mut way: usize) -> Option<Interval> {
    let mut sum = Interval::around(0.0, 0.0);
    let mut product: Option<(f64, Interval)> = None;
    for term in terms {
        let choices = term.number.readings.len();
        let value = operand(term.number, way % choices);
        way /= choices;
        product = Some(match (term.operator, product) {
            (Operator::Times, Some((sign, so_far))) => (sign, times(so_far, value)?),
            (Operator::Divide, Some((sign, so_far))) => (sign, divided(so_far, value)?),
            (operator, so_far) => {
                sum = so_far.map_or(sum, |(sign, part)| plus(sum, part, sign));
                // What stands before the first number is no part of the calculation.
                let minus = operator == Operator::Minus && so_far.is_some();
                (if minus { -1.0 } else { 1.0 }, value)
            }
        });
    }
    let (sign, last) = product?;
    Some(plus(sum, last, sign)).filter(|sum| sum.low.is_finite() && sum.high.is_finite())
}

fn operand(number: &Number, way: usize) -> Interval {
    let interval = number.readings[way].operand();
    let scale = if number.percent { 0.01 } else { 1.0 };
    Interval {
        low: interval.low * scale,
        high: interval.high * scale,
    }
}

fn plus(sum: Interval, part: Interval, sign: f64) -> Interval {
    let (a, b) = (sign * part.low, sign * part.high);
    Interval {
        low: sum.low + a.min(b),
        high: sum.high + a.max(b),
    }
}

fn times(a: Interval, b: Interval) -> Option<Interval> {
    Interval::over([
        a.low * b.low,
        a.low * b.high,
        a.high * b.low,
        a.high * b.high,
    ])
}

fn divided(a: Interval, b: Interval) -> Option<Interval> {
    let apart = b.low > 0.0 || b.high < 0.0;
    let over = || {
        Interval::over([
            a.low / b.low,
            a.low / b.high,
            a.high / b.low,
            a.high / b.high,
        ])
    };
    apart.then(over).flatten()
}

pub(super) fn number(token: &Token) -> Option<&Number> {
    match &token.kind {
        T::Number(number) => Some(number),
        _ => None,
    }
}
