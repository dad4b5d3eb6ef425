//! Dates as queries write them: days, timestamps, epoch milliseconds, `now-30d/d`.

use serde_json::Value;

use super::reading::Context;
use crate::sandbox::calendar::{Moment, Unit};
use crate::sandbox::wiv_api::refusal::Refusal;

/// A date names a stretch of time: a day, or with rounding a month, or a single moment.
/// Which of its ends a bound means depends on the bound (`gt` a day is after all of it).
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    pub(super) from: Moment,
    /// The first moment after it.
    pub(super) before: Moment,
}

pub(super) fn parse(value: &Value, context: &Context) -> Result<Stretch, Refusal> {
    let stretch = match value {
        Value::Number(millis) => millis.as_i64().map(|millis| {
            let from = Moment::from_millis(millis);
            Stretch { from, before: from.plus_micros(1_000) }
        }),
        Value::String(text) => parse_text(text, context),
        _ => None,
    };
    stretch.ok_or_else(|| Refusal::bad_request(format!("failed to parse date field [{value}]")))
}

fn parse_text(text: &str, context: &Context) -> Option<Stretch> {
    if let Some(math) = text.strip_prefix("now") {
        return calculate(context.now, math);
    }
    if let Some((anchor, math)) = text.split_once("||") {
        let anchor = Moment::parse_date(anchor).or_else(|| Moment::parse_timestamp(anchor))?;
        return calculate(anchor, math);
    }
    if let Some(day) = Moment::parse_date(text) {
        return Some(Stretch { from: day, before: day.plus(1, Unit::Day) });
    }
    let moment = Moment::parse_timestamp(text)?;
    // Without decimals the whole second is meant.
    let width = if text.contains('.') { 1 } else { 1_000_000 };
    Some(Stretch { from: moment, before: moment.plus_micros(width) })
}

/// Any number of `+1d`, `-2M` and `/d`, from left to right.
fn calculate(anchor: Moment, mut math: &str) -> Option<Stretch> {
    let mut moment = anchor;
    let mut rounded_to = None;
    while let Some(sign) = math.chars().next() {
        math = &math[sign.len_utf8()..];
        let digits = math.bytes().take_while(u8::is_ascii_digit).count();
        let (count, rest) = math.split_at(digits);
        let unit = unit(rest.chars().next()?)?;
        math = &rest[1..];
        rounded_to = None;
        match sign {
            '+' | '-' => {
                // Six digits reach further than the calendar does; more would overflow it.
                let count: i64 = if count.is_empty() { 1 } else { count.parse().ok()? };
                let count = (count <= 999_999).then_some(count)?;
                moment = moment.plus(if sign == '-' { -count } else { count }, unit);
            }
            '/' if count.is_empty() => {
                moment = moment.floor(unit);
                rounded_to = Some(unit);
            }
            _ => return None,
        }
    }
    let before = match rounded_to {
        Some(unit) => moment.plus(1, unit),
        None => moment.plus_micros(1),
    };
    Some(Stretch { from: moment, before })
}

fn unit(letter: char) -> Option<Unit> {
    Some(match letter {
        'y' => Unit::Year,
        'M' => Unit::Month,
        'w' => Unit::Week,
        'd' => Unit::Day,
        'h' | 'H' => Unit::Hour,
        'm' => Unit::Minute,
        's' => Unit::Second,
        _ => return None,
    })
}
