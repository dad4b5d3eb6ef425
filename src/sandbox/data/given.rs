//! What a case's field holds by somebody's order: any JSON, kept as it was written.
//!
//! It knows neither who orders it nor how a case is answered.

use serde_json::value::RawValue;

use super::value::{Cents, Datum, Kind};
use crate::sandbox::calendar::Moment;

#[derive(Clone)]
pub(crate) struct Given {
    value: Read,
    json: Box<str>,
}

/// The value as the field's kind reads it.
#[derive(Clone)]
enum Read {
    Text(String),
    Amount(Cents),
    Moment(Moment),
    Flag(bool),
    Absent,
    Odd,
}

/// Amounts of more digits are odd: sums of cents have to fit.
const MOST_DIGITS: usize = 13;

impl Given {
    /// Read as what a field of this kind holds.
    pub(crate) fn new(kind: Kind, json: &RawValue) -> Given {
        let json = json.get();
        Given { value: read(kind, json), json: json.into() }
    }

    pub(super) fn datum(&self) -> Datum<'_> {
        match &self.value {
            Read::Text(text) => Datum::Text(text),
            Read::Amount(amount) => Datum::Amount(*amount),
            Read::Moment(moment) => Datum::Moment(*moment),
            Read::Flag(flag) => Datum::Flag(*flag),
            Read::Absent => Datum::Absent,
            Read::Odd => Datum::Odd(&self.json),
        }
    }

    pub(super) fn json(&self) -> &str {
        &self.json
    }
}

fn read(kind: Kind, json: &str) -> Read {
    if json == "null" {
        return Read::Absent;
    }
    let text = || serde_json::from_str::<String>(json).ok();
    let value = match kind {
        Kind::Text => text().map(Read::Text),
        Kind::Amount => cents(json).map(Read::Amount),
        Kind::Moment => text().and_then(|text| Moment::parse_timestamp(&text)).map(Read::Moment),
        Kind::Flag => json.parse().ok().map(Read::Flag),
    };
    value.unwrap_or(Read::Odd)
}

/// A number of at most two decimals and without an exponent.
fn cents(json: &str) -> Option<Cents> {
    let (sign, digits) = json.strip_prefix('-').map_or((1, json), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !is_plain || whole.len() > MOST_DIGITS || fraction.len() > 2 {
        return None;
    }
    let cents: i64 = format!("{whole}{fraction:0<2}").parse().ok()?;
    Some(Cents(sign * cents))
}
