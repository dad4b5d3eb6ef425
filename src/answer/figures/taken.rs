//! Whether a row of a page is shown, by the same rules as figures take it.
//!
//! Not for adding up. What no row has that `where` names is told here, too.

use super::{
    Figures, amount,
    conditions::{Met, Tried},
    reader::{self, MemberSlot},
    states::RowPlace,
};
use crate::{answer::names::shown_name, clock};

/// Whether a row of a page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::answer) enum RowTaken {
    Yes,
    /// It does not meet the conditions that are tried here.
    No,
    /// It has not the values that upstream was asked to filter by.
    Unfit,
}

impl Figures {
    /// Whether a row of a page is shown: whether it fits the filters that were sent with it, and
    /// then whether it meets the conditions that are tried here.
    pub(in crate::answer) fn takes(&self, row: &str) -> RowTaken {
        let has_conditions = self.has_conditions();
        if !row.starts_with('{') {
            return if has_conditions { RowTaken::No } else { RowTaken::Yes };
        }
        let values = self.reader.read(row);
        let place = self.states.place(values[self.slots.state.0], &self.asked.fold.rows);
        if !matches!(place, RowPlace::Asked | RowPlace::Unknown) || !self.fit(&values) {
            return RowTaken::Unfit;
        }
        if !has_conditions {
            return RowTaken::Yes;
        }
        let text = |slot: MemberSlot| values[slot.0].map(reader::said).unwrap_or_default();
        let tried = Tried {
            amount: values[self.slots.amount.0].and_then(amount::read),
            currency: &text(self.slots.currency),
            updated: clock::unix_micros(&text(self.slots.updated)),
            at: self.at,
            spared: self.spared(place),
        };
        if self.conditions.hold(&values, &tried) == Met::Yes { RowTaken::Yes } else { RowTaken::No }
    }

    /// What `where` named and no row has.
    pub(in crate::answer) fn notes_of_conditions(&self) -> impl Iterator<Item = String> {
        self.conditions.exclusions.notes().chain(self.note_of_currency())
    }

    fn note_of_currency(&self) -> Option<String> {
        let wanted = self.conditions.currency.as_deref()?;
        let names: Vec<&str> = self.currencies.names().collect();
        if names.is_empty() || names.iter().any(|name| name.eq_ignore_ascii_case(wanted)) {
            return None;
        }
        let names: Vec<String> = names.into_iter().map(shown_name).collect();
        let wanted = shown_name(wanted);
        Some(format!(
            "No row that was read is in {wanted}. Their currencies: {}.",
            names.join(", ")
        ))
    }
}
