//! Conditions of `where`, tried row by row.
//!
//! Not for filters: upstream tries those.

use rust_decimal::Decimal;

use super::{
    amount,
    reader::{MemberSlot, RowReader, said},
};
use crate::{
    catalog::Conditions,
    clock::{self, DAY_SECONDS, MICROS},
};

/// Conditions with the places of their fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Compiled {
    from: Option<Decimal>,
    to: Option<Decimal>,
    currency: Option<Box<str>>,
    untouched_seconds: Option<i64>,
    /// From and before, in microseconds.
    updated: Option<(i64, i64)>,
    exclude: Vec<(MemberSlot, Box<[Box<str>]>)>,
    /// A condition that can't be read, which no row meets.
    is_impossible: bool,
}

/// What conditions look at in one row.
pub(super) struct Tried<'t> {
    pub(super) amount: Option<Decimal>,
    pub(super) currency: &'t str,
    pub(super) updated: Option<i64>,
    pub(super) at: u64,
}

impl Compiled {
    pub(super) fn new(conditions: &Conditions, reader: &mut RowReader) -> Self {
        let mut is_impossible = false;
        let mut bound = |digits: &Option<Box<str>>| {
            let digits = digits.as_deref()?;
            let number = amount::number(digits);
            is_impossible |= number.is_none();
            number
        };
        let (from, to) = (bound(&conditions.savings_from), bound(&conditions.savings_to));
        let day = |day: &str| clock::day_number(day).map(|day| day * DAY_SECONDS * MICROS);
        let updated = conditions
            .updated
            .as_ref()
            .and_then(|(start, end)| Some((day(start)?, day(end)? + DAY_SECONDS * MICROS)));
        Self {
            from,
            to,
            currency: conditions.currency.clone(),
            untouched_seconds: conditions.untouched_days.map(|days| i64::from(days) * DAY_SECONDS),
            updated,
            exclude: conditions
                .exclude
                .iter()
                .map(|(field, values)| (reader.slot(field), values.clone()))
                .collect(),
            is_impossible,
        }
    }

    pub(super) fn hold(&self, values: &[Option<&str>], tried: &Tried<'_>) -> bool {
        if self.is_impossible {
            return false;
        }
        let is_above = |from: Decimal| tried.amount.is_some_and(|amount| amount >= from);
        let is_below = |to: Decimal| tried.amount.is_some_and(|amount| amount <= to);
        let at = i64::try_from(tried.at).unwrap_or(i64::MAX / MICROS).saturating_mul(MICROS);
        let is_untouched = |seconds: i64| {
            tried.updated.is_some_and(|updated| at.saturating_sub(updated) >= seconds * MICROS)
        };
        let is_within = |(from, before): (i64, i64)| {
            tried.updated.is_some_and(|updated| (from..before).contains(&updated))
        };
        self.from.is_none_or(is_above)
            && self.to.is_none_or(is_below)
            && self.currency.as_deref().is_none_or(|currency| currency == tried.currency)
            && self.untouched_seconds.is_none_or(is_untouched)
            && self.updated.is_none_or(is_within)
            && !self.exclude.iter().any(|(slot, excluded)| {
                let value = values[slot.0].map(said).unwrap_or_default();
                excluded.iter().any(|one| **one == *value)
            })
    }
}
