//! What people and programs send in the place of a key by mistake.
//!
//! Not for whether a key is good: only what can surely be none is told here. A real key is long
//! and random, so that none of these patterns meets it.

use super::ApiKeyError;

/// Characters that stand around a text and are no part of it.
const QUOTES: [char; 7] = ['"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'];

/// Names of schemes and headers that are pasted along.
const SCHEMES: [&str; 5] = ["bearer", "basic", "token", "apikey", "api-key"];
const NAMES: [&str; 8] =
    ["x-api-key", "wiv_api_key", "authorization", "api_key", "api-key", "apikey", "key", "token"];

/// What templates have in the place of a key, as letters alone.
const WORDS: [&str; 15] = [
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
    "dummy",
    "example",
    "sample",
];

/// Words that ask for a key, or tell of one that is none.
const ASKING: [&str; 16] = [
    "my", "your", "our", "insert", "enter", "paste", "put", "add", "set", "replace", "change",
    "fill", "dummy", "example", "sample", "fake",
];

/// Words that stand among those.
const AMONG: [&str; 19] = [
    "api", "key", "keys", "token", "secret", "wiv", "mcp", "access", "x", "the", "with", "by",
    "in", "here", "this", "me", "value", "goes", "real",
];

/// Longest text that words are looked for in, in letters.
const MAX_LETTERS: usize = 64;

/// What opens a part that a template or a shell fills in, wherever it stands.
const OPENINGS: [&str; 7] = ["${", "$(", "#{", "{{", "<%", "...", "\u{2026}"];

/// What stands around such a part, or at one end of it alone where it was cut.
const BRACKETS: [(char, char); 4] = [('{', '}'), ('<', '>'), ('[', ']'), ('(', ')')];
const MARKS: [char; 3] = ['%', '@', '#'];

/// How a place is named where a secret is kept, which some other program would have read.
const REFERENCES: [&str; 12] = [
    "env:",
    "env.",
    "$env:",
    "process.env",
    "import.meta.env",
    "os.environ",
    "os.getenv",
    "getenv(",
    "secrets.",
    "op://",
    "vault:",
    "file:",
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
    let exported = lower.strip_prefix("export ").unwrap_or(&lower);
    if NAMES.iter().any(|name| {
        let rest = exported.strip_prefix(name);
        rest.is_some_and(|rest| {
            rest.trim_start_matches(|next: char| next.is_whitespace() || QUOTES.contains(&next))
                .starts_with([':', '='])
        })
    }) {
        return Some(ApiKeyError::HasName);
    }
    (unquoted.len() < text.len()).then_some(ApiKeyError::Quoted)
}

/// Whether a text is what stands in examples and templates until somebody fills it in.
pub(super) fn is_placeholder(text: &str) -> bool {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    is_unfilled(text) || decoded.is_ok_and(|decoded| *decoded != *text && is_unfilled(&decoded))
}

fn is_unfilled(text: &str) -> bool {
    let is_between =
        |open: char, close: char| text.len() > 1 && text.starts_with(open) && text.ends_with(close);
    if OPENINGS.iter().any(|opening| text.contains(opening))
        || BRACKETS.iter().any(|(open, close)| is_between(*open, *close))
        || MARKS.iter().any(|mark| is_between(*mark, *mark))
        || text.strip_prefix('$').is_some_and(is_variable)
    {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    if REFERENCES.iter().any(|reference| lower.starts_with(reference)) {
        return true;
    }
    // A key that was made unreadable for showing it.
    let is_hidden = text.contains("***") || text.contains(['\u{2022}', '\u{25cf}']);
    let has_letters = text.bytes().any(|byte| byte.is_ascii_alphanumeric());
    if is_hidden || (text.is_ascii() && !text.is_empty() && !has_letters) || is_blanked(&lower) {
        return true;
    }
    let unopened = text.trim_start_matches(['{', '<', '[', '(']);
    let inner = unopened.trim_end_matches(['}', '>', ']', ')']);
    // Words have no digits but a number at their end, and random keys have many.
    let words = inner.trim_end_matches(|last: char| last.is_ascii_digit());
    let is_word = |byte: u8| byte.is_ascii_alphabetic() || b"-_. ".contains(&byte);
    if !words.bytes().all(is_word) {
        return false;
    }
    if inner.len() < text.len() && words.len() == inner.len() {
        return true;
    }
    let letters: String = lower.chars().filter(char::is_ascii_alphabetic).collect();
    let is_secret = ["key", "token", "secret"].iter().any(|word| letters.contains(word));
    if words.len() == text.len()
        && (WORDS.contains(&&*letters)
            || (is_secret && (letters.contains("your") || letters.ends_with("here"))))
    {
        return true;
    }
    is_secret && letters.len() <= MAX_LETTERS && asks(&letters)
}

/// Whether letters are words one behind the other, of which one asks.
fn asks(letters: &str) -> bool {
    // Up to each place: whether words lead there, and whether one of them can be one that asks.
    let mut reached = vec![(false, false); letters.len() + 1];
    reached[0] = (true, false);
    for start in 0..letters.len() {
        let (is_reached, has_asked) = reached[start];
        if !is_reached {
            continue;
        }
        let words = ASKING.iter().map(|word| (word, true));
        for (word, asks) in words.chain(AMONG.iter().map(|word| (word, false))) {
            if letters[start..].starts_with(word) {
                let end = &mut reached[start + word.len()];
                *end = (true, end.1 || has_asked || asks);
            }
        }
    }
    reached[letters.len()] == (true, true)
}

/// Whether parts are nothing but x or stars, as `wiv-xxxxxxxx`: one long one, as a short one
/// may be chance, or all beside words.
fn is_blanked(lower: &str) -> bool {
    let parts = || lower.split(['-', '_', '.']).filter(|part| !part.is_empty());
    let is_of = |part: &str, blanks: &[u8]| part.bytes().all(|byte| blanks.contains(&byte));
    if parts().any(|part| part.len() > 5 && is_of(part, b"x*")) {
        return true;
    }
    let (blank, other): (Vec<&str>, Vec<&str>) = parts().partition(|part| is_of(part, b"x*"));
    let blanks: usize = blank.iter().map(|part| part.len()).sum();
    blanks > 2 && other.iter().all(|part| AMONG.contains(part) || ASKING.contains(part))
}

/// Whether a text is the name of a variable, as shells and PowerShell write it behind a dollar: in
/// capitals, or telling of a key.
fn is_variable(name: &str) -> bool {
    let name = name.strip_prefix("env:").unwrap_or(name);
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.starts_with(|first: char| !first.is_ascii_digit());
    let lower = name.to_ascii_lowercase();
    let tells = ["key", "token", "secret", "wiv"].iter().any(|word| lower.contains(word));
    is_name && (tells || !name.bytes().any(|byte| byte.is_ascii_lowercase()))
}
