//! Strangers' texts and names, made safe to show to people and models.
//!
//! Not for escaping: whoever writes HTML or JSON does that. The one place that knows which
//! characters deceive.

mod characters;
mod names;

pub(crate) use characters::{Reader, Shown, shown};
pub use names::shown_name;

/// An organization's name, short enough to be sealed into tokens and to stand in a sentence.
pub(crate) fn shown_organization(name: &str) -> String {
    or_unnamed(shown_name(name, 100))
}

/// A role's name, as short as it has to be for the same reasons.
pub(crate) fn shown_role(name: &str) -> String {
    or_unnamed(shown_name(name, 60))
}

fn or_unnamed(name: String) -> String {
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

/// A text in quotes that nothing in it can close. For texts without line breaks.
pub(crate) fn quoted(text: &str) -> String {
    let is_quote = |character: char| {
        matches!(character, '"' | '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ff02}')
    };
    format!("\"{}\"", text.replace(is_quote, "'"))
}

#[cfg(test)]
mod tests;
