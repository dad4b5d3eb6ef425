//! What callers see when the WIV API misbehaves, and what is sent again.

use serde_json::{Value, json};

use crate::harness::*;

fn fault(path: &str, kind: &str, times: u64) -> Value {
    json!({ "match": { "path": path, "key": ACME }, "fault": kind, "times": times, "delay_ms": 0 })
}

async fn sendings(server: &Server, path: &str) -> usize {
    let calls = server.upstream_calls().await;
    calls.iter().filter(|call| call["path"].as_str().unwrap().starts_with(path)).count()
}

#[tokio::test]
async fn reads_are_repeated_and_then_told() {
    for (kind, expected, status) in [
        ("500", "upstream_error", json!(500)),
        ("429", "rate_limited", json!(429)),
        ("cut", "upstream_error", Value::Null),
        ("reset", "upstream_error", Value::Null),
    ] {
        let server = Server::start().await;
        server.fault(fault("/spaces", kind, 2)).await;
        server.data(ACME, "wiv_list_spaces", json!({})).await;
        assert_eq!(sendings(&server, "/spaces").await, 3, "{kind}");
        server.fault(fault("/spaces", kind, 0)).await;
        let error = server.error(ACME, "wiv_list_spaces", json!({})).await;
        assert_eq!((&error["kind"], &error["status"]), (&json!(expected), &status), "{kind}");
        assert_eq!(sendings(&server, "/spaces").await, 6, "{kind}");
        assert_eq!(error["request_id"].as_str().unwrap().len(), 32);
        // Another key has no fault.
        server.data(GLOBEX, "wiv_list_spaces", json!({})).await;
    }
}

#[tokio::test]
async fn writes_and_continued_scrolls_are_sent_once() {
    for (kind, expected) in [
        ("500", "upstream_error"),
        ("429", "rate_limited"),
        ("cut", "outcome_unknown"),
        ("reset", "outcome_unknown"),
        ("malformed", "outcome_unknown"),
        ("huge", "outcome_unknown"),
    ] {
        let server = Server::start().await;
        let rows = server.data(ACME, "wiv_list_workflows", json!({})).await;
        let id = rows["data"][0]["workflow_id"].as_str().unwrap().to_owned();
        let path = format!("/workflows/{id}/run");
        server.fault(fault(&path, kind, 0)).await;
        let error = server.error(ACME, "wiv_start_execution", json!({ "workflow_id": id })).await;
        assert_eq!(error["kind"], expected, "{kind}");
        assert_eq!(sendings(&server, &path).await, 1, "{kind}");
    }
    let server = Server::start().await;
    let page = server.data(ACME, "wiv_search_cases", json!({ "limit": 5 })).await;
    let before = sendings(&server, "/v2/cases/search").await;
    server.fault(fault("/v2/cases/search", "500", 0)).await;
    let next = json!({ "limit": 5, "cursor": page["page"]["next_cursor"] });
    let error = server.error(ACME, "wiv_search_cases", next).await;
    assert_eq!(error["kind"], "upstream_error");
    assert_eq!(sendings(&server, "/v2/cases/search").await, before + 1);
}

#[tokio::test]
async fn bodies_that_can_not_be_passed_on_are_told() {
    let server = Server::start().await;
    for (kind, expected) in [("malformed", "malformed"), ("huge", "too_large")] {
        server.fault(fault("/spaces", kind, 1)).await;
        let error = server.error(ACME, "wiv_list_spaces", json!({})).await;
        assert_eq!(error["kind"], expected);
    }
}

#[tokio::test]
async fn silence_ends_with_the_calls_time() {
    let server = Server::start_with(&[("WIV_MCP_UPSTREAM_TIMEOUT", "300ms")]).await;
    let slow = |path: &str| json!({ "match": { "path": path }, "fault": "slow", "times": 1, "delay_ms": 5000 });
    server.fault(slow("/spaces")).await;
    let error = server.error(ACME, "wiv_list_spaces", json!({})).await;
    assert_eq!(error["kind"], "timeout");
    let rows = server.data(ACME, "wiv_list_workflows", json!({})).await;
    let id = rows["data"][0]["workflow_id"].as_str().unwrap().to_owned();
    server.fault(slow(&format!("/workflows/{id}/run"))).await;
    let error = server.error(ACME, "wiv_start_execution", json!({ "workflow_id": id })).await;
    assert_eq!(error["kind"], "outcome_unknown");
}

#[tokio::test]
async fn an_upstream_that_is_not_there_is_told_and_lets_clients_in() {
    let app = start_app("http://127.0.0.1:9", &[]).await;
    let post = async |body: Value| {
        let request = client()
            .post(format!("{}/mcp", app.origin()))
            .header("x-api-key", ACME)
            .header("content-type", "application/json")
            .body(body.to_string());
        request.send().await.unwrap()
    };
    assert_eq!(post(initialize("2025-11-25")).await.status(), 200);
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    let answer = parse(post(request(1, "tools/call", call)).await).await;
    let error = &answer["result"]["structuredContent"]["error"];
    assert_eq!(error["kind"], "upstream_error");
    assert!(error["message"].as_str().unwrap().contains("can't be reached"));
}

#[tokio::test]
async fn trouble_in_the_key_check_lets_clients_in() {
    let server = Server::start().await;
    server.fault(fault("/v2/cases/search", "500", 0)).await;
    let response = server.post("/mcp", ACME, initialize("2025-11-25")).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_key_is_tried_once_for_many_connects() {
    let server = Server::start().await;
    let connects = (0..20).map(|_| server.post("/mcp", ACME, initialize("2025-11-25")));
    for response in futures_util::future::join_all(connects).await {
        assert_eq!(response.status(), 200);
    }
    assert_eq!(sendings(&server, "/v2/cases/search").await, 1);
}

#[tokio::test]
async fn many_clients_of_one_key_wait_for_one_slow_check_and_not_for_each_other() {
    let server = Server::start().await;
    let slow = json!({ "match": { "path": "/v2/cases/search" }, "fault": "slow", "times": 0, "delay_ms": 20000 });
    server.fault(slow).await;
    let begun = std::time::Instant::now();
    let connects = (0..6).map(|_| server.post("/mcp", ACME, initialize("2025-11-25")));
    for response in futures_util::future::join_all(connects).await {
        assert_eq!(response.status(), 200);
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn an_update_has_one_calls_time_for_both_of_its_requests() {
    let server = Server::start_with(&[("WIV_MCP_UPSTREAM_TIMEOUT", "1s"), UNASKED[0]]).await;
    let rows = server.data(ACME, "wiv_list_workflows", json!({})).await;
    let id = rows["data"][0]["workflow_id"].as_str().unwrap().to_owned();
    let slow = json!({ "match": { "path": format!("/workflows/{id}") }, "fault": "slow", "times": 0, "delay_ms": 700 });
    server.fault(slow).await;
    let update = json!({ "workflow_id": id, "changes": { "description": "x" } });
    let error = server.error(ACME, "wiv_update_workflow", update).await;
    assert_eq!(error["kind"], "outcome_unknown");
}
