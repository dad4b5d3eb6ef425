//! Reads an amount of money from JSON text, exactly.
//!
//! Never by way of a float. What is no plain number is no amount: a part of one would be another.

use rust_decimal::{Decimal, RoundingStrategy::MidpointNearestEven};

/// Digits behind the point that are kept: sums of ten thousand amounts stay within 28 digits, and
/// a float's tail is far behind them.
const MAX_SCALE: u32 = 10;

/// Below it lies every amount: with that, ten thousand of them can be added without a loss.
const LIMIT: Decimal = Decimal::from_parts(276_447_232, 23_283, 0, false, 0); // 10^14

/// Longest text that is looked at.
const MAX_CHARS: usize = 60;

/// The amount that a value holds: a number, or a text that is one without anything else.
pub(super) fn read(value: &str) -> Option<Decimal> {
    let digits = match value.as_bytes().first()? {
        b'"' => value.strip_prefix('"')?.strip_suffix('"').filter(|text| is_plain(text))?,
        b'-' | b'0'..=b'9' => value,
        _ => return None,
    };
    number(digits)
}

/// Whether a value holds an amount.
pub(in crate::answer) fn is_amount(value: &str) -> bool {
    read(value).is_some()
}

/// The same of a number's digits, exponent included.
pub(super) fn number(digits: &str) -> Option<Decimal> {
    if digits.len() > MAX_CHARS {
        return None;
    }
    let read = if digits.contains(['e', 'E']) {
        Decimal::from_scientific(digits).ok()?
    } else {
        digits.parse().ok()?
    };
    if read.abs() >= LIMIT {
        return None;
    }
    let mut rounded = read.round_dp_with_strategy(MAX_SCALE, MidpointNearestEven);
    if rounded.is_zero() {
        rounded = Decimal::ZERO;
    }
    Some(rounded)
}

fn is_plain(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && is_digits(fraction)
}

/// An amount to the cent, half to even.
pub(in crate::answer) fn to_the_cent(amount: Decimal) -> String {
    let mut rounded = amount.round_dp_with_strategy(2, MidpointNearestEven);
    rounded.rescale(2);
    if rounded.is_zero() {
        rounded.set_sign_positive(true);
    }
    rounded.to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_to_their_last_digit_and_anything_else_is_none() {
        assert_eq!(LIMIT, "100000000000000".parse().unwrap());
        for (value, expected) in [
            ("1234.56", Some("1234.56")),
            ("1.2E3", Some("1200.00")),
            ("\"1234.5\"", Some("1234.50")),
            ("-0", Some("0.00")),
            ("-0.004", Some("0.00")),
            ("2.005", Some("2.00")),
            ("2.015", Some("2.02")),
            ("1357468.0199999998", Some("1357468.02")),
            ("99999999999999.99", Some("99999999999999.99")),
            ("100000000000000", None),
            ("1e400", None),
            ("1e-400", None),
            ("\"1,234.50\"", None),
            ("\"1 234\"", None),
            ("\"NaN\"", None),
            ("\"1e3\"", None),
            ("\"\"", None),
            ("\".5\"", None),
            ("null", None),
            ("true", None),
            ("{}", None),
            ("[1]", None),
        ] {
            assert_eq!(read(value).map(to_the_cent).as_deref(), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn sums_of_cents_are_exact(cents in proptest::collection::vec(-1_000_000_000_i64..1_000_000_000, 0..200)) {
            let written = |cents: i64| format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
            let sum: Decimal = cents.iter().filter_map(|&cents| read(&written(cents))).sum();
            let expected: i64 = cents.iter().sum();
            let expected = if expected == 0 { "0.00".to_owned() } else { written(expected) };
            prop_assert_eq!(to_the_cent(sum), expected);
        }

        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,80}|\"?-?[0-9]{0,30}\\.?[0-9]{0,30}([eE][+-]?[0-9]{1,6})?\"?") {
            if let Some(amount) = read(&text) {
                prop_assert!(amount.abs() < LIMIT && amount.scale() <= MAX_SCALE);
            }
        }
    }
}
