//! Finds the members of a row that are wanted, in one walk.
//!
//! Not for what they mean. Of members that repeat the last counts, as every reader takes it.

use std::borrow::Cow;

use crate::json;

/// Members of a row that are looked at. Real rows have twenty.
const MAX_MEMBERS: usize = 400;

/// Where a wanted member's value stands in what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MemberSlot(pub(super) usize);

/// Knows which members are wanted.
#[derive(Debug, Clone, Default)]
pub(super) struct RowReader {
    /// Names with their quotes.
    names: Vec<Box<str>>,
}

impl RowReader {
    /// Wants a member.
    pub(super) fn slot(&mut self, name: &str) -> MemberSlot {
        let quoted = serde_json::Value::from(name).to_string();
        let known = self.names.iter().position(|known| **known == *quoted);
        MemberSlot(known.unwrap_or_else(|| {
            self.names.push(quoted.into());
            self.names.len() - 1
        }))
    }

    /// The values of a row's wanted members; none of what is no object.
    pub(super) fn read<'r>(&self, row: &'r str) -> Vec<Option<&'r str>> {
        let mut values = vec![None; self.names.len()];
        for (name, value) in json::members(row).take(MAX_MEMBERS) {
            if let Some(slot) = self.find(name) {
                values[slot] = Some(value);
            }
        }
        values
    }

    fn find(&self, name: &str) -> Option<usize> {
        if name.contains('\\') {
            let said = json::said(name);
            return self.names.iter().position(|known| json::said(known) == said);
        }
        self.names.iter().position(|known| **known == *name)
    }
}

/// A value as a text: what a string says, nothing of null, the rest as it is written.
pub(super) fn said(value: &str) -> Cow<'_, str> {
    match value.as_bytes().first() {
        Some(b'"') => json::said(value),
        Some(b'n') | None => Cow::Borrowed(""),
        _ => Cow::Borrowed(value),
    }
}
