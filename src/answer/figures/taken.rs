//! Whether a row of a page is shown, by the same rules as figures take it.
//!
//! Not for adding up. What no row has that `where` names is told here, too.

use super::{
    Figures,
    conditions::{Met, Tried},
    reader::{self, MemberSlot},
    states::RowPlace,
    subject::Subject,
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
        if !matches!(place, RowPlace::Asked | RowPlace::Unknown) || !self.sent.fit(&values) {
            return RowTaken::Unfit;
        }
        if !has_conditions {
            return RowTaken::Yes;
        }
        let text = |slot: MemberSlot| values[slot.0].map(reader::said).unwrap_or_default();
        let money = self.money(&values);
        let tried = Tried {
            amount: money.amount,
            currency: &money.currency,
            updated: clock::unix_micros(&text(self.slots.updated)),
            at: self.at,
            spared: self.spared(place),
        };
        if self.conditions.hold(&values, &tried) == Met::Yes { RowTaken::Yes } else { RowTaken::No }
    }

    /// What `where` named and no row has.
    pub(in crate::answer) fn notes_of_conditions(&self) -> impl Iterator<Item = String> {
        let notes = [self.note_of_currency(), self.note_of_bounds(), self.note_of_spelling()];
        let subject = self.subject.as_ref().and_then(Subject::note);
        self.conditions.exclusions.notes().chain(notes.into_iter().flatten()).chain(subject)
    }

    /// Fields with the values that were filtered by and that no row had; none of those that mean
    /// all that is open.
    pub fn unmet_filters(&self) -> Vec<(&str, Vec<&str>)> {
        let open = &*self.asked.fold.rows.open.field;
        self.sent.unmet().filter(|(field, _)| !(self.asked.about_open && *field == open)).collect()
    }

    fn note_of_bounds(&self) -> Option<String> {
        let several = self.conditions.has_amounts()
            && self.conditions.currency.is_none()
            && self.currencies.names().count() > 1;
        several.then(|| {
            "Amounts of several currencies are tried against `where` as plain numbers, without \
             conversion."
                .to_owned()
        })
    }

    fn note_of_spelling(&self) -> Option<String> {
        let mut names: Vec<&str> = self.currencies.names().collect();
        names.sort_by_cached_key(|name| name.to_lowercase());
        let twins = names.windows(2).find(|pair| pair[0].eq_ignore_ascii_case(pair[1]))?;
        let (one, other) = (shown_name(twins[0]), shown_name(twins[1]));
        Some(format!("{one} and {other} are spelt differently, and summed apart."))
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
