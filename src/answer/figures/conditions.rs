//! Conditions of `where`, tried row by row.
//!
//! Not for filters: upstream tries those. What a row's value can't be tried against it is told
//! apart: nobody knows on which side it is.

use rust_decimal::Decimal;

use super::{
    amount,
    exclusions::Exclusions,
    reader::{MemberSlot, RowReader},
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
    pub(super) currency: Option<Box<str>>,
    untouched_seconds: Option<i64>,
    /// From and before, in microseconds.
    updated: Option<(i64, i64)>,
    pub(super) exclusions: Exclusions,
    /// A condition that no row meets.
    is_impossible: bool,
}

/// What conditions look at in one row.
pub(super) struct Tried<'t> {
    pub(super) amount: Option<Decimal>,
    pub(super) currency: &'t str,
    pub(super) updated: Option<i64>,
    pub(super) at: u64,
    /// A field whose excluded values don't count.
    pub(super) spared: Option<MemberSlot>,
}

/// Whether a row meets conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Met {
    Yes,
    /// What a condition is about can't be read.
    Unknown,
    No,
}

impl Met {
    fn of(is_met: Option<bool>) -> Self {
        match is_met {
            None => Self::Unknown,
            Some(true) => Self::Yes,
            Some(false) => Self::No,
        }
    }
}

impl Compiled {
    pub(super) fn new(conditions: &Conditions, reader: &mut RowReader) -> Self {
        let mut is_impossible = false;
        let mut bound = |digits: &Option<Box<str>>, is_lower: bool| match Bound::read(digits) {
            Bound::At(amount) => Some(amount),
            Bound::None => None,
            // On the far side of every amount: no bound, or one that nothing is within.
            Bound::Above => {
                is_impossible |= is_lower;
                None
            }
            Bound::Below => {
                is_impossible |= !is_lower;
                None
            }
        };
        let from = bound(&conditions.savings_from, true);
        let to = bound(&conditions.savings_to, false);
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
            exclusions: Exclusions::new(&conditions.exclude, reader),
            is_impossible,
        }
    }

    /// Whether amounts have bounds.
    pub(super) const fn has_amounts(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    pub(super) fn hold(&self, values: &[Option<&str>], tried: &Tried<'_>) -> Met {
        if self.is_impossible || self.exclusions.take(values, tried.spared) {
            return Met::No;
        }
        let at = i64::try_from(tried.at).unwrap_or(i64::MAX / MICROS).saturating_mul(MICROS);
        let of_amount = |is_within: &dyn Fn(Decimal) -> bool| Met::of(tried.amount.map(is_within));
        let of_updated = |is_within: &dyn Fn(i64) -> bool| Met::of(tried.updated.map(is_within));
        let all = [
            self.from.map(|from| of_amount(&|amount| amount >= from)),
            self.to.map(|to| of_amount(&|amount| amount <= to)),
            self.currency.as_deref().map(|wanted| {
                let is_there = !tried.currency.is_empty();
                Met::of(is_there.then(|| wanted.eq_ignore_ascii_case(tried.currency)))
            }),
            self.untouched_seconds.map(|seconds| {
                of_updated(&|updated| at.saturating_sub(updated) >= seconds * MICROS)
            }),
            self.updated
                .map(|(from, before)| of_updated(&|updated| (from..before).contains(&updated))),
        ];
        all.into_iter().flatten().max().unwrap_or(Met::Yes)
    }
}

/// A bound of amounts, and where it lies to all of them.
#[derive(Debug, PartialEq)]
enum Bound {
    None,
    At(Decimal),
    Above,
    Below,
}

impl Bound {
    fn read(digits: &Option<Box<str>>) -> Self {
        let Some(digits) = digits.as_deref() else { return Self::None };
        if let Some(amount) = amount::number(digits) {
            return Self::At(amount);
        }
        // Too large or too small to be exact; this tells only which, and on which side.
        match digits.parse::<f64>() {
            Ok(size) if size >= 1.0 => Self::Above,
            Ok(size) if size <= -1.0 => Self::Below,
            _ => Self::At(Decimal::ZERO),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_beyond_every_amount_is_known_by_its_side() {
        for (digits, bound) in [
            ("1000", Bound::At(1000.into())),
            ("999999999999999", Bound::Above),
            ("1e15", Bound::Above),
            ("1e300", Bound::Above),
            ("-1e28", Bound::Below),
            ("1e-300", Bound::At(Decimal::ZERO)),
        ] {
            assert_eq!(Bound::read(&Some(digits.into())), bound, "{digits}");
        }
        assert_eq!(Bound::read(&None), Bound::None);
    }
}
