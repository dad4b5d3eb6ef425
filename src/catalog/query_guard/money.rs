//! Figures of a query that add amounts of several currencies.
//!
//! Not for refusing them: somebody may have one currency only, which nobody here knows.

use serde_json::{Map, Value};

use super::{AGGREGATIONS, NamedFields, QUERY, named::EXACT};
use crate::catalog::Money;

/// Aggregations that make one figure of many amounts.
const FIGURES: [&str; 8] =
    ["avg", "extended_stats", "max", "min", "percentile_ranks", "percentiles", "stats", "sum"];

/// A sentence where a figure's amounts may be of several currencies.
pub(super) fn note(values: &Map<String, Value>, money: &Money) -> Option<String> {
    if values.get(QUERY).is_some_and(|query| names_one(query, money)) {
        return None;
    }
    is_mixed(values.get(AGGREGATIONS)?, money).then(|| {
        let Money { amount, currency, .. } = money;
        format!(
            "A figure of `{amount}` here takes amounts of all currencies as plain numbers: put it \
             under `terms` of `{currency}`, or query one currency."
        )
    })
}

/// Whether rows have to be of one currency.
fn names_one(query: &Value, money: &Money) -> bool {
    let mut named = NamedFields::default();
    named.query(query, true);
    named.wanted.iter().any(|(field, values)| **field == *money.currency && values.len() == 1)
}

fn is_mixed(aggregations: &Value, money: &Money) -> bool {
    aggregations.as_object().into_iter().flatten().any(|(_, one)| {
        let kinds = || one.as_object().into_iter().flatten();
        let parts = kinds().any(|(kind, body)| parts_currencies(kind, body, money));
        !parts
            && kinds().any(|(kind, body)| match &**kind {
                "aggs" | "aggregations" => is_mixed(body, money),
                kind => FIGURES.contains(&kind) && is_of(body, &money.amount),
            })
    })
}

/// Whether what stands below is of one currency at a time.
fn parts_currencies(kind: &str, body: &Value, money: &Money) -> bool {
    let lists =
        |body: &Value| body.as_array().into_iter().flatten().any(|one| is_of(one, &money.currency));
    match kind {
        "terms" => is_of(body, &money.currency),
        "multi_terms" => lists(&body["terms"]),
        "composite" => body["sources"].as_array().into_iter().flatten().any(|source| {
            let mut named = source.as_object().into_iter().flatten();
            named.any(|(_, one)| is_of(&one["terms"], &money.currency))
        }),
        "filter" => names_one(body, money),
        _ => false,
    }
}

fn is_of(body: &Value, field: &str) -> bool {
    let named = body["field"].as_str().unwrap_or_default();
    named.strip_suffix(EXACT).unwrap_or(named) == field
}
