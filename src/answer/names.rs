//! Names of members as they are shown: none can speak for us.
//!
//! Not for values; `cells` writes those.

use super::{around::NEXT, cells};
use crate::text;

/// Characters of a member's name. Real ones are a third of it.
pub(super) const MAX_NAME_CHARS: usize = 60;

/// What begins each note. No line of data may begin so.
const NOTE: &str = "Note";

/// A member's name in a table's head, as safe as a cell.
pub(super) fn column_name(name: &str) -> String {
    let mut shown = String::with_capacity(name.len().min(MAX_NAME_CHARS * 4));
    cells::write_text(&mut shown, name, MAX_NAME_CHARS);
    shown
}

/// A member's name in a sentence of ours, or in front of its value: in quotes where it is no
/// plain word, or one that we begin lines with. So no name can speak for us.
pub(super) fn shown_name(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.@$".contains(&byte);
    let shown = column_name(&text::shown_name(name, MAX_NAME_CHARS));
    let is_ours = [NOTE, NEXT].iter().any(|ours| shown.eq_ignore_ascii_case(ours));
    if shown.bytes().all(is_plain) && !shown.is_empty() && !is_ours {
        shown
    } else {
        text::quoted(&shown)
    }
}
