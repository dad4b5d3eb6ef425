//! What a field of a case may hold: texts, amounts, times, flags.
//!
//! Not for which fields there are.

use std::fmt;

use crate::sandbox::calendar::Moment;

/// Money in hundredths of a currency's unit: sums stay exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cents(pub(crate) i64);

/// What a field holds, for whoever compares or writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Datum<'a> {
    Text(&'a str),
    Amount(Cents),
    Moment(Moment),
    Flag(bool),
    Absent,
    /// Not what the field should hold, as JSON: `"1,234.50"` for an amount.
    Odd(&'a str),
}

/// What a field holds in any case that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Amount,
    Moment,
    Flag,
}

impl Cents {
    #[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^53 cents")]
    pub(crate) fn as_units(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

/// Always two decimals, as a JSON number.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

impl serde::Serialize for Cents {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::value::RawValue::from_string(self.to_string())
            .expect("two decimals make a JSON number")
            .serialize(serializer)
    }
}
