//! The order of hits: by fields, cases without the field last.

use std::cmp::Ordering;

use serde_json::Value;

use super::reading::{Context, allow, only_member};
use crate::sandbox::data::case::{Case, Datum, Field};
use crate::sandbox::wiv_api::refusal::Refusal;

/// Empty keeps the order in which cases lie: worth most first.
#[derive(Default)]
pub(super) struct Order(Vec<By>);

struct By {
    field: &'static Field,
    descending: bool,
    missing_first: bool,
}

impl Order {
    pub(super) fn parse(sort: Option<&Value>, context: &Context) -> Result<Order, Refusal> {
        let keys = match sort {
            None | Some(Value::Null) => return Ok(Order::default()),
            Some(Value::Array(keys)) => keys.as_slice(),
            Some(key) => std::slice::from_ref(key),
        };
        let mut order = Vec::new();
        for key in keys {
            let (name, direction) = match key {
                Value::String(name) => (name.as_str(), &Value::Null),
                key => only_member(key, "sort")?,
            };
            // All hits have the same score.
            if matches!(name, "_score" | "_doc") {
                continue;
            }
            let (direction, missing) = match direction {
                Value::Object(options) => {
                    allow(options, &["order", "missing", "unmapped_type"], "sort")?;
                    let missing = options.get("missing").and_then(Value::as_str);
                    (options.get("order").unwrap_or(&Value::Null), missing)
                }
                direction => (direction, None),
            };
            let field = context.field(name).ok_or_else(|| {
                Refusal::bad_request(format!("No mapping found for [{name}] in order to sort on"))
            })?;
            let descending = is_descending(direction)?;
            order.push(By { field, descending, missing_first: missing == Some("_first") });
        }
        Ok(Order(order))
    }

    /// Stable, so that equal cases stay worth most first.
    pub(super) fn sort(&self, cases: &mut [&Case]) {
        if !self.0.is_empty() {
            cases.sort_by(|a, b| self.compare(a, b));
        }
    }

    fn compare(&self, a: &Case, b: &Case) -> Ordering {
        let orderings = self.0.iter().map(|by| by.compare(a, b));
        orderings.fold(Ordering::Equal, Ordering::then)
    }
}

impl By {
    fn compare(&self, a: &Case, b: &Case) -> Ordering {
        let (a, b) = (self.field.read(a), self.field.read(b));
        let absent_is = if self.missing_first { Ordering::Less } else { Ordering::Greater };
        let ordering = match (a, b) {
            (Datum::Absent | Datum::Odd(_), Datum::Absent | Datum::Odd(_)) => {
                return Ordering::Equal;
            }
            (Datum::Absent | Datum::Odd(_), _) => return absent_is,
            (_, Datum::Absent | Datum::Odd(_)) => return absent_is.reverse(),
            (Datum::Text(a), Datum::Text(b)) => a.cmp(b),
            (Datum::Amount(a), Datum::Amount(b)) => a.cmp(&b),
            (Datum::Moment(a), Datum::Moment(b)) => a.cmp(&b),
            (Datum::Flag(a), Datum::Flag(b)) => a.cmp(&b),
            _ => Ordering::Equal,
        };
        if self.descending { ordering.reverse() } else { ordering }
    }
}

pub(super) fn is_descending(direction: &Value) -> Result<bool, Refusal> {
    match direction.as_str().map(str::to_lowercase).as_deref() {
        Some("desc") => Ok(true),
        Some("asc") => Ok(false),
        None if direction.is_null() => Ok(false),
        _ => Err(Refusal::bad_request(format!("an order is asc or desc, not {direction}"))),
    }
}
