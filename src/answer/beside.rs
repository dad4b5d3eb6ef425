//! Members beside `data`, written for both readers within a part of the room.
//!
//! Not for what they mean: `envelope` and `hints` read that.

use super::{draft::Rooms, envelope::Beside, format, shorten};
use crate::json;

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

impl Shown {
    /// Bytes that they take in the structure.
    pub(super) fn structured_bytes(&self) -> usize {
        self.structured.as_ref().map_or(0, String::len)
    }
}

/// Writes the members; what was cut or left out is told in `notes`.
pub(super) fn show(beside: Option<&Beside<'_>>, rooms: Rooms, notes: &mut Vec<String>) -> Shown {
    let Some(beside) = beside else { return Shown::default() };
    let members: Vec<String> =
        beside.members.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    let object = format!("{{{}}}", members.join(","));
    let room = Rooms { text: rooms.text / PART, json: rooms.json / PART };
    let mut told = format::fit(&object, room);
    let shown = json::members(&told.json).count();
    let left_out = beside.left_out + members.len().saturating_sub(shown);
    if left_out > 0 {
        notes.push(format!(
            "{left_out} members beside the data are left out: there is no room for them."
        ));
    }
    notes.extend(told.cuts.note(shorten::ASK_FOR_LESS));
    told.text.insert_str(0, HEADLINE);
    Shown { structured: Some(told.json), text: told.text }
}
