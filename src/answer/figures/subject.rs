//! The one thing that a question is about, as all rows name it.
//!
//! Who asks for one customer after the other has answers without a name otherwise.

use super::reader::{MemberSlot, RowReader, said};
use crate::{answer::names::shown_name, text};

/// Characters of a name that are shown.
const MAX_CHARS: usize = 80;

/// Its name, as far as rows were read.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    field: Box<str>,
    slot: MemberSlot,
    name: Option<Box<str>>,
    /// Rows name it differently, or not at all.
    is_unclear: bool,
}

impl Subject {
    pub(super) fn new(field: &str, reader: &mut RowReader) -> Self {
        Self { field: field.into(), slot: reader.slot(field), name: None, is_unclear: false }
    }

    pub(super) fn look(&mut self, values: &[Option<&str>]) {
        if self.is_unclear {
            return;
        }
        let name = values[self.slot.0].map(said).unwrap_or_default();
        match &self.name {
            _ if name.is_empty() => self.is_unclear = true,
            None => self.name = Some(name.into()),
            Some(known) => self.is_unclear = **known != *name,
        }
    }

    /// Its name, where all rows give the same.
    pub(super) fn note(&self) -> Option<String> {
        let name = self.name.as_deref().filter(|_| !self.is_unclear)?;
        let name = text::quoted(&text::shown_name(name, MAX_CHARS));
        Some(format!("All of this is of {} {name}.", shown_name(&self.field)))
    }
}
