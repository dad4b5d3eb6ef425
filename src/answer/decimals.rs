//! Sums that came as floating-point numbers, written as amounts.
//!
//! Works on the digits: no float is made of them. Not for amounts of rows, which stay as they are.

use std::borrow::Cow;

/// Digits behind the point: cents, and more for what is below one, which may be a share.
const PLACES: (usize, usize) = (2, 6);

/// Most digits of a number that is looked at, and most zeros that an exponent may add. A float
/// has 17 digits; a sum of money has at most as many.
const MAX_DIGITS: usize = 30;

/// A JSON number without an exponent, rounded half to even; other texts as they are.
pub(super) fn rounded(number: &str) -> Cow<'_, str> {
    plain(number).map_or(Cow::Borrowed(number), Cow::Owned)
}

/// A JSON text in which every number is [`rounded`].
pub(super) fn all_rounded(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find(|it: char| it == '"' || it == '-' || it.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = if rest.starts_with('"') {
            json_string_end(rest)
        } else {
            let is_of_number = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
            rest.bytes().position(|byte| !is_of_number(byte)).unwrap_or(rest.len())
        };
        let (token, behind) = rest.split_at(end);
        if token.starts_with('"') {
            out.push_str(token);
        } else {
            out.push_str(&rounded(token));
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Where a string ends that a text begins with, in bytes.
fn json_string_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn plain(number: &str) -> Option<String> {
    let (sign, unsigned) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if fraction.len() <= PLACES.0 && mantissa.len() == unsigned.len() {
        return None;
    }
    let exponent: i32 = exponent.parse().ok()?;
    let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    let added_zeros = usize::try_from(scale.saturating_neg()).unwrap_or(0);
    let scale = usize::try_from(scale).unwrap_or(0);
    if whole.len() + fraction.len() + added_zeros > MAX_DIGITS || scale > MAX_DIGITS {
        return None;
    }
    let digits: u128 = format!("{whole}{fraction}{}", "0".repeat(added_zeros)).parse().ok()?;
    let is_below_one = digits < power(scale);
    let places = scale.min(if is_below_one { PLACES.1 } else { PLACES.0 });
    let unit = power(scale - places);
    let (mut kept, rest) = (digits / unit, digits % unit);
    if rest * 2 > unit || (rest * 2 == unit && kept % 2 == 1) {
        kept += 1;
    }
    let one = power(places);
    let mut shown = format!("{sign}{}", kept / one);
    if places > 0 {
        shown.push_str(&format!(".{:0places$}", kept % one));
    }
    if is_below_one && places > PLACES.0 {
        let end = shown.trim_end_matches('0').trim_end_matches('.').len();
        shown.truncate(end);
    }
    Some(shown)
}

const fn power(exponent: usize) -> u128 {
    // At most 30, which holds.
    10_u128.pow(exponent as u32)
}

#[cfg(test)]
mod tests {
    use super::{all_rounded, rounded};

    #[test]
    fn numbers_of_a_text_are_rounded_and_its_strings_are_not() {
        let text =
            r#"{"a\"1.005":"0.30000000000000004","b":[1357468.0199999998,-2,3.5e1],"c":null}"#;
        let told = r#"{"a\"1.005":"0.30000000000000004","b":[1357468.02,-2,35],"c":null}"#;
        assert_eq!(all_rounded(text), told);
        for odd in ["", "{\"", "{\"a\":1.23456", "\\"] {
            all_rounded(odd);
        }
    }

    #[test]
    fn sums_are_rounded_to_cents_half_to_even_and_have_no_exponent() {
        for (sum, expected) in [
            ("1357468.0199999998", "1357468.02"),
            ("1.2345678E7", "12345678"),
            ("1.23456789E7", "12345678.9"),
            ("1.234567801999E7", "12345678.02"),
            ("0.30000000000000004", "0.3"),
            ("0.034567891", "0.034568"),
            ("2.005", "2.00"),
            ("2.015", "2.02"),
            ("-1.999", "-2.00"),
            ("0.9999999999", "1"),
            ("1.2E-5", "0.000012"),
            ("5E-324", "5E-324"),
            ("1e400", "1e400"),
            ("466.0", "466.0"),
            ("10.10", "10.10"),
            ("7", "7"),
            ("0E0", "0"),
            ("18446744073709551617", "18446744073709551617"),
            ("0.0000001", "0"),
            ("null", "null"),
        ] {
            assert_eq!(rounded(sum), expected, "{sum}");
        }
    }
}
