//! How the parts of a query are read.
//!
//! Not for what they mean. What nobody reads is refused by name.

use serde_json::{Map, Value};

use crate::sandbox::calendar::Moment;
use crate::sandbox::data::case::{Field, View};
use crate::sandbox::wiv_api::refusal::Refusal;

/// What parsing needs to know: which fields exist, and what `now` is.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) view: View,
    pub(super) now: Moment,
}

impl Context {
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        let name = name.strip_suffix(".keyword").unwrap_or(name);
        self.view.field(if name == "_id" { "case_id" } else { name })
    }
}

pub(super) fn whole_number(
    object: &Map<String, Value>,
    name: &str,
) -> Result<Option<usize>, Refusal> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64().and_then(|value| usize::try_from(value).ok()) {
            Some(value) => Ok(Some(value)),
            None => Err(Refusal::bad_request(format!("[{name}] must be a whole number"))),
        },
    }
}

/// The only member of an object like `{"term": {...}}`.
pub(super) fn only_member<'a>(
    value: &'a Value,
    what: &str,
) -> Result<(&'a str, &'a Value), Refusal> {
    match value.as_object().map(|object| (object.len(), object.iter().next())) {
        Some((1, Some((name, inner)))) => Ok((name, inner)),
        _ => Err(Refusal::bad_request(format!("[{what}] must be an object with one member"))),
    }
}

pub(super) fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, Refusal> {
    value.as_object().ok_or_else(|| Refusal::bad_request(format!("[{what}] must be an object")))
}

/// Refuses members that nothing reads.
pub(super) fn allow(
    object: &Map<String, Value>,
    names: &[&str],
    what: &str,
) -> Result<(), Refusal> {
    match object.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Refusal::bad_request(format!("[{what}] does not support [{name}]"))),
    }
}

pub(super) fn text<'a>(
    object: &'a Map<String, Value>,
    name: &str,
    what: &str,
) -> Result<&'a str, Refusal> {
    let text = object.get(name).and_then(Value::as_str);
    text.ok_or_else(|| Refusal::bad_request(format!("[{what}] needs [{name}]")))
}
