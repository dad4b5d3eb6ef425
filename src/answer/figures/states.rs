//! What a row's state says: whether it was asked for, and what it is besides.
//!
//! WIV publishes no states: one that the catalogue doesn't know is told apart, never taken for
//! closed. Not for counting.

use crate::{
    answer::fitting::is_same,
    catalog::{FieldValues, RowFacts},
};

use super::reader::said;

/// What a row is to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowPlace {
    /// It was asked for.
    Asked,
    /// It is left out of what is open, and told apart.
    Excluded,
    /// It is closed, and was read to tell what closed.
    Closed,
    /// It was read beside what was asked for.
    Beside,
    /// It came although nobody asked for it.
    Unasked,
    /// Nobody can tell.
    Unknown,
}

/// The states that a question is about.
#[derive(Debug, Clone)]
pub(super) struct AskedStates {
    /// Nothing where it is about all.
    asked: Option<Box<[Box<str>]>>,
    about_open: bool,
    widened: bool,
}

impl AskedStates {
    pub(super) fn new(filters: &[FieldValues], facts: &RowFacts, about_open: bool) -> Self {
        let asked = filters.iter().find(|(field, _)| *field == facts.open.field);
        Self { asked: asked.map(|(_, values)| values.clone()), about_open, widened: false }
    }

    /// The same where rows of every state are read, if what closed would not be among them.
    pub(super) fn widened(self, facts: &RowFacts) -> Self {
        let widened = self.asked.as_deref().is_some_and(|asked| {
            !asked.iter().any(|state| facts.closed().any(|closed| is_same(closed, state)))
        });
        Self { widened, ..self }
    }

    /// Whether rows of every state are read although some were asked for.
    pub(super) const fn are_widened(&self) -> bool {
        self.widened
    }

    /// What a row with this state is.
    pub(super) fn place(&self, value: Option<&str>, facts: &RowFacts) -> RowPlace {
        let Some(asked) = &self.asked else { return RowPlace::Asked };
        let state = value.map(said).unwrap_or_default();
        if asked.iter().any(|one| is_same(one, &state)) {
            return RowPlace::Asked;
        }
        match StateKind::of(&state, facts) {
            // What a row does not say speaks against a filter no more than for it.
            StateKind::Unknown if self.about_open || self.widened => RowPlace::Unknown,
            StateKind::Unknown if value.is_none() => RowPlace::Asked,
            StateKind::Excluded if self.about_open => RowPlace::Excluded,
            StateKind::Closed if self.widened => RowPlace::Closed,
            _ if self.widened => RowPlace::Beside,
            _ => RowPlace::Unasked,
        }
    }
}

/// What a state says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StateKind {
    Open,
    Excluded,
    Closed,
    Unknown,
}

impl StateKind {
    pub(super) fn of(state: &str, facts: &RowFacts) -> Self {
        let is = |states: &[Box<str>]| states.iter().any(|one| is_same(one, state));
        match () {
            () if state.is_empty() => Self::Unknown,
            () if is(&facts.open.values) => Self::Open,
            () if is(&facts.open.excluded) => Self::Excluded,
            () if facts.closed().any(|one| is_same(one, state)) => Self::Closed,
            () => Self::Unknown,
        }
    }
}
