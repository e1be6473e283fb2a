//! Yearly benefits and how well they are supported.

use plan::model::{Benefit, Plan};

use super::{MAX_YEARS, discount_factor};
use crate::evidence::{Evidence, find_in, find_quote, source_texts};
use crate::fields::{ModelFields, QuotedBenefit, check};
use crate::kpi::Flag;

/// Relative difference up to which quantity × unit value is the amount.
const PRODUCT_TOLERANCE: f64 = 0.10;
const SOURCED: f64 = 1.0;
const QUOTED: f64 = 0.6;
const UNSUPPORTED: f64 = 0.25;

/// A constant yearly benefit.
pub(super) struct Stream {
    per_year: f64,
    pub(super) currency: String,
    start_year: f64,
    years: f64,
    /// e in the formula.
    pub(super) evidence_factor: f64,
    pub(super) evidence: Vec<Evidence>,
}

impl Stream {
    /// Paid at the end of each year, within the horizon of 30 years; a last part of a year
    /// counts in proportion.
    pub(super) fn present_value(&self) -> f64 {
        let end = (self.start_year + self.years).min(MAX_YEARS);
        let mut value = 0.0;
        let mut year = self.start_year;
        while year < end {
            let share = (end - year).min(1.0);
            value += self.per_year * share * discount_factor(year + share);
            year += 1.0;
        }
        value
    }
}

/// The plan's benefits, or the reason why there are none to count.
pub(super) fn streams(
    plan: &Plan,
    fields: Option<&ModelFields>,
    flags: &mut Vec<Flag>,
) -> Result<Vec<Stream>, String> {
    let found = if plan.benefits.is_empty() {
        quoted(plan, fields, flags)
    } else {
        plan.benefits
            .iter()
            .map(|benefit| own(plan, benefit))
            .collect()
    };
    if found.is_empty() {
        return Err("The plan quantifies no benefits: state a quantity, the value of one unit, and for how many years.".into());
    }
    found
        .into_iter()
        .map(|stream| stream.inspect_err(|_| flags.push(Flag::BenefitDoesNotMultiply)))
        .collect()
}

fn own(plan: &Plan, benefit: &Benefit) -> Result<Stream, String> {
    let name = if benefit.description.is_empty() {
        &benefit.id
    } else {
        &benefit.description
    };
    let per_year = multiplied(name, benefit.quantity, benefit.unit_value, benefit.amount)?;
    let description = Evidence::of(
        &benefit.source,
        &benefit.description,
        (0, benefit.description.len()),
    );
    let source = find_quote(plan, &benefit.evidence).filter(|_| is_source(&benefit.evidence));
    let evidence_factor = match (&source, &description) {
        (Some(_), _) => SOURCED,
        (None, Some(_)) => QUOTED,
        (None, None) => UNSUPPORTED,
    };
    Ok(Stream {
        per_year,
        currency: benefit.currency.clone(),
        start_year: bounded(benefit.start_year, 0.0),
        years: bounded(benefit.years, 1.0),
        evidence_factor,
        evidence: description.into_iter().chain(source).collect(),
    })
}

fn quoted(
    plan: &Plan,
    fields: Option<&ModelFields>,
    flags: &mut Vec<Flag>,
) -> Vec<Result<Stream, String>> {
    let Some(fields) = fields else {
        return Vec::new();
    };
    let checked = check(plan, fields);
    if checked.dropped > 0 {
        flags.push(Flag::UnsupportedQuote);
    }
    let texts = source_texts(plan);
    let mut seen: Vec<Option<Evidence>> = Vec::new();
    let mut streams = Vec::new();
    for benefit in &checked.fields.benefits {
        let quote = find_in(&texts, &benefit.quote);
        // One passage is one benefit, however often it is quoted.
        if seen.contains(&quote) {
            continue;
        }
        seen.push(quote.clone());
        let source =
            find_in(&texts, &benefit.source_quote).filter(|_| is_source(&benefit.source_quote));
        streams.push(stream_of(benefit, quote, source));
    }
    streams
}

fn stream_of(
    benefit: &QuotedBenefit,
    quote: Option<Evidence>,
    source: Option<Evidence>,
) -> Result<Stream, String> {
    let given = |value: f64| Some(value).filter(|value| *value > 0.0);
    let per_year = multiplied(
        &benefit.description,
        given(benefit.quantity),
        given(benefit.unit_value),
        given(benefit.amount),
    )?;
    Ok(Stream {
        per_year,
        currency: benefit.currency.clone(),
        start_year: bounded(Some(benefit.start_year), 0.0),
        years: bounded(given(benefit.years), 1.0),
        evidence_factor: if source.is_some() { SOURCED } else { QUOTED },
        evidence: quote.into_iter().chain(source).collect(),
    })
}

/// The yearly amount, if quantity × unit value says the same.
fn multiplied(
    name: &str,
    quantity: Option<f64>,
    unit_value: Option<f64>,
    amount: Option<f64>,
) -> Result<f64, String> {
    let usable = |value: Option<f64>| value.filter(|value| value.is_finite() && *value > 0.0);
    let name: String = name.chars().take(80).collect();
    let (Some(quantity), Some(unit_value)) = (usable(quantity), usable(unit_value)) else {
        return Err(format!(
            "The benefit \"{name}\" lacks a quantity or the value of one unit."
        ));
    };
    let product = quantity * unit_value;
    let stated = usable(amount).unwrap_or(product);
    if product.is_finite() && (product - stated).abs() <= PRODUCT_TOLERANCE * stated {
        return Ok(product.min(stated));
    }
    Err(format!(
        "The benefit \"{name}\" states {stated:.0} a year and multiplies out to {product:.0}: correct one of them."
    ))
}

/// A source says where from: a year, a link, or a number, in more than two words.
fn is_source(text: &str) -> bool {
    let words = text.split_whitespace().count();
    words >= 3 && (text.contains("http") || text.chars().any(|c| c.is_ascii_digit()))
}

fn bounded(years: Option<f64>, otherwise: f64) -> f64 {
    years
        .filter(|years| years.is_finite())
        .unwrap_or(otherwise)
        .clamp(0.0, MAX_YEARS)
}
