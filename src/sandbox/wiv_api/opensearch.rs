//! Answers the free-form case query: the part of OpenSearch that FinOps questions need.
//!
//! What is not supported is refused by name, never ignored: a clause that silently matched
//! everything would make wrong figures. As in OpenSearch, a field that does not exist
//! matches nothing. `field.keyword` is the same as `field`.

mod aggregation;
mod buckets;
mod clause;
mod dates;
mod order;
mod projection;
mod values;

use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::request::Request;
use crate::sandbox::calendar::Moment;
use crate::sandbox::data::case::{Case, Field, View, write_text};
use aggregation::Aggregations;
use clause::Clause;
use order::Order;
use projection::Projection;

/// What parsing needs to know: which fields exist, and what `now` is.
#[derive(Clone, Copy)]
struct Context {
    view: View,
    now: Moment,
}

impl Context {
    fn field(&self, name: &str) -> Option<&'static Field> {
        let name = name.strip_suffix(".keyword").unwrap_or(name);
        self.view.field(if name == "_id" { "case_id" } else { name })
    }
}

/// OpenSearch's own, both of them.
const USUAL_SIZE: usize = 10;
const MOST_HITS: usize = 10_000;

const FIELDS: [&str; 8] =
    ["query", "size", "from", "sort", "aggs", "aggregations", "_source", "track_total_hits"];

pub(super) fn query(request: &Request<'_>) -> Result<String, Refusal> {
    let scope = request.case_scope()?;
    let body = request.body_object(&FIELDS)?;
    let context = Context { view: scope.view, now: request.now };
    let clause = match body.get("query") {
        None | Some(Value::Null) => Clause::All,
        Some(query) => Clause::parse(query, &context)?,
    };
    let size = whole_number(&body, "size")?.unwrap_or(USUAL_SIZE);
    let from = whole_number(&body, "from")?.unwrap_or(0);
    if from.saturating_add(size) > MOST_HITS {
        return Err(Refusal::bad_request(format!("from + size must be at most {MOST_HITS}")));
    }
    let order = Order::parse(body.get("sort"), &context)?;
    let projection = Projection::parse(body.get("_source"), &context)?;
    let aggregations = match body.get("aggs").or_else(|| body.get("aggregations")) {
        None | Some(Value::Null) => None,
        Some(aggregations) => Some(Aggregations::parse(aggregations, &context)?),
    };

    let cases = scope.cases.iter().copied();
    let mut matching: Vec<&Case> = cases.filter(|case| clause.matches(case)).collect();
    order.sort(&mut matching);
    let shown = matching.iter().skip(from).take(size);
    let mut out = String::from("{\"data\":{");
    write_hits(matching.len(), shown, &projection, &mut out);
    if let Some(aggregations) = aggregations {
        out.push_str(",\"aggregations\":{");
        aggregations.write(&matching, &mut out);
        out.push('}');
    }
    out.push_str("}}");
    Ok(out)
}

fn whole_number(object: &Map<String, Value>, name: &str) -> Result<Option<usize>, Refusal> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64().and_then(|value| usize::try_from(value).ok()) {
            Some(value) => Ok(Some(value)),
            None => Err(Refusal::bad_request(format!("[{name}] must be a whole number"))),
        },
    }
}

/// `"hits": {...}` of an answer or of a top_hits aggregation.
fn write_hits<'a>(
    total: usize,
    shown: impl Iterator<Item = &'a &'a Case>,
    projection: &Projection,
    out: &mut String,
) {
    out.push_str(&format!(
        "\"hits\":{{\"total\":{{\"value\":{total},\"relation\":\"eq\"}},\"hits\":["
    ));
    for (at, case) in shown.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str("{\"_id\":");
        write_text(&case.case_id, out);
        projection.write(case, out);
        out.push('}');
    }
    out.push_str("]}");
}

/// The only member of an object like `{"term": {...}}`.
fn only_member<'a>(value: &'a Value, what: &str) -> Result<(&'a str, &'a Value), Refusal> {
    match value.as_object().map(|object| (object.len(), object.iter().next())) {
        Some((1, Some((name, inner)))) => Ok((name, inner)),
        _ => Err(Refusal::bad_request(format!("[{what}] must be an object with one member"))),
    }
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, Refusal> {
    value.as_object().ok_or_else(|| Refusal::bad_request(format!("[{what}] must be an object")))
}

/// Refuses members that nothing reads.
fn allow(object: &Map<String, Value>, names: &[&str], what: &str) -> Result<(), Refusal> {
    match object.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Refusal::bad_request(format!("[{what}] does not support [{name}]"))),
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str, what: &str) -> Result<&'a str, Refusal> {
    let text = object.get(name).and_then(Value::as_str);
    text.ok_or_else(|| Refusal::bad_request(format!("[{what}] needs [{name}]")))
}

#[cfg(test)]
mod tests;
