//! Numbers that many readers can't hold, put into quotes.
//!
//! Digits are never changed: what a 64-bit float holds, rounded or not, stays as it is written.

use crate::json;

/// Numbers of so many characters and without an exponent are within the range of a float.
const SURELY_HELD_CHARS: usize = 300;

/// A JSON text with quotes around such numbers; nothing where there is none.
///
/// Of `1e400` JavaScript makes infinity, Python what it can't write again, Go and Rust an error
/// that costs the whole answer.
pub(super) fn quoted(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = json::string_end(bytes, at),
            b'-' | b'0'..=b'9' => {
                let end = json::value_end(bytes, at);
                let number = text.get(at..end).unwrap_or_default();
                if !is_held(number) {
                    let out = out.get_or_insert_with(|| String::with_capacity(text.len() + 64));
                    out.push_str(text.get(copied..at).unwrap_or_default());
                    out.push('"');
                    out.push_str(number);
                    out.push('"');
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    if let Some(out) = &mut out {
        out.push_str(text.get(copied..).unwrap_or_default());
    }
    out
}

/// Whether a float can be of about this size.
fn is_held(number: &str) -> bool {
    let exponent = number.find(['e', 'E']);
    if exponent.is_none() && number.len() <= SURELY_HELD_CHARS {
        return true;
    }
    let digits = &number[..exponent.unwrap_or(number.len())];
    match number.parse::<f64>() {
        Ok(held) if held.is_infinite() => false,
        // Nothing of it is left.
        Ok(0.0) => !digits.bytes().any(|byte| matches!(byte, b'1'..=b'9')),
        _ => true,
    }
}
