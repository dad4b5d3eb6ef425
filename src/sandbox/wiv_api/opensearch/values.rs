//! Compares a field with what a query names, and matches patterns and words.

use std::cmp::Ordering;

use serde_json::Value;

use super::dates;
use super::reading::Context;
use crate::sandbox::calendar::Moment;
use crate::sandbox::data::case::{Cents, Datum, Field, Kind};
use crate::sandbox::wiv_api::refusal::Refusal;

/// A value of a query, read for the kind of its field.
pub(super) enum Wanted {
    Text(String),
    Number(f64),
    Dates(dates::Stretch),
    Flag(bool),
}

impl Wanted {
    pub(super) fn parse(value: &Value, field: &Field, context: &Context) -> Result<Self, Refusal> {
        let refuse = || {
            let name = field.name;
            Refusal::bad_request(format!("[{value}] is not a value for field [{name}]"))
        };
        match field.kind {
            Kind::Moment => dates::parse(value, context).map(Wanted::Dates),
            Kind::Amount => number(value).map(Wanted::Number).ok_or_else(refuse),
            Kind::Flag => flag(value).map(Wanted::Flag).ok_or_else(refuse),
            Kind::Text => match value {
                Value::String(text) => Ok(Wanted::Text(text.clone())),
                // An account's id is often written as a number.
                Value::Number(_) | Value::Bool(_) => Ok(Wanted::Text(value.to_string())),
                _ => Err(refuse()),
            },
        }
    }

    pub(super) fn equals(&self, datum: Datum<'_>) -> bool {
        match (self, datum) {
            (Wanted::Text(text), Datum::Text(other)) => text == other,
            (Wanted::Number(number), Datum::Amount(amount)) => is_same(*number, amount),
            (Wanted::Dates(dates), Datum::Moment(moment)) => {
                moment >= dates.from && moment < dates.before
            }
            (Wanted::Flag(flag), Datum::Flag(other)) => *flag == other,
            _ => false,
        }
    }
}

fn is_same(number: f64, amount: Cents) -> bool {
    // Half a cent of slack: decimal fractions are not exact in binary.
    (number - amount.as_units()).abs() < 0.005
}

pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// One end of a range.
pub(super) struct Bound {
    compares: Compares,
    value: Wanted,
}

/// Named as OpenSearch names them.
#[derive(Clone, Copy)]
pub(super) enum Compares {
    Gte,
    Gt,
    Lte,
    Lt,
}

impl Bound {
    pub(super) fn new(compares: Compares, value: Wanted) -> Bound {
        Bound { compares, value }
    }

    pub(super) fn holds(&self, datum: Datum<'_>) -> bool {
        let ordering = match (&self.value, datum) {
            (Wanted::Text(text), Datum::Text(other)) => other.cmp(text),
            (Wanted::Number(number), Datum::Amount(amount)) if is_same(*number, amount) => {
                Ordering::Equal
            }
            (Wanted::Number(number), Datum::Amount(amount)) => amount.as_units().total_cmp(number),
            (Wanted::Dates(dates), Datum::Moment(moment)) => return self.holds_at(dates, moment),
            (Wanted::Flag(flag), Datum::Flag(other)) => other.cmp(flag),
            _ => return false,
        };
        match self.compares {
            Compares::Gte => ordering.is_ge(),
            Compares::Gt => ordering.is_gt(),
            Compares::Lte => ordering.is_le(),
            Compares::Lt => ordering.is_lt(),
        }
    }

    fn holds_at(&self, dates: &dates::Stretch, moment: Moment) -> bool {
        match self.compares {
            Compares::Gte => moment >= dates.from,
            Compares::Gt => moment >= dates.before,
            Compares::Lte => moment < dates.before,
            Compares::Lt => moment < dates.from,
        }
    }
}

/// `*` is any text, `?` any character. Linear in text times stars: it goes back only to
/// the last star.
pub(super) fn matches_pattern(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while at_text < text.len() {
        match pattern.get(at_pattern) {
            Some('*') => {
                last_star = Some((at_pattern, at_text));
                at_pattern += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[at_text] => {
                at_pattern += 1;
                at_text += 1;
            }
            _ => match last_star {
                None => return false,
                Some((star, eaten)) => {
                    last_star = Some((star, eaten + 1));
                    at_pattern = star + 1;
                    at_text = eaten + 1;
                }
            },
        }
    }
    pattern[at_pattern..].iter().all(|rest| *rest == '*')
}

/// The words of a text as a standard analyzer sees them.
pub(super) fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}
