//! Members beside `data`, written for both readers within a part of the room.
//!
//! Not for what they mean: `envelope` and `hints` read that.

use super::{envelope::Beside, format, layout::Limits, shorten};

/// The part of the room that they may take: what was asked for stands in `data`.
const PART: usize = 4;

/// What begins them in the text.
const HEADLINE: &str = "Beside the data, the answer has:\n";

/// Members as they are shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// One object, or nothing.
    pub(super) structured: Option<String>,
    /// Lines, or nothing.
    pub(super) text: String,
}

/// Writes the members; what was cut or left out is told in `notes`.
pub(super) fn show(beside: Option<&Beside<'_>>, limits: Limits, notes: &mut Vec<String>) -> Shown {
    let Some(beside) = beside else { return Shown::default() };
    let members: Vec<String> =
        beside.members.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let mut structured = String::from("{");
    let written = shorten::write(&mut structured, &members, limits.data_bytes() / PART, true);
    structured.push('}');
    notes.extend(written.note);
    let left_out = beside.left_out + members.len() - written.values;

    let mut text = String::from(HEADLINE);
    let room = limits.room(0) / PART;
    let mut cut = format::lines(&mut text, &structured, room);
    if let Some((end, _)) = text.char_indices().nth(room) {
        text.truncate(end);
        text.push_str("…\n");
        cut = true;
    }
    if left_out > 0 {
        notes.push(format!(
            "{left_out} members beside the data are left out: there is no room for them."
        ));
    }
    if cut {
        notes.push("What stands beside the data is shortened in the text.".to_owned());
    }
    Shown { structured: Some(structured), text }
}
