//! Single JSON values as short texts, and their measure.
//!
//! Text from upstream is data: line breaks, pipes and control characters never reach a table.

use serde_json::value::RawValue;

/// Deepest nesting of a JSON text, without reading its values. Brackets inside strings don't
/// count; the text need not be valid.
pub(super) fn depth(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut deepest, mut at) = (0_usize, 0_usize, 0_usize);
    while let Some(found) = bytes.get(at..).and_then(next_structural) {
        at += found;
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at),
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            _ => depth = depth.saturating_sub(1),
        }
        at += 1;
    }
    deepest
}

fn next_structural(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'))
}

/// The closing quote of the string that opens at `open`, or the text's end.
fn end_of_string(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..]) {
        at += found;
        if bytes[at] == b'"' {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// A value on one line: strings without quotes, the rest as JSON. Null is empty.
///
/// Returns whether something was cut to stay within `limit` characters.
pub(super) fn write(out: &mut String, value: &RawValue, limit: usize) -> bool {
    let json = value.get();
    match json.as_bytes().first() {
        Some(b'n') => false,
        Some(b'"') => match plain_string(json) {
            Some(text) => write_cut(out, text, limit),
            None => match serde_json::from_str::<String>(json) {
                Ok(text) => write_cut(out, &text, limit),
                Err(_) => write_cut(out, json, limit),
            },
        },
        Some(b'{' | b'[') => write_cut(out, json, limit),
        _ => {
            out.push_str(json);
            false
        }
    }
}

/// The inside of a JSON string that has no escapes.
fn plain_string(json: &str) -> Option<&str> {
    let inside = json.get(1..json.len().checked_sub(1)?)?;
    memchr::memchr(b'\\', inside.as_bytes()).is_none().then_some(inside)
}

pub(super) fn write_cut(out: &mut String, text: &str, limit: usize) -> bool {
    // Most cells are short and clean.
    if text.len() <= limit && !text.bytes().any(|byte| byte < b' ' || byte == b'|' || byte == 0x7f)
    {
        out.push_str(text);
        return false;
    }
    let mut left = limit;
    for character in text.chars() {
        if left == 0 {
            out.push('…');
            return true;
        }
        left -= 1;
        match character {
            '|' => out.push_str("\\|"),
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
    false
}
