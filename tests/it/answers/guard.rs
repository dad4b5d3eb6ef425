//! Queries that are not sent, and what is told of those that are.

use serde_json::{Value, json};

use crate::harness::*;
use crate::reports::answers::{Told, call};

/// A query that is too much, in each way.
fn too_much() -> Vec<(Value, &'static str)> {
    let groups = json!({ "terms": { "field": "service", "size": 1_000 } });
    let mut in_groups = groups.clone();
    in_groups["aggs"] = json!({ "inside": groups });
    let many = vec![json!({ "term": { "status": "To Do" } }); 300];
    let deep = (0..15).fold(json!({ "match_all": {} }), |it, _| json!({ "bool": { "must": it } }));
    let query = |query: Value| json!({ "query": query });
    vec![
        (query(json!({ "term": { "owner": "x".repeat(40_000) } })), "32768 are the most"),
        (query(deep), "20 are the most"),
        (query(json!({ "bool": { "should": many } })), "200 are the most"),
        (query(json!({ "script": { "script": "1" } })), "scripts are not run"),
        (json!({ "query": { "match_all": {} }, "aggs": { "a": in_groups } }), "10000 are the most"),
        (json!({ "query": { "match_all": {} }, "from": 10_000, "size": 1 }), "10000 is the last"),
    ]
}

#[tokio::test]
async fn what_is_too_much_is_not_sent_and_its_bound_is_told() {
    let server = Server::start().await;
    for (arguments, words) in too_much() {
        let told = call(&server, "wiv_cases_query", arguments).await;
        assert!(told.is_error, "{words}: {}", told.text);
        assert_eq!(told.structured["error"]["kind"], "invalid_arguments", "{words}");
        told.both_say(words);
    }
    let calls = server.upstream_calls().await;
    let is_query = |call: &&Value| call["path"].as_str().unwrap().ends_with("/query");
    assert_eq!(calls.iter().filter(is_query).count(), 0);
}

#[tokio::test]
async fn a_refusal_shows_a_right_query() {
    let server = Server::start().await;
    let arguments = json!({ "query": { "script": { "script": "1" } } });
    let told = call(&server, "wiv_cases_query", arguments).await;
    told.both_say(r#"{"term": {"status": "To Do"}}"#);
}

async fn ask(server: &Server, query: Value) -> Told {
    let told = call(server, "wiv_cases_query", json!({ "query": query })).await;
    assert!(!told.is_error, "{}", told.text);
    told
}

#[tokio::test]
async fn a_value_that_no_case_has_is_named_where_nothing_matches() {
    let server = Server::start().await;
    let told = ask(&server, json!({ "term": { "provider": "aws" } })).await;
    told.both_say("No case has provider \"aws\". Its values are ");
    let told = ask(&server, json!({ "term": { "provider": "AWS" } })).await;
    told.neither_says("No case has");
}

#[tokio::test]
async fn msps_know_the_fields_of_customers() {
    let server = Server::start().await;
    let arguments = json!({ "query": { "exists": { "field": "customer_name" } } });
    let result = server.call(MSP, "wiv_msp_cases_query", arguments).await;
    assert!(!result.to_string().contains("Not among the fields"), "{result}");
}
