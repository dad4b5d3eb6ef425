//! Fills a prompt's arguments into the texts of its reads.
//!
//! Knows placeholders only: neither what a read is nor what its arguments mean.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::clock;

/// What was given to a prompt, and the day it is.
pub(super) struct Given {
    pub(super) arguments: BTreeMap<String, String>,
    /// Seconds since 1970.
    pub(super) now: u64,
}

impl Given {
    /// The value of a placeholder's inside: a name, or a name and a number of days.
    fn value(&self, inside: &str) -> Option<String> {
        let (name, days) = match inside.split_once('|') {
            Some((name, days)) => (name, days.parse::<u64>().ok()),
            None => (inside, None),
        };
        let ago = |days: u64| clock::day(self.now.saturating_sub(days * 86_400));
        self.arguments.get(name).cloned().or_else(|| days.map(ago))
    }

    /// The text with its placeholders filled; `None` when one of them has no value.
    pub(super) fn text(&self, text: &str) -> Option<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, from)) = rest.split_once('{') {
            let (inside, after) = from.split_once('}')?;
            filled.push_str(before);
            filled.push_str(&self.value(inside)?);
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }

    /// The object with its texts filled. What has no value is left out, and so is what is empty
    /// without it.
    pub(super) fn object(&self, object: &Map<String, Value>) -> Map<String, Value> {
        let members = object.iter();
        members.filter_map(|(name, value)| Some((name.clone(), self.json(value)?))).collect()
    }

    fn json(&self, value: &Value) -> Option<Value> {
        match value {
            Value::String(text) => self.text(text).map(Value::from),
            Value::Array(items) => {
                let filled: Vec<Value> = items.iter().filter_map(|item| self.json(item)).collect();
                (!filled.is_empty() || items.is_empty()).then_some(Value::Array(filled))
            }
            Value::Object(members) => {
                let filled = self.object(members);
                (!filled.is_empty() || members.is_empty()).then_some(Value::Object(filled))
            }
            other => Some(other.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(arguments: &[(&str, &str)], value: Value) -> Value {
        let arguments = arguments.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let given = Given { arguments: arguments.collect(), now: 1_763_283_600 };
        let Value::Object(object) = value else { panic!("{value} is no object") };
        Value::from(given.object(&object))
    }

    #[test]
    fn what_was_not_given_is_left_out_with_what_held_it() {
        let read = json!({"filters": {"a": ["open"], "b": ["{board}"]}, "where": {"c": "{board}"}, "d": 15, "e": []});
        let without = json!({"filters": {"a": ["open"]}, "d": 15, "e": []});
        assert_eq!(filled(&[], read.clone()), without);
        let with =
            json!({"filters": {"a": ["open"], "b": ["x"]}, "where": {"c": "x"}, "d": 15, "e": []});
        assert_eq!(filled(&[("board", "x")], read), with);
    }

    #[test]
    fn a_day_that_was_not_given_is_counted_back() {
        let read = json!({"since": "{since|7}"});
        assert_eq!(filled(&[], read.clone()), json!({"since": "2025-11-09"}));
        assert_eq!(filled(&[("since", "2026-01-02")], read), json!({"since": "2026-01-02"}));
    }

    #[test]
    fn a_value_is_never_read_as_a_placeholder() {
        let read = json!({"a": "{x}"});
        assert_eq!(filled(&[("x", "{y} }{"), ("y", "secret")], read), json!({"a": "{y} }{"}));
    }
}
