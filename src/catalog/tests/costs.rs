//! Whatever a client sends is judged in linear time and few words.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::{catalog, object};

/// A debug build on a busy machine needs a second. What is not linear needs minutes.
const PATIENCE: Duration = Duration::from_secs(8);

fn numbered(count: usize, value: impl Fn(usize) -> Value) -> Vec<Value> {
    (0..count).map(value).collect()
}

fn named(count: usize) -> Value {
    (0..count).map(|name| (format!("name{name}"), json!(name))).collect::<Map<_, _>>().into()
}

fn check(tool: &str, arguments: Value) {
    let size = arguments.to_string().len();
    let begun = Instant::now();
    let judged = catalog().tool(tool).unwrap().check(object(arguments));
    let told = match judged {
        Err(problems) => problems.iter().map(|problem| problem.to_string().len()).sum(),
        Ok(arguments) => {
            let operation = catalog().tool(tool).unwrap().operation().unwrap();
            let request = operation.request(&arguments, None).unwrap();
            assert!(request.path_and_query.len() < 3 * size + 1_000);
            0_usize
        }
    };
    assert!(told < 10_000, "{tool}: {told}");
    assert!(begun.elapsed() < PATIENCE, "{tool}: {:?}", begun.elapsed());
}

#[test]
fn names_that_are_none_cost_no_more_than_their_length() {
    check("wiv_search_cases", named(100_000));
    check("wiv_search_cases", json!({ "filters": named(100_000) }));
    let long: Map<String, Value> =
        (0..500).map(|name| (format!("{name}{}", "n".repeat(4_000)), json!(1))).collect();
    check("wiv_search_cases", Value::Object(long));
}

#[test]
fn lists_that_should_be_of_different_values_are_compared_in_no_time() {
    check("wiv_list_msp_customers", json!({ "fields": numbered(100_000, |n| json!(n)) }));
    check("wiv_list_msp_customers", json!({ "fields": numbered(50_000, |n| json!({ "a": [n] })) }));
    check("wiv_list_msp_customers", json!({ "fields": numbered(900, |n| json!(n)) }));
}

#[test]
fn a_wrong_value_of_megabytes_is_not_written_out() {
    let wide = json!(numbered(900, |n| json!("x".repeat(4_000) + &n.to_string())));
    for value in [json!("y".repeat(4_000_000)), wide, named(900)] {
        check("wiv_search_cases", json!({ "filters": { "status": value }, "limit": value }));
        check("wiv_get_workflow", json!({ "workflow_id": value, "customer_id": value }));
        check("wiv_search_cases", json!({ "date_range": { "start": value, "end": value } }));
    }
}

#[test]
fn what_may_be_anything_may_be_large() {
    check("wiv_cases_query", json!({ "query": named(100_000) }));
    let deep = (0..60).fold(json!(1), |inner, _| json!({ "bool": { "must": [inner, 1] } }));
    check("wiv_cases_query", json!({ "query": { "a": deep } }));
    let event =
        json!({ "workflow_id": "w", "trigger_event": { "a": numbered(100_000, |n| json!(n)) } });
    check("wiv_start_execution", event);
}
