//! How many groups aggregations may make, at most.
//!
//! An upper bound by what is asked, whatever the data holds; histograms are taken for a hundred.

use serde_json::Value;

/// Most groups of one aggregation.
const MAX_SIZE: u64 = 1_000;

/// Most groups of all, those in groups counted.
const MAX_BUCKETS: u64 = 10_000;

/// Groups where nobody says how many.
const USUAL_SIZE: u64 = 10;

/// Groups of a histogram.
const OF_HISTOGRAM: u64 = 100;

/// What is too much.
pub(super) fn mistakes(aggregations: &Value) -> Vec<String> {
    let mut largest = 0;
    let buckets = count(aggregations, &mut largest);
    let mut mistakes = Vec::new();
    if largest > MAX_SIZE {
        mistakes.push(format!("a `size` is {largest}; {MAX_SIZE} is the most of an aggregation"));
    }
    if buckets > MAX_BUCKETS {
        mistakes.push(format!(
            "up to {buckets} groups would come, those in groups counted; {MAX_BUCKETS} are the most: \
             give each `terms` a smaller `size`"
        ));
    }
    mistakes
}

/// Groups of aggregations beside each other.
fn count(aggregations: &Value, largest: &mut u64) -> u64 {
    let each = aggregations.as_object().into_iter().flatten();
    each.map(|(_, one)| of_one(one, largest)).fold(0, u64::saturating_add)
}

fn of_one(aggregation: &Value, largest: &mut u64) -> u64 {
    let (mut own, mut inside) = (1, 0_u64);
    for (kind, body) in aggregation.as_object().into_iter().flatten() {
        match kind.as_str() {
            "aggs" | "aggregations" => inside = inside.saturating_add(count(body, largest)),
            "meta" => {}
            kind => own = own.max(of_kind(kind, body, largest)),
        }
    }
    own.saturating_mul(inside.saturating_add(1))
}

fn of_kind(kind: &str, body: &Value, largest: &mut u64) -> u64 {
    let asked = body.get("size").and_then(Value::as_f64).map(|size| size as u64);
    *largest = (*largest).max(asked.unwrap_or(0));
    let length = |member: &str| match body.get(member) {
        Some(Value::Array(parts)) => parts.len() as u64,
        Some(Value::Object(parts)) => parts.len() as u64,
        _ => 1,
    };
    match kind {
        "filters" => length("filters"),
        "adjacency_matrix" => length("filters").saturating_mul(length("filters")),
        "range" | "date_range" | "ip_range" => length("ranges"),
        "histogram" | "date_histogram" | "auto_date_histogram" => OF_HISTOGRAM,
        "terms" | "multi_terms" | "composite" | "significant_terms" | "significant_text"
        | "rare_terms" => asked.unwrap_or(USUAL_SIZE),
        _ => 1,
    }
}
