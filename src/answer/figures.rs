//! Figures over all rows that match: counted, summed and grouped as the rows arrive.
//!
//! In constant memory and in decimals. Knows fields only by what the catalogue says of them, and
//! nothing of requests: `pages` reads a body, others send.

mod amount;
mod changes;
mod conditions;
mod grouping;
mod once;
mod ordering;
mod pages;
mod reader;
mod tally;

use std::sync::Arc;

use rust_decimal::Decimal;

pub(super) use amount::{is_amount, to_the_cent};
pub(super) use changes::Changes;
use conditions::Tried;
pub(super) use grouping::{Group, Grouping, day_of};
pub use once::Once;
pub use ordering::{OrderedRows, OrderedWindow, Window};
pub use pages::{PageRead, PagesBefore, RowSink, read_page};
use reader::{MemberSlot, RowReader};
pub(super) use tally::{Currencies, Tally};

use crate::{
    catalog::{Conditions, Fold},
    clock,
};

/// What is wanted of the rows.
#[derive(Debug, Clone)]
pub struct Question {
    /// What rows hold.
    pub fold: Arc<Fold>,
    /// Conditions that are tried here.
    pub conditions: Conditions,
    /// The question is about open rows: others that come are told apart.
    pub about_open: bool,
    /// Names to group by, one or two, or none.
    pub group_by: Box<[Box<str>]>,
    /// The day since which news are wanted.
    pub since: Option<Box<str>>,
}

/// Figures, as far as rows were read.
#[derive(Debug, Clone)]
pub struct Figures {
    pub(super) asked: Question,
    reader: RowReader,
    slots: Slots,
    conditions: conditions::Compiled,
    /// When upstream answered, in Unix seconds.
    pub(super) at: u64,
    pub(super) currencies: Currencies,
    /// Rows that match.
    pub(super) tally: Tally,
    /// Rows that would match if they were not excluded.
    pub(super) excluded: Tally,
    /// Excluded rows were left out of what was read.
    pub(super) excluded_unknown: bool,
    pub(super) span: Span,
    pub(super) without_owner: usize,
    pub(super) groupings: Vec<Grouping>,
    pub(super) changes: Option<Changes>,
    pub(super) unreadable: Unreadable,
    pub(super) rows_read: usize,
}

/// Where the fields that are always looked at stand.
#[derive(Debug, Clone)]
struct Slots {
    amount: MemberSlot,
    currency: MemberSlot,
    created: MemberSlot,
    updated: MemberSlot,
    state: MemberSlot,
    owner: Option<MemberSlot>,
}

/// The first and the last time, in microseconds since 1970.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) oldest: Option<i64>,
    pub(super) newest: Option<i64>,
}

impl Span {
    fn add(&mut self, at: Option<i64>) {
        let Some(at) = at else { return };
        self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        self.newest = Some(self.newest.map_or(at, |newest| newest.max(at)));
    }
}

/// Why money of rows can't be added.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unreadable {
    pub(super) without_amount: usize,
    pub(super) odd_amount: usize,
    pub(super) without_currency: usize,
}

impl Unreadable {
    fn look(&mut self, value: Option<&str>, has_amount: bool, has_currency: bool) {
        let is_absent = value.is_none_or(|value| value == "null");
        self.without_amount += usize::from(is_absent);
        self.odd_amount += usize::from(!is_absent && !has_amount);
        self.without_currency += usize::from(has_amount && !has_currency);
    }
}

/// What one row holds, as figures need it.
struct Seen<'v, 'r> {
    values: &'v [Option<&'r str>],
    /// Currency and amount, where both can be read.
    money: Option<(u16, Decimal)>,
    created: Option<i64>,
    updated: Option<i64>,
    has_owner: bool,
}

impl Figures {
    /// Nothing yet.
    pub fn new(asked: Question) -> Self {
        let mut reader = RowReader::default();
        let facts = &asked.fold.rows;
        let slots = Slots {
            amount: reader.slot(&facts.money.amount),
            currency: reader.slot(&facts.money.currency),
            created: reader.slot(&facts.times.created),
            updated: reader.slot(&facts.times.updated),
            state: reader.slot(&facts.open.field),
            owner: facts.owner.as_deref().map(|owner| reader.slot(owner)),
        };
        let conditions = conditions::Compiled::new(&asked.conditions, &mut reader);
        // With two names the first alone comes before both: so nobody has to add rows up.
        let groupings = (1..=asked.group_by.len())
            .map(|count| Grouping::new(&asked.group_by[..count], facts, &mut reader))
            .collect();
        let changes = asked.since.as_deref().and_then(Changes::since);
        Self {
            reader,
            slots,
            conditions,
            at: clock::unix_seconds(),
            currencies: Currencies::default(),
            tally: Tally::default(),
            excluded: Tally::default(),
            excluded_unknown: false,
            span: Span::default(),
            without_owner: 0,
            groupings,
            changes,
            unreadable: Unreadable::default(),
            rows_read: 0,
            asked,
        }
    }

    /// The currencies of rows that match.
    pub fn currency_count(&self) -> usize {
        self.tally.sums.iter().filter(|sum| sum.count > 0).count()
    }

    /// The same, saying nothing of excluded rows.
    #[must_use]
    pub fn without_excluded(self) -> Self {
        Self { excluded_unknown: true, ..self }
    }

    /// The same, to be told of excluded rows alone.
    #[must_use]
    pub fn before_excluded(self) -> Self {
        Self { excluded: Tally::default(), ..self }
    }

    /// Adds a row to those that would match if they were not excluded, if it is one.
    fn add_excluded(&mut self, row: &str) {
        let values = self.reader.read(row);
        let text = |slot: MemberSlot| values[slot.0].map(reader::said).unwrap_or_default();
        let excluded = &self.asked.fold.rows.open.excluded;
        let state = text(self.slots.state);
        if !excluded.iter().any(|one| **one == *state) || !self.takes(row) {
            return;
        }
        let amount = values[self.slots.amount.0].and_then(amount::read);
        let currency = self.currencies.index(&text(self.slots.currency));
        self.excluded.add(currency.zip(amount));
    }

    /// Rows that match.
    pub fn count(&self) -> usize {
        self.tally.count
    }

    /// Whether a row meets the conditions that are tried here.
    pub fn takes(&self, row: &str) -> bool {
        let values = self.reader.read(row);
        let text = |slot: MemberSlot| values[slot.0].map(reader::said).unwrap_or_default();
        let tried = Tried {
            amount: values[self.slots.amount.0].and_then(amount::read),
            currency: &text(self.slots.currency),
            updated: clock::unix_micros(&text(self.slots.updated)),
            at: self.at,
        };
        self.conditions.hold(&values, &tried)
    }

    /// Adds a row. Whether it matches.
    pub fn add(&mut self, row: &str) -> bool {
        self.rows_read += 1;
        let values = self.reader.read(row);
        let text = |slot: MemberSlot| values[slot.0].map(reader::said).unwrap_or_default();
        let facts = &self.asked.fold.rows;
        let amount = values[self.slots.amount.0].and_then(amount::read);
        let currency = text(self.slots.currency);
        let currency_index = self.currencies.index(&currency);
        let seen = Seen {
            money: currency_index.zip(amount),
            created: clock::unix_micros(&text(self.slots.created)),
            updated: clock::unix_micros(&text(self.slots.updated)),
            has_owner: self.slots.owner.is_some_and(|owner| !text(owner).is_empty()),
            values: &values,
        };
        let tried = Tried { amount, currency: &currency, updated: seen.updated, at: self.at };
        if !self.conditions.hold(&values, &tried) {
            return false;
        }
        let state = text(self.slots.state);
        let is = |states: &[Box<str>]| states.iter().any(|one| **one == *state);
        if self.asked.about_open && !is(&facts.open.values) {
            if is(&facts.open.excluded) {
                self.excluded.add(seen.money);
            } else if let Some(changes) = &mut self.changes {
                changes.closed(&seen);
            }
            return false;
        }
        self.unreadable.look(
            values[self.slots.amount.0],
            amount.is_some(),
            currency_index.is_some(),
        );
        self.tally.add(seen.money);
        self.span.add(seen.created);
        if self.slots.owner.is_some() && !seen.has_owner {
            self.without_owner += 1;
        }
        let is_closed = !is(&facts.open.values) && !is(&facts.open.excluded);
        if let Some(changes) = &mut self.changes {
            changes.row(&seen, is_closed);
        }
        for grouping in &mut self.groupings {
            grouping.add(&seen, self.at);
        }
        true
    }
}

/// Figures that are told of excluded rows, and of no others.
#[derive(Debug)]
pub struct ExcludedOnly(pub Figures);

impl RowSink for ExcludedOnly {
    fn begin(&mut self, _at: u64) {}

    fn row(&mut self, row: &str) {
        self.0.add_excluded(row);
    }

    fn kept_bytes(&self) -> usize {
        self.0.kept_bytes()
    }
}

impl RowSink for Figures {
    fn begin(&mut self, at: u64) {
        self.at = at;
    }

    fn row(&mut self, row: &str) {
        self.add(row);
    }

    fn kept_bytes(&self) -> usize {
        self.groupings.iter().map(Grouping::kept_bytes).sum()
    }
}
