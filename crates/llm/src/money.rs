//! Prices and costs in integers: pico-USD per token, nano-USD per call.
//!
//! One USD per million tokens is 10⁻⁶ USD = 10⁶ pico-USD per token, so a decimal price
//! with up to six places is exact. Sums run in `i128`; a call's cost is rounded up once.

use serde::{Deserialize, Serialize};

use crate::{LlmError, Usage};

const PICO_PER_NANO: i128 = 1_000;

/// What a model charges, in pico-USD per token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPrice {
    pub input_pico_usd: u64,
    pub cached_input_pico_usd: u64,
    pub output_pico_usd: u64,
}

impl TokenPrice {
    /// Served at no charge (a model on one's own machine).
    pub const FREE: Self = Self {
        input_pico_usd: 0,
        cached_input_pico_usd: 0,
        output_pico_usd: 0,
    };

    /// The cost of one call in nano-USD, rounded up; saturates at `i64::MAX`.
    pub fn cost_nano_usd(&self, usage: Usage) -> i64 {
        let cached = usage.cached_input_tokens.min(usage.input_tokens);
        let fresh = usage.input_tokens - cached;
        let parts = [
            (fresh, self.input_pico_usd),
            (cached, self.cached_input_pico_usd),
            (usage.output_tokens, self.output_pico_usd),
        ];
        let pico = parts
            .iter()
            .map(|&(tokens, price)| i128::from(tokens).saturating_mul(i128::from(price)))
            .fold(0i128, i128::saturating_add);
        let nano = pico.saturating_add(PICO_PER_NANO - 1) / PICO_PER_NANO;
        i64::try_from(nano).unwrap_or(i64::MAX)
    }

    /// The most that a call with these tokens can cost: nothing comes from a cache.
    pub(crate) fn worst_case_nano_usd(&self, input_tokens: u64, output_tokens: u64) -> i64 {
        let dearest = self.input_pico_usd.max(self.cached_input_pico_usd);
        Self {
            input_pico_usd: dearest,
            ..*self
        }
        .cost_nano_usd(Usage {
            input_tokens,
            output_tokens,
            cached_input_tokens: 0,
        })
    }
}

/// Reads a decimal price such as `"0.15"` (USD per million tokens) as pico-USD per token.
/// At most six decimals, so that nothing is rounded.
pub fn parse_usd_per_million(text: &str) -> Result<u64, LlmError> {
    decimal_to_scaled(text, 6, Excess::Refuse).ok_or_else(|| {
        LlmError::Config(format!(
            "the price {text:?} isn't a decimal number of USD per million tokens with at most \
             six decimals, such as \"0.15\""
        ))
    })
}

/// Reads a decimal amount such as `"5"` or `"0.25"` USD as nano-USD, exactly.
pub fn parse_usd(text: &str) -> Result<i64, LlmError> {
    decimal_to_scaled(text, 9, Excess::Refuse)
        .and_then(|nano| i64::try_from(nano).ok())
        .ok_or_else(|| {
            LlmError::Config(format!(
                "{text:?} isn't a decimal amount of USD with at most nine decimals, such as \"5\" or \"0.25\""
            ))
        })
}

/// Reads an amount of USD that a provider reports as a JSON number, in nano-USD rounded up.
/// `None` for negative, absurd or non-finite amounts.
pub(crate) fn usd_number_to_nano(number: &serde_json::Number) -> Option<i64> {
    // A float prints as the shortest decimal that reads back as itself, without exponent:
    // the digits that the provider sent.
    let text = match number.as_f64() {
        Some(float) if float.is_finite() && float >= 0.0 => format!("{float}"),
        _ => return None,
    };
    decimal_to_scaled(&text, 9, Excess::RoundUp).and_then(|nano| i64::try_from(nano).ok())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Excess {
    Refuse,
    RoundUp,
}

fn decimal_to_scaled(text: &str, places: usize, excess: Excess) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) {
        return None;
    }
    let kept = &fraction[..fraction.len().min(places)];
    let lost = fraction[kept.len()..].bytes().any(|byte| byte != b'0');
    if lost && excess == Excess::Refuse {
        return None;
    }
    let scaled: u64 = format!("{whole}{kept:0<places$}").parse().ok()?;
    scaled.checked_add(u64::from(lost))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0.15", Some(150_000))]
    #[case("3", Some(3_000_000))]
    #[case("0.000001", Some(1))]
    #[case("0.0000010", Some(1))]
    #[case("0.0000001", None)]
    #[case("-1", None)]
    #[case("1e3", None)]
    #[case("", None)]
    #[case(".5", None)]
    #[case("99999999999999999999", None)]
    fn prices_are_read_exactly_or_refused(#[case] text: &str, #[case] expected: Option<u64>) {
        assert_eq!(parse_usd_per_million(text).ok(), expected);
    }

    #[rstest]
    #[case(0.000_14, Some(140_000))]
    #[case(0.1, Some(100_000_000))]
    #[case(0.000_000_000_1, Some(1))]
    #[case(0.0, Some(0))]
    #[case(-0.5, None)]
    #[case(1e300, None)]
    fn a_reported_cost_is_read_to_the_nano(#[case] usd: f64, #[case] expected: Option<i64>) {
        let number = serde_json::Number::from_f64(usd).unwrap();
        assert_eq!(usd_number_to_nano(&number), expected);
    }

    #[test]
    fn a_call_is_rounded_up_once() {
        let price = TokenPrice {
            input_pico_usd: 150_000,
            cached_input_pico_usd: 75_001,
            output_pico_usd: 600_000,
        };
        let usage = Usage {
            input_tokens: 1_003,
            output_tokens: 7,
            cached_input_tokens: 3,
        };
        // 1000·150000 + 3·75001 + 7·600000 = 154,425,003 pico → 154,426 nano.
        assert_eq!(price.cost_nano_usd(usage), 154_426);
    }

    proptest! {
        #[test]
        fn cost_never_overflows_and_never_falls_with_more_tokens(
            input in any::<u64>(), output in any::<u64>(), cached in any::<u64>(), price in any::<u64>()
        ) {
            let price = TokenPrice { input_pico_usd: price, cached_input_pico_usd: price / 2, output_pico_usd: price };
            let usage = Usage { input_tokens: input, output_tokens: output, cached_input_tokens: cached };
            let more = Usage { output_tokens: output.saturating_add(1), ..usage };
            prop_assert!(price.cost_nano_usd(usage) >= 0);
            prop_assert!(price.cost_nano_usd(more) >= price.cost_nano_usd(usage));
            prop_assert!(price.worst_case_nano_usd(input, output) >= price.cost_nano_usd(usage));
        }
    }
}
