//! Strangers' texts and names, made safe to show to people and models.
//!
//! Not for escaping: whoever writes HTML or JSON does that. The one place that knows which
//! characters deceive.

mod characters;
mod names;

pub(crate) use characters::{CharacterReader, ShownAs, is_unseen, shown};
pub(crate) use names::shown_name;

/// An organization's name, short enough to be sealed into tokens and to stand in a sentence.
pub(crate) fn shown_organization(name: &str) -> String {
    let shown = shown_name(name, 100);
    if shown.is_empty() { "Unnamed organization".to_owned() } else { shown }
}

/// A role's name, short for the same reasons; empty where there is none.
pub(crate) fn shown_role(name: &str) -> String {
    shown_name(name, 60)
}

/// A text in quotes that nothing in it can close. For texts without line breaks.
pub(crate) fn quoted(text: &str) -> String {
    let is_quote = |character: char| {
        matches!(character, '"' | '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ff02}')
    };
    format!("\"{}\"", text.replace(is_quote, "'"))
}

/// A body without the byte order mark in front of it, which some editors and shells write. Readers
/// of JSON may skip it (RFC 8259, 8.1), and no form begins with one.
pub(crate) fn without_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

#[cfg(test)]
mod tests;
