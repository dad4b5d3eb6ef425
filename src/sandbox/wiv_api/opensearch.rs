//! Answers the free-form case query: the part of OpenSearch that FinOps questions need.
//!
//! What is not supported is refused by name, never ignored: a clause that silently matched
//! everything would make wrong figures. As in OpenSearch, a field that does not exist
//! matches nothing. `field.keyword` is the same as `field`.

mod aggregation;
mod buckets;
mod clause;
mod dates;
mod hits;
mod order;
mod projection;
mod reading;
mod values;

use serde_json::Value;

use super::refusal::Refusal;
use super::request::Request;
use crate::sandbox::data::case::Case;
use aggregation::Aggregations;
use clause::Clause;
use hits::write_hits;
use order::Order;
use projection::Projection;
use reading::{Context, whole_number};

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

    let cases = scope.cases.iter().map(AsRef::as_ref);
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

#[cfg(test)]
mod tests;
