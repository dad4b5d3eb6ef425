//! Numbers of a call that would not reach WIV as they were written.
//!
//! Arguments become values that hold a number in 64 bits, and go on as text again. Most numbers
//! survive that; one with more digits would quietly become another.

use std::fmt::Write as _;

use crate::json;

/// Longest name shown in a path, in characters.
const MAX_NAME_CHARS: usize = 60;

/// The path of the first number in a JSON text, such as `changes.steps[2].limit`, that would
/// become another number when it is read into 64 bits and written again. `1.0` and `1`, `1e2`
/// and `100` are one number.
///
/// For a text that was parsed before. Linear; memory grows with the depth only.
pub fn inexact_number(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut open: Vec<ValuePlace<'_>> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let mut end = at + 1;
        match bytes[at] {
            b'{' => open.push(ValuePlace::Member(None)),
            b'[' => open.push(ValuePlace::Element(0)),
            b'}' | b']' => drop(open.pop()),
            b',' => match open.last_mut() {
                Some(ValuePlace::Element(index)) => *index += 1,
                Some(ValuePlace::Member(name)) => *name = None,
                None => {}
            },
            b'"' => {
                end = json::string_end(bytes, at);
                if let Some(ValuePlace::Member(name @ None)) = open.last_mut() {
                    *name = text.get(at..end);
                }
            }
            b'-' | b'0'..=b'9' => {
                end = json::value_end(bytes, at).max(end);
                if !survives(text.get(at..end).unwrap_or_default()) {
                    return Some(path(&open));
                }
            }
            _ => {}
        }
        at = end;
    }
    None
}

/// A value's place in what is open around it.
enum ValuePlace<'a> {
    /// Behind this name, once it was read.
    Member(Option<&'a str>),
    /// With so many before it.
    Element(usize),
}

fn path(open: &[ValuePlace<'_>]) -> String {
    let mut path = String::new();
    for place in open {
        match place {
            ValuePlace::Element(index) => {
                let _never_fails = write!(path, "[{index}]");
            }
            ValuePlace::Member(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                let name = json::said(name.unwrap_or_default());
                path.extend(crate::text::shown(name.chars()).take(MAX_NAME_CHARS));
            }
        }
    }
    if path.is_empty() { "arguments".to_owned() } else { path }
}

/// Whether a number is the same after it was read and written.
fn survives(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit());
    // Whole numbers are kept whole where they fit.
    if is_integer && (digits.len() <= 18 || is_held_whole(number)) {
        return true;
    }
    // 15 digits and a point: a float holds them all (IEEE 754), and most amounts have fewer.
    if digits.len() <= 16 && !digits.contains(['e', 'E']) {
        return true;
    }
    let exact = Decimal::of(digits);
    if exact.is_zero() {
        return true;
    }
    let Ok(read) = serde_json::from_str::<f64>(number) else { return false };
    // By the writer that writes requests: where two shortest texts are equally near, writers differ.
    let mut written = [0; LONGEST_NUMBER_BYTES];
    let mut room = &mut written[..];
    if serde_json::to_writer(&mut room, &read.abs()).is_err() {
        return false;
    }
    let left = room.len();
    let written = &written[..LONGEST_NUMBER_BYTES - left];
    let written = std::str::from_utf8(written).unwrap_or_default();
    exact == Decimal::of(written)
}

fn is_held_whole(number: &str) -> bool {
    number.parse::<u64>().is_ok() || number.parse::<i64>().is_ok()
}

/// What a number without its sign is worth: the digits that matter, and the place of the first.
#[derive(Debug)]
struct Decimal<'a> {
    /// May hold a point, and zeros on both sides.
    digits: &'a str,
    /// Power of ten of the first digit that is not zero.
    exponent: i64,
}

impl<'a> Decimal<'a> {
    fn of(number: &'a str) -> Self {
        let (digits, exponent) = match number.find(['e', 'E']) {
            Some(at) => (&number[..at], number[at + 1..].trim_start_matches('+')),
            None => (number, "0"),
        };
        // Beyond these no number is held anyhow, and zero is zero.
        let out_of_reach = if exponent.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 };
        let exponent = exponent.parse::<i64>().unwrap_or(out_of_reach);
        let exponent = exponent.clamp(i64::MIN / 4, i64::MAX / 4);
        let whole = digits.find('.').unwrap_or(digits.len());
        let first = digits.find(|digit| !matches!(digit, '0' | '.')).unwrap_or(whole);
        let place = if first < whole { whole - first - 1 } else { first - whole };
        let place = i64::try_from(place).unwrap_or(i64::MAX / 4);
        let place = if first < whole { place } else { -place };
        Self { digits, exponent: exponent + place }
    }

    /// From the first to the last that is not zero.
    fn matter(&self) -> impl Iterator<Item = u8> {
        let ends = self.digits.trim_matches(['0', '.']);
        ends.bytes().filter(|digit| *digit != b'.')
    }

    fn is_zero(&self) -> bool {
        self.matter().next().is_none()
    }
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.exponent == other.exponent && self.matter().eq(other.matter())
    }
}

/// Longest text of a float: 17 digits, a sign, a point and an exponent.
const LONGEST_NUMBER_BYTES: usize = 32;
