//! Figures over all rows that match: counted, summed and grouped as the rows arrive.
//!
//! In constant memory and in decimals. Knows fields only by what the catalogue says of them, and
//! nothing of requests: `pages` reads a body, others send.

mod amount;
mod changes;
mod conditions;
mod excluded;
mod exclusions;
mod grouping;
mod money;
mod odd;
mod once;
mod ordering;
mod pages;
mod reader;
mod sent;
mod states;
mod subject;
mod taken;
mod tally;

use std::sync::Arc;

use rust_decimal::Decimal;

pub(super) use amount::{is_amount, to_the_cent};
pub(super) use changes::Changes;
use conditions::{Met, Tried};
pub use excluded::ExcludedOnly;
pub(super) use grouping::{Group, Grouping, MAX_GROUPS, day_of};
use money::RowMoney;
use odd::Odd;
pub use once::Once;
pub use ordering::{OrderedRows, OrderedWindow, Window};
pub use pages::{PageRead, PagesBefore, RowSink, read_page};
use reader::{MemberSlot, RowReader};
use sent::SentFilters;
use states::{AskedStates, RowPlace, StateKind};
use subject::Subject;
pub(super) use taken::RowTaken;
pub(super) use tally::{Currencies, Tally};

use crate::{
    catalog::{Conditions, FieldValues, Fold},
    clock,
};

/// What is wanted of the rows.
#[derive(Debug, Clone)]
pub struct Question {
    /// What rows hold.
    pub fold: Arc<Fold>,
    /// Conditions that are tried here.
    pub conditions: Conditions,
    /// Filters that are sent. Rows that they don't fit come all the same where WIV knows them not.
    pub filters: Box<[FieldValues]>,
    /// The question is about open rows: others that come are told apart.
    pub about_open: bool,
    /// Names to group by, one or two, or none.
    pub group_by: Box<[Box<str>]>,
    /// The day since which news are wanted.
    pub since: Option<Box<str>>,
    /// The field that names the one thing that is asked about, such as a customer.
    pub subject: Option<Box<str>>,
}

/// Figures, as far as rows were read.
#[derive(Debug, Clone)]
pub struct Figures {
    pub(super) asked: Question,
    reader: RowReader,
    slots: Slots,
    conditions: conditions::Compiled,
    states: AskedStates,
    sent: SentFilters,
    /// What all rows call the one thing that is asked about.
    subject: Option<Subject>,
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
    /// Rows that match have the member that names an owner.
    pub(super) speaks_of_owner: bool,
    pub(super) groupings: Vec<Grouping>,
    pub(super) changes: Option<Changes>,
    pub(super) odd: Odd,
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
        let states = AskedStates::new(&asked.filters, facts, asked.about_open);
        let states = if asked.since.is_some() { states.widened(facts) } else { states };
        let sent = SentFilters::new(&asked.filters, &facts.open.field, &mut reader);
        let subject = asked.subject.as_deref().map(|field| Subject::new(field, &mut reader));
        // With two names the first alone comes before both: so nobody has to add rows up.
        let groupings = (1..=asked.group_by.len())
            .map(|count| Grouping::new(&asked.group_by[..count], facts, &mut reader))
            .collect();
        let changes = asked.since.as_deref().and_then(Changes::since);
        Self {
            reader,
            slots,
            conditions,
            states,
            sent,
            subject,
            at: clock::unix_seconds(),
            currencies: Currencies::default(),
            tally: Tally::default(),
            excluded: Tally::default(),
            excluded_unknown: false,
            span: Span::default(),
            without_owner: 0,
            speaks_of_owner: false,
            groupings,
            changes,
            odd: Odd::default(),
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

    /// Rows that match.
    pub fn count(&self) -> usize {
        self.tally.count
    }

    /// Rows of every state are to be read, although some were asked for: what closed since a day
    /// has another one.
    pub fn reads_every_state(&self) -> bool {
        self.states.are_widened()
    }

    /// Whether rows are tried here, besides by what upstream was asked for.
    pub(super) fn has_conditions(&self) -> bool {
        !self.asked.conditions.is_empty()
    }

    /// A field whose excluded values don't count: an excluded row is told of whatever leaves it out.
    fn spared(&self, place: RowPlace) -> Option<MemberSlot> {
        (place == RowPlace::Excluded).then_some(self.slots.state)
    }

    fn money<'r>(&self, values: &[Option<&'r str>]) -> RowMoney<'r> {
        let (amount, currency) = (values[self.slots.amount.0], values[self.slots.currency.0]);
        RowMoney::read(amount, currency, &self.asked.fold.rows.money)
    }

    /// Adds a row. Whether it matches.
    pub fn add(&mut self, row: &str) -> bool {
        self.rows_read += 1;
        if !row.starts_with('{') {
            self.odd.no_objects += 1;
            return false;
        }
        let values = self.reader.read(row);
        self.conditions.exclusions.look(row, &values);
        let facts = &self.asked.fold.rows;
        let place = self.states.place(values[self.slots.state.0], facts);
        let text = |slot: MemberSlot| values[slot.0].map(reader::said).unwrap_or_default();
        let RowMoney { amount, currency } = self.money(&values);
        let currency_index = self.currencies.index(&currency);
        if place == RowPlace::Unasked || !self.sent.fit(&values) {
            self.odd.unfit += 1;
            return false;
        }
        self.sent.look(&values);
        if let Some(subject) = &mut self.subject {
            subject.look(&values);
        }
        let seen = Seen {
            money: currency_index.zip(amount),
            created: clock::unix_micros(&text(self.slots.created)),
            updated: clock::unix_micros(&text(self.slots.updated)),
            has_owner: self.slots.owner.is_some_and(|owner| !text(owner).is_empty()),
            values: &values,
        };
        let spared = self.spared(place);
        let tried =
            Tried { amount, currency: &currency, updated: seen.updated, at: self.at, spared };
        match self.conditions.hold(&values, &tried) {
            Met::Yes => {}
            Met::Unknown => {
                self.odd.untried += usize::from(place == RowPlace::Asked);
                self.odd.unknown_states += usize::from(place == RowPlace::Unknown);
                return false;
            }
            Met::No => return false,
        }
        match (place, &mut self.changes) {
            (RowPlace::Asked, _) => {}
            (RowPlace::Unknown, _) => self.odd.unknown_states += 1,
            (RowPlace::Excluded, _) => self.excluded.add(seen.money),
            (RowPlace::Closed, Some(changes)) => changes.closed(&seen),
            _ => {}
        }
        if place != RowPlace::Asked {
            return false;
        }
        self.odd.look(values[self.slots.amount.0], amount.is_some(), &currency, currency_index);
        self.odd.without_created += usize::from(seen.created.is_none());
        self.odd.without_updated += usize::from(seen.updated.is_none());
        self.tally.add(seen.money);
        self.span.add(seen.created);
        if let Some(owner) = self.slots.owner {
            self.without_owner += usize::from(!seen.has_owner);
            self.speaks_of_owner |= values[owner.0].is_some();
        }
        if let Some(changes) = &mut self.changes {
            let state = StateKind::of(&text(self.slots.state), facts);
            self.odd.unplaced += usize::from(state == StateKind::Unknown);
            changes.row(&seen, state == StateKind::Closed);
        }
        for grouping in &mut self.groupings {
            grouping.add(&seen, self.at);
        }
        true
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
