//! Answers without rows: a filter's value that no row has is named, with those there are.

use serde_json::{Value, json};

use crate::harness::*;
use crate::reports::answers::call;

const PROVIDERS: &str = "No case has provider \"aws\". Its values are ";

/// Reads of a filter's values that reached the stand-in.
async fn reads_of_values(server: &Server) -> Vec<String> {
    let calls = server.upstream_calls().await;
    let paths = calls.iter().map(|call| call["path"].as_str().unwrap().to_owned());
    paths.filter(|path| path.ends_with("/values")).collect()
}

#[tokio::test]
async fn a_value_that_no_case_has_is_named_with_those_there_are() {
    let server = Server::start().await;
    let filters = json!({ "provider": ["aws"] });
    for (tool, more) in [
        ("wiv_list_cases", json!({})),
        ("wiv_search_cases", json!({})),
        ("wiv_search_cases", json!({ "totals": "none" })),
        ("wiv_search_cases", json!({ "format": "csv" })),
        ("wiv_search_cases", json!({ "sort": "-annual_potential_savings" })),
        ("wiv_get_cases_summary", json!({})),
        ("wiv_get_cases_summary", json!({ "group_by": ["service"] })),
    ] {
        let mut arguments = more;
        arguments["filters"] = filters.clone();
        let told = call(&server, tool, arguments.clone()).await;
        assert!(!told.is_error, "{tool}: {}", told.text);
        told.both_say(PROVIDERS);
        told.both_say("AWS");
    }
}

#[tokio::test]
async fn the_customers_of_an_msp_have_values_of_their_own() {
    let server = Server::start().await;
    let arguments = json!({ "filters": { "provider": ["aws"] } });
    for tool in ["wiv_search_msp_cases", "wiv_get_msp_cases_summary"] {
        let result = server.call(MSP, tool, arguments.clone()).await;
        assert!(result.to_string().contains("No case has provider"), "{tool}: {result}");
    }
    let paths = reads_of_values(&server).await;
    assert!(paths.len() == 2 && paths.iter().all(|path| path.contains("/msp/")), "{paths:?}");
}

#[tokio::test]
async fn five_filters_are_looked_at_and_only_when_there_are_no_rows() {
    let server = Server::start().await;
    call(&server, "wiv_search_cases", json!({ "filters": { "provider": ["AWS"] } })).await;
    assert_eq!(reads_of_values(&server).await, [""; 0]);
    let filters = json!({
        "provider": ["x"], "service": ["x"], "board": ["x"], "region": ["x"], "effort": ["x"],
        "case_type": ["x"],
    });
    let told = call(&server, "wiv_search_cases", json!({ "filters": filters })).await;
    assert_eq!(reads_of_values(&server).await.len(), 5);
    assert_eq!(told.text.matches("No case has ").count(), 5, "{}", told.text);
}

#[tokio::test]
async fn open_and_nobody_are_no_values_to_look_up() {
    let server = Server::start().await;
    let filters = json!({ "status": ["open"], "owner": [""], "provider": ["aws"] });
    let told = call(&server, "wiv_search_cases", json!({ "filters": filters })).await;
    let paths = reads_of_values(&server).await;
    assert!(paths.len() == 1 && paths[0].contains("provider"), "{paths:?}");
    told.neither_says("No case has status");
    told.neither_says("No case has owner");
}

#[tokio::test]
async fn values_that_exist_are_not_named() {
    let server = Server::start().await;
    // Each exists, and nothing was created in those days.
    let arguments = json!({
        "filters": { "provider": ["AWS"] },
        "date_range": { "start": "1999-01-01", "end": "1999-01-02" },
    });
    let told = call(&server, "wiv_search_cases", arguments).await;
    assert_eq!(told.structured["data"], json!([]));
    told.neither_says("No case has");
}

#[tokio::test]
async fn a_list_of_values_that_fails_costs_nothing_but_the_note() {
    let server = Server::start().await;
    let arguments = json!({ "filters": { "provider": ["aws"] } });
    for fault in ["500", "malformed", "reset", "cut"] {
        server
            .fault(json!({
                "match": { "path": "/v2/cases/filters/provider/values" },
                "fault": fault, "times": 9,
            }))
            .await;
        let told = call(&server, "wiv_search_cases", arguments.clone()).await;
        assert!(!told.is_error, "{fault}: {}", told.text);
        assert_eq!(told.structured["data"], Value::Array(Vec::new()), "{fault}");
        told.neither_says("No case has");
    }
}
