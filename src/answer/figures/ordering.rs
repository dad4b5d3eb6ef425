//! The first rows of an order over everything that matches.
//!
//! Keeps no more rows than are asked for. Rows without a value come last, whichever way.

use std::{borrow::Cow, cmp::Ordering, collections::BinaryHeap, hash::BuildHasher};

use rust_decimal::Decimal;

use super::{
    Figures, RowSink, amount,
    reader::{MemberSlot, RowReader, said},
};
use crate::{answer::fields, catalog::Sort, json};

/// Names of fields that are remembered to tell which there are.
const MAX_NAMES: usize = 100;

/// Most bytes of rows that are kept, as of one answer of upstream.
const MAX_KEPT_BYTES: usize = 8 * 1024 * 1024;

/// Which part of the order is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Rows before it.
    pub offset: usize,
    /// Rows of it.
    pub limit: usize,
}

/// A part of the order.
#[derive(Debug)]
pub struct OrderedWindow {
    /// Rows before it.
    pub offset: usize,
    /// Its rows, as JSON texts.
    pub rows: Vec<Box<str>>,
    /// Another number when other rows match.
    pub stamp: u64,
    /// The field that was to order, where no row has it, and those that rows have.
    pub unknown_field: Option<(Box<str>, Vec<Box<str>>)>,
}

impl OrderedWindow {
    /// A sentence where no row has the field that was to order.
    pub fn note_of_field(&self) -> Option<String> {
        let (field, known) = self.unknown_field.as_ref()?;
        let known = known.iter().map(|name| Cow::Borrowed(&**name)).collect::<Vec<_>>();
        let missing = fields::note_of_missing(field, &known);
        Some(format!("{missing} Rows are in the order in which WIV gives them."))
    }
}

/// Figures, and the rows of a window.
#[derive(Debug)]
pub struct OrderedRows {
    figures: Figures,
    sort: Sort,
    reader: RowReader,
    slot: MemberSlot,
    ranks: Option<Box<[Box<str>]>>,
    /// It orders amounts of money.
    is_money: bool,
    keep: usize,
    kept: BinaryHeap<Entry>,
    kept_bytes: usize,
    seen: usize,
    /// Names of the members of the first row.
    names: Vec<Box<str>>,
    has_field: bool,
    /// Of all rows that match, whatever their order: to tell whether they are still the same.
    stamp: u64,
    hasher: std::hash::BuildHasherDefault<std::hash::DefaultHasher>,
}

/// A row with its place.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    key: SortKey,
    descends: bool,
    /// Rows that are equal stay in the order in which they came.
    number: usize,
    row: Box<str>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SortKey {
    /// Its place in a declared order.
    Rank(usize),
    Number(Decimal),
    Text(Box<str>),
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        let keys = match (self.is_missing(), other.is_missing()) {
            (false, false) if self.descends => other.key.cmp(&self.key),
            (false, false) => self.key.cmp(&other.key),
            (one, another) => one.cmp(&another),
        };
        keys.then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Entry {
    fn is_missing(&self) -> bool {
        matches!(&self.key, SortKey::Text(text) if text.is_empty())
    }
}

impl OrderedRows {
    /// Nothing yet.
    pub fn new(figures: Figures, sort: Sort, window: Window) -> Self {
        let mut reader = RowReader::default();
        let slot = reader.slot(&sort.field);
        let ranks = figures.asked.fold.rows.order_of(&sort.field).map(Into::into);
        let is_money = sort.field == figures.asked.fold.rows.money.amount;
        Self {
            figures,
            sort,
            reader,
            slot,
            ranks,
            is_money,
            keep: window.offset.saturating_add(window.limit),
            kept: BinaryHeap::new(),
            kept_bytes: 0,
            seen: 0,
            names: Vec::new(),
            has_field: false,
            stamp: 0,
            hasher: Default::default(),
        }
    }

    /// The rows that were to be kept were too large: there is no order.
    pub fn is_too_large(&self) -> bool {
        self.kept_bytes > MAX_KEPT_BYTES
    }

    /// The figures, and the window's rows in their order.
    pub fn finish(self, window: Window) -> (Figures, OrderedWindow) {
        let sorted = self.kept.into_sorted_vec();
        let rows = sorted.into_iter().skip(window.offset).take(window.limit);
        let known = (!self.has_field && self.seen > 0).then_some(self.names);
        let window = OrderedWindow {
            offset: window.offset,
            rows: rows.map(|entry| entry.row).collect(),
            stamp: self.stamp,
            unknown_field: known.map(|known| (self.sort.field, known)),
        };
        (self.figures, window)
    }

    fn key(&mut self, row: &str) -> SortKey {
        let values = self.reader.read(row);
        let Some(value) = values[self.slot.0] else { return SortKey::Text("".into()) };
        self.has_field = true;
        let text = said(value);
        if let Some(ranks) = &self.ranks
            && let Some(rank) = ranks.iter().position(|one| **one == *text)
        {
            return SortKey::Rank(rank);
        }
        match amount::read(value) {
            Some(number) => SortKey::Number(number),
            // An amount that can't be read has no place among those that can.
            None if self.is_money => SortKey::Text("".into()),
            None => SortKey::Text(text.into()),
        }
    }
}

impl RowSink for OrderedRows {
    fn begin(&mut self, at: u64) {
        self.figures.begin(at);
    }

    fn row(&mut self, row: &str) {
        if !self.figures.add(row) {
            return;
        }
        if self.names.is_empty() {
            let names = json::members(row).take(MAX_NAMES);
            self.names = names.map(|(name, _)| json::said(name).into()).collect();
        }
        let number = self.seen;
        self.seen += 1;
        self.stamp = self.stamp.wrapping_add(self.hasher.hash_one(row));
        let key = self.key(row);
        let mut entry = Entry { key, descends: self.sort.descends, number, row: Box::default() };
        if self.kept.len() == self.keep {
            if self.kept.peek().is_none_or(|last| *last < entry) {
                return;
            }
            let last = self.kept.pop();
            self.kept_bytes -= last.map_or(0, |last| last.row.len());
        }
        self.kept_bytes += row.len();
        if self.is_too_large() {
            return;
        }
        entry.row = row.into();
        self.kept.push(entry);
    }

    fn kept_bytes(&self) -> usize {
        self.kept_bytes.min(MAX_KEPT_BYTES) + self.figures.kept_bytes()
    }
}
