//! Quantities: numbers with a unit or a counted noun.

use std::sync::LazyLock;

use super::number::{NUMBER, number};
use super::{Pattern, pattern};

/// A number and what it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    pub value: f64,
    /// As written ("sq ft", "%", "people").
    pub unit: String,
    pub span: (usize, usize),
}

static PATTERN: Pattern = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<n>{NUMBER})(?P<magnitude>\s(?i:thousand|million|billion))?(?:\s?(?P<unit>%|°C|°F|‰|m²|m³|km²|µm|μm)|[\s-]?(?P<word>(?i:percent|per cent|sq ft|square (?:feet|metres?|meters?|kilomet(?:re|er)s?)|mm|cm|km|kg|kWh|MWh|GWh|kW|MW|GW|TWh|tonnes?|tons?|hectares?|acres?|miles?|met(?:re|er)s?|m|lit(?:re|er)s?|degrees?|ms|μs|nm|units?|people|persons?|users?|customers?|patients?|students?|homes?|households?|rooms?|beds?|seats?|floors?|levels?|nations?|countries|cities|sites?|stations?|institutions?|scientists|federations|datasets?|tests?|jobs|workers|employees|vehicles|buses|trips|visitors|samples|components|capsules|trees|farms?|schools?|volunteers|participants|athletes|events?|members?|subscribers|transactions|devices|sensors|turbines|panels))\b)"
    ))
});

/// Every number with a unit, in reading order. Money and times are not quantities here.
pub fn quantities(text: &str) -> Vec<Quantity> {
    PATTERN
        .captures_iter(text)
        .filter_map(|captures| {
            let whole = captures.get(0)?;
            let glued = text[..whole.start()].chars().next_back();
            if glued
                .is_some_and(|c| c.is_alphanumeric() || matches!(c, '$' | '€' | '£' | '¥' | '₹'))
            {
                return None;
            }
            let unit = captures.name("unit").or_else(|| captures.name("word"))?;
            let factor = captures
                .name("magnitude")
                .map_or(1.0, |m| super::number::magnitude(m.as_str().trim()));
            Some(Quantity {
                value: number(captures.name("n")?.as_str(), false)? * factor,
                unit: unit.as_str().to_owned(),
                span: (whole.start(), whole.end()),
            })
        })
        .collect()
}
