//! The filters that were sent: what fits them, what no row had.
//!
//! Not for asking which values there are. Of the field that tells what is open `states` judges;
//! here its values are only looked for.

use super::reader::{MemberSlot, RowReader, said};
use crate::{
    answer::fitting::{fits, is_same},
    catalog::FieldValues,
};

/// All of them.
#[derive(Debug, Clone)]
pub(super) struct SentFilters(Vec<SentFilter>);

#[derive(Debug, Clone)]
struct SentFilter {
    slot: MemberSlot,
    field: Box<str>,
    /// Rows are judged by another one's rules.
    is_judged: bool,
    wanted: Box<[Box<str>]>,
    /// Those that no row had yet. An empty one stands for nobody, and is not looked for.
    unmet: Vec<Box<str>>,
}

impl SentFilters {
    /// `judged` is the field of which rows are judged elsewhere.
    pub(super) fn new(filters: &[FieldValues], judged: &str, reader: &mut RowReader) -> Self {
        let filter = |(field, wanted): &FieldValues| SentFilter {
            slot: reader.slot(field),
            field: field.clone(),
            is_judged: **field == *judged,
            wanted: wanted.clone(),
            unmet: wanted.iter().filter(|value| !value.is_empty()).cloned().collect(),
        };
        Self(filters.iter().map(filter).collect())
    }

    /// Whether nothing in a row speaks against them.
    pub(super) fn fit(&self, values: &[Option<&str>]) -> bool {
        let judged = self.0.iter().filter(|filter| !filter.is_judged);
        judged.into_iter().all(|filter| fits(values[filter.slot.0], &filter.wanted))
    }

    /// Notes which of their values a row has.
    pub(super) fn look(&mut self, values: &[Option<&str>]) {
        for filter in self.0.iter_mut().filter(|filter| !filter.unmet.is_empty()) {
            match values[filter.slot.0] {
                // What a row doesn't say, or says as several, can't be looked for.
                None => filter.unmet.clear(),
                Some(value) if value.starts_with(['[', '{']) => filter.unmet.clear(),
                Some(value) => {
                    let said = said(value);
                    filter.unmet.retain(|wanted| !is_same(wanted, &said));
                }
            }
        }
    }

    /// Fields with the values that no row had.
    pub(super) fn unmet(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let lacking = self.0.iter().filter(|filter| !filter.unmet.is_empty());
        lacking.map(|filter| (&*filter.field, filter.unmet.iter().map(|it| &**it).collect()))
    }
}
