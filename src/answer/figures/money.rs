//! The money of one row: its yearly amount, and its currency as it is called.
//!
//! Not for adding up.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::amount;
use crate::{
    catalog::{Money, Period},
    json,
};

/// Months of a year.
const MONTHS: Decimal = Decimal::from_parts(12, 0, 0, false, 0);

/// What a row says of its money.
pub(super) struct RowMoney<'r> {
    /// A year.
    pub(super) amount: Option<Decimal>,
    /// Empty where there is none.
    pub(super) currency: Cow<'r, str>,
}

impl<'r> RowMoney<'r> {
    /// From the values of the two members.
    pub(super) fn read(amount: Option<&str>, currency: Option<&'r str>, of: &Money) -> Self {
        let amount = amount.and_then(amount::read);
        let amount = match of.period {
            Period::Year => amount,
            Period::Month => amount.and_then(|amount| amount.checked_mul(MONTHS)),
        };
        // Only a text names a currency.
        let named = currency.filter(|value| value.starts_with('"')).map(json::said);
        let currency = match named.unwrap_or_default() {
            Cow::Borrowed(name) => Cow::Borrowed(name.trim()),
            Cow::Owned(name) => Cow::Owned(name.trim().to_owned()),
        };
        Self { amount, currency }
    }
}
