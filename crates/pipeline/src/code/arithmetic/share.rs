//! Shares that a text states with what they come to.

use super::equations::{Term, Written, judge, number, result};
use super::tokens::{Kind as T, Number, Operator, Token};
use super::{Calculation, Kind};

/// Words after which a share's result stands: "15 % of 200 is 30".
const IS: &[&str] = &["is", "gives", "makes", "equals"];

/// "15 % of 200 is 30", "15 % of 200 = 30", "EUR 30 (15 % of EUR 200)".
pub(super) fn share(line: &str, tokens: &[Token], of: usize) -> Option<Calculation> {
    let percent_at = of.checked_sub(1)?;
    let percent = number(tokens.get(percent_at)?).filter(|number| number.percent)?;
    let base_at = (of + 1..tokens.len().min(of + 4)).find(|&at| number(&tokens[at]).is_some())?;
    let only_currency = tokens[of + 1..base_at]
        .iter()
        .all(|token| token.kind == T::Currency);
    let base = number(&tokens[base_at]).filter(|base| only_currency && !base.percent)?;
    let (result, from, to) = said_after(tokens, base_at)
        .map(|(result, at)| (result, tokens[percent_at].from, tokens[at].to))
        .or_else(|| said_before(tokens, percent_at, base_at, base))?;
    let term = |operator, number| Term {
        operator,
        number,
        units: Vec::new(),
        from,
    };
    let terms = [term(Operator::Plus, percent), term(Operator::Times, base)];
    let (right, computed) = judge(&terms, &result, false)?;
    let written = Written { line, from, to };
    Some(written.calculation(Kind::ShareOf, &result, computed, right))
}

/// The result behind "=" or "is"; units may stand between.
fn said_after(tokens: &[Token], base_at: usize) -> Option<(Number, usize)> {
    for (at, token) in tokens.iter().enumerate().skip(base_at + 1).take(4) {
        match &token.kind {
            T::Equals { about: false } => return result(tokens, at + 1),
            T::Word(word) if IS.contains(&word.as_str()) => return directly(tokens, at + 1),
            T::Word(_) | T::Currency => {}
            _ => return None,
        }
    }
    None
}

/// As [`result`], with nothing but a currency before it: "is due on 3 May" says no result.
fn directly(tokens: &[Token], from: usize) -> Option<(Number, usize)> {
    let skip = usize::from(
        tokens
            .get(from)
            .is_some_and(|token| token.kind == T::Currency),
    );
    number(tokens.get(from + skip)?)?;
    result(tokens, from).filter(|(result, _)| !result.percent)
}

/// The result before a parenthesis that holds the share alone; both must be money.
fn said_before(
    tokens: &[Token],
    percent_at: usize,
    base_at: usize,
    base: &Number,
) -> Option<(Number, usize, usize)> {
    let closed = tokens
        .get(base_at + 1)
        .is_some_and(|token| token.kind == T::Close);
    let open = percent_at.checked_sub(1)?;
    let before = open.checked_sub(1)?;
    let opened = tokens[open].kind == T::Open;
    let result =
        number(&tokens[before]).filter(|result| closed && opened && result.money && base.money)?;
    let from = tokens[before].from;
    Some((result.clone(), from, tokens[base_at + 1].to))
}
