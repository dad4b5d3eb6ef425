//! What people and programs send in the place of a key by mistake.
//!
//! Not for whether a key is good: only what can surely be none is told here. A real key is long
//! and random, so that none of these patterns meets it.

use super::ApiKeyError;

/// Characters that stand around a text and are no part of it.
const QUOTES: [char; 7] = ['"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'];

/// Names of schemes and headers that are pasted along.
const SCHEMES: [&str; 5] = ["bearer", "basic", "token", "apikey", "api-key"];
const NAMES: [&str; 3] = ["x-api-key", "wiv_api_key", "authorization"];

/// What templates have in the place of a key, as letters alone.
const WORDS: [&str; 12] = [
    "apikey",
    "wivapikey",
    "wivkey",
    "xapikey",
    "undefined",
    "null",
    "none",
    "nil",
    "changeme",
    "replaceme",
    "placeholder",
    "todo",
];

/// What is surely wrong with a text in the place of a key; white space around it is gone.
pub(super) fn mistake(text: &str) -> Option<ApiKeyError> {
    let unquoted = text.trim_matches(QUOTES).trim();
    if is_placeholder(unquoted) {
        return Some(ApiKeyError::Placeholder);
    }
    let lower = unquoted.to_ascii_lowercase();
    let scheme_is_first = SCHEMES.iter().any(|scheme| {
        let rest = lower.strip_prefix(scheme);
        rest.is_some_and(|rest| rest.starts_with(char::is_whitespace))
    });
    // Also percent-encoded, with a colon, or with nothing behind it.
    let is_bearer = lower.strip_prefix("bearer").is_some_and(|rest| {
        !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '-')
    });
    if is_bearer || scheme_is_first || lower.contains("bearer ") {
        return Some(ApiKeyError::HasScheme);
    }
    if NAMES.iter().any(|name| {
        let rest = lower.strip_prefix(name).map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with([':', '=']))
    }) {
        return Some(ApiKeyError::HasName);
    }
    (unquoted.len() < text.len()).then_some(ApiKeyError::Quoted)
}

/// Whether a text is what stands in examples and templates until somebody fills it in.
pub(super) fn is_placeholder(text: &str) -> bool {
    let is_between =
        |open: char, close: char| text.len() > 1 && text.starts_with(open) && text.ends_with(close);
    if text.contains("${")
        || text.contains("{{")
        || text.contains("...")
        || text.contains('\u{2026}')
        || is_between('{', '}')
        || is_between('<', '>')
        || is_between('[', ']')
        || is_between('%', '%')
        || text.strip_prefix('$').is_some_and(is_variable)
    {
        return true;
    }
    // Parts of nothing but x or stars, as `wiv-xxxxxxxx`; shorter ones may be chance.
    let is_blank =
        |part: &str| part.len() > 5 && part.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'*'));
    if text.split(['-', '_']).any(is_blank) {
        return true;
    }
    // Words have no digits, and random keys have many.
    let is_word = |byte: u8| byte.is_ascii_alphabetic() || b"-_. ".contains(&byte);
    if !text.bytes().all(is_word) {
        return false;
    }
    let letters: String = text
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let is_secret = ["key", "token", "secret"].iter().any(|word| letters.contains(word));
    WORDS.contains(&&*letters)
        || (is_secret && (letters.contains("your") || letters.ends_with("here")))
}

/// Whether a text is the name of a variable, as shells and PowerShell write it behind a dollar.
fn is_variable(name: &str) -> bool {
    let name = name.strip_prefix("env:").unwrap_or(name);
    let is_of_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(is_of_name) && name.starts_with(|first: char| !first.is_ascii_digit())
}
