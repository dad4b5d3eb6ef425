//! Mends harmless slips in arguments, guided by the schema at their place.
//!
//! Not for guesses: a slip has one meaning only, and a note tells each that was mended. Of a write
//! only the arguments themselves are looked at, never what stands in them.

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Value, value::RawValue};

use super::{
    paging,
    wording::{self, MAX_LISTED_VALUES},
};
use crate::{clock, json};

/// A mended value may break the schema again: a number in quotes, and then above the maximum.
const MAX_ROUNDS: usize = 3;

/// Most notes about slips; one more says how many others there are.
const MAX_NOTES: usize = 8;

/// Longest number in quotes that is read, in bytes. A number of 64 bits has twenty digits.
const MAX_NUMBER_BYTES: usize = 20;

/// Arguments that say how much is shown: too much of it is as much as there may be.
const AMOUNTS: [&str; 3] = [paging::LIMIT, paging::TOP, "size"];

/// Longest JSON in a text that is read, in bytes.
const MAX_JSON_BYTES: usize = 8 * 1024;

/// The days of a range.
const START: &str = "start";
const END: &str = "end";

/// What a value was meant to be.
struct Mended {
    /// JSON pointer (RFC 6901).
    pointer: String,
    value: Value,
    note: String,
}

/// Mends what can be mended, and returns a note for each. `has_payload`: what stands in arguments
/// is to be passed on as it is.
pub(super) fn mend(
    validator: &Validator,
    schema: &RawValue,
    arguments: &mut Value,
    has_payload: bool,
) -> Vec<String> {
    if wording::values_up_to(arguments, MAX_LISTED_VALUES) >= MAX_LISTED_VALUES {
        return Vec::new();
    }
    let schema: Value =
        serde_json::from_str(schema.get()).expect("input schemas were written by serde_json");
    let mut notes = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let errors = validator.iter_errors(arguments);
        let mended: Vec<Mended> = errors
            .filter_map(|error| meant(&schema, &error))
            .filter(|mended| {
                !has_payload
                    || (mended.pointer.matches('/').count() == 1 && !mended.value.is_null())
            })
            .collect();
        if mended.is_empty() {
            break;
        }
        for Mended { pointer, value, note } in mended {
            if let Some(place) = arguments.pointer_mut(&pointer) {
                *place = value;
                notes.push(note);
            }
        }
    }
    if let Some(arguments) = arguments.as_object_mut() {
        arguments.retain(|_, value| !value.is_null());
    }
    if notes.len() > MAX_NOTES {
        let others = notes.len() - MAX_NOTES;
        notes.truncate(MAX_NOTES);
        notes.push(format!("{others} more values were mended in the same way."));
    }
    notes
}

/// What a value that broke the schema was meant to be, where that is beyond doubt.
fn meant(schema: &Value, error: &ValidationError<'_>) -> Option<Mended> {
    let expected = wording::broken_schema(schema, error);
    let given: &Value = error.instance();
    let (value, what) = match error.kind() {
        ValidationErrorKind::Type { .. } => {
            let is_argument = error.instance_path().as_str().matches('/').count() == 1;
            // A list of names is no list of truth values; what stands in a filter may be one.
            if is_argument && given.is_boolean() && expected["type"] == "array" {
                return None;
            }
            of_type(expected, given)?
        }
        // Models write it for what they leave out, as they write null.
        ValidationErrorKind::MinProperties { .. }
            if error.instance_path().as_str().matches('/').count() == 1
                && given.as_object().is_some_and(serde_json::Map::is_empty) =>
        {
            (Value::Null, "was empty and taken as none".to_owned())
        }
        ValidationErrorKind::Enum { .. } => {
            let given = given.as_str()?;
            let choices = expected["enum"].as_array()?.iter().filter_map(Value::as_str);
            let mut same = choices.filter(|choice| choice.eq_ignore_ascii_case(given));
            let choice = same.next().filter(|_| same.next().is_none())?;
            (Value::from(choice), format!("was taken as \"{choice}\""))
        }
        ValidationErrorKind::Maximum { .. } => {
            let name = error.instance_path().as_str().strip_prefix('/')?;
            let most = expected.get("maximum").filter(|_| AMOUNTS.contains(&name))?;
            (most.clone(), format!("is at most {most}, so that was taken"))
        }
        ValidationErrorKind::Pattern { .. } => {
            let day = day_of(given.as_str()?)?;
            (Value::from(day), format!("was given as a time and taken as its day, {day}"))
        }
        ValidationErrorKind::Required { property } => {
            let today = clock::day(clock::unix_seconds());
            let days = up_to(property.as_str()?, given, &today)?;
            (days, format!("has no `{END}`; today, {today}, was taken"))
        }
        _ => return None,
    };
    let place = error.instance_path();
    let note = format!("`{}` {what}.", wording::dotted(place));
    Some(Mended { pointer: place.as_str().to_owned(), value, note })
}

/// Days from a start on, which end today: what will have happened later is asked of nobody.
fn up_to(lacking: &str, given: &Value, today: &str) -> Option<Value> {
    let days = given.as_object().filter(|days| lacking == END && days.len() == 1)?;
    let start = days.get(START)?.as_str()?;
    let is_past = start.get(..today.len()).is_some_and(|day| day <= today);
    is_past.then(|| serde_json::json!({ START: start, END: today }))
}

fn of_type(expected: &Value, given: &Value) -> Option<(Value, String)> {
    let mended = match (expected["type"].as_str()?, given) {
        ("array", Value::String(text))
            if expected["items"]["type"] == "string" && texts_in(text).is_some() =>
        {
            (texts_in(text)?, "was given as JSON in a text and taken as the list in it".to_owned())
        }
        ("object", Value::String(text)) => {
            let object = json_in(text).filter(Value::is_object)?;
            (object, "was given as JSON in a text and taken as the object in it".to_owned())
        }
        ("array", Value::Object(_)) if expected["items"]["type"] == "object" => (
            Value::Array(vec![given.clone()]),
            "was given as one object and taken as a list of one".to_owned(),
        ),
        ("string", Value::Array(values)) if values.len() == 1 && values[0].is_string() => {
            (values[0].clone(), "was given as a list of one and taken as its text".to_owned())
        }
        ("array", Value::String(_)) if expected["items"]["type"] == "string" => (
            Value::Array(vec![given.clone()]),
            "was given as one text and taken as a list of one".to_owned(),
        ),
        ("array", Value::Number(_) | Value::Bool(_)) if expected["items"]["type"] == "string" => (
            Value::Array(vec![plain_text(given)?]),
            "was given as one value and taken as a list of one text".to_owned(),
        ),
        ("string", Value::Number(_) | Value::Bool(_)) => {
            (plain_text(given)?, "was taken as a text".to_owned())
        }
        ("integer" | "number", Value::String(text)) => {
            let number = number(text)?;
            let note = format!("was given as a text and taken as the number {number}");
            (number, note)
        }
        ("boolean", Value::String(text)) => {
            let value = match &**text {
                "true" => true,
                "false" => false,
                _ => return None,
            };
            (Value::Bool(value), format!("was given as a text and taken as {value}"))
        }
        _ => return None,
    };
    Some(mended)
}

/// The text of a whole number or a truth value; a fraction may be written in many ways.
fn plain_text(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(_) => Some(Value::from(value.to_string())),
        Value::Number(number) if number.is_i64() || number.is_u64() => {
            Some(Value::from(value.to_string()))
        }
        _ => None,
    }
}

/// A list of texts that is written in a text.
fn texts_in(text: &str) -> Option<Value> {
    let list = json_in(text)?;
    list.as_array()?.iter().all(Value::is_string).then_some(list)
}

/// A list or an object that is written in a text, and says one thing only.
fn json_in(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.len() > MAX_JSON_BYTES || !text.starts_with(['[', '{']) {
        return None;
    }
    let value: Value = serde_json::from_str(text).ok()?;
    let is_small = wording::values_up_to(&value, MAX_LISTED_VALUES) < MAX_LISTED_VALUES;
    (is_small && !json::repeats_a_name(text)).then_some(value)
}

/// A number as JSON writes it, and no other text. A point in front of three digits parts
/// thousands in many countries.
fn number(text: &str) -> Option<Value> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    let parts_thousands = text.split_once('.').is_some_and(|(_, behind)| behind.len() == 3);
    if text.len() > MAX_NUMBER_BYTES
        || !is_plain
        || parts_thousands
        || super::inexact_number(text).is_some()
    {
        return None;
    }
    serde_json::from_str::<serde_json::Number>(text).ok().map(Value::Number)
}

/// The day of a time in UTC. One of another zone may be of two days.
fn day_of(text: &str) -> Option<&str> {
    let (day, time) = text.split_at_checked(10)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let clock = ["Z", "z", "+00:00", "-00:00"]
        .iter()
        .find_map(|zone| time.strip_suffix(zone))
        .unwrap_or(time);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = clock.split(':').take(4).collect();
    let is_clock = matches!(parts.len(), 2 | 3)
        && parts.iter().all(|part| part.len() == 2 && is_number(part))
        && parts[0] < "24"
        && parts[1..].iter().all(|part| *part < "61");
    let is_time = is_clock && (1..=9).contains(&fraction.len()) && is_number(fraction);
    (is_time && clock::day_number(day).is_some()).then_some(day)
}

#[cfg(test)]
mod tests;
