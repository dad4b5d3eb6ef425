//! Figures of excluded rows alone, beside those of a page that holds none.
//!
//! Rows of other states that come with them are in no figure: the page has them already.

use super::{
    Figures, RowMoney, RowSink, Tally,
    conditions::{Met, Tried},
    reader::{self, MemberSlot},
    states::RowPlace,
};
use crate::clock;

/// Figures that are told of excluded rows, and of no others.
#[derive(Debug)]
pub struct ExcludedOnly(pub Figures);

impl Figures {
    /// The same, to be told of excluded rows alone.
    #[must_use]
    pub fn before_excluded(self) -> Self {
        Self { excluded: Tally::default(), ..self }
    }

    /// Adds a row to those that would match if they were not excluded, if it is one.
    fn add_excluded(&mut self, row: &str) {
        let values = self.reader.read(row);
        let state = values[self.slots.state.0];
        let place = self.states.place(state, &self.asked.fold.rows);
        if place != RowPlace::Excluded || !self.sent.fit(&values) {
            return;
        }
        let text = |slot: MemberSlot| values[slot.0].map(reader::said).unwrap_or_default();
        let RowMoney { amount, currency } = self.money(&values);
        let tried = Tried {
            amount,
            currency: &currency,
            updated: clock::unix_micros(&text(self.slots.updated)),
            at: self.at,
            spared: self.spared(place),
        };
        if self.conditions.hold(&values, &tried) == Met::Yes {
            let currency = self.currencies.index(&currency);
            self.excluded.add(currency.zip(amount));
        }
    }
}

impl RowSink for ExcludedOnly {
    fn begin(&mut self, _at: u64) {}

    fn row(&mut self, row: &str) {
        self.0.add_excluded(row);
    }

    fn kept_bytes(&self) -> usize {
        self.0.kept_bytes()
    }
}
