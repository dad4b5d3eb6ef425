//! Memory has a budget: a stranger's messages are small, a customer's wait for room.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::*;

const WRONG: &str = "wiv-wrong-key-of-a-stranger";

/// A message of about so many bytes whose values cost much more than their text.
fn heavy(bytes: usize) -> String {
    let values = vec![r#"{"":0}"#; bytes / 7].join(",");
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"wiv_cases_query","arguments":{{"query":{{"a":[{values}]}}}}}}}}"#
    )
}

/// A query that WIV's stand-in answers, of about so many bytes.
fn large(bytes: usize) -> Value {
    let ids: Vec<String> = (0..bytes / 20).map(|number| format!("account-{number:09}")).collect();
    let query = json!({ "query": { "match_all": {} }, "size": 1 });
    let params =
        json!({ "name": "wiv_cases_query", "arguments": query, "_meta": { "a.example/ids": ids } });
    request(1, "tools/call", params)
}

async fn calls_with(server: &Server, key: &str) -> Vec<Value> {
    let mut calls = server.upstream_calls().await;
    calls.retain(|call| call["headers"]["x-api-key"] == key);
    calls
}

#[tokio::test]
async fn a_strangers_large_message_is_not_read_until_its_key_was_tried() {
    let server = Server::start().await;
    for path in ["/mcp", "/sse"] {
        for body in [heavy(4_000_000), heavy(100_000), large(300_000).to_string()] {
            let response = server.post(path, WRONG, body).await;
            assert_eq!(response.status(), 401, "{path}");
        }
    }
    // What went upstream is the small try of the key, and none of the messages.
    for call in calls_with(&server, WRONG).await {
        assert_eq!(call["path"], "/v2/cases/search");
    }
}

#[tokio::test]
async fn notifications_and_answers_of_strangers_are_small_as_well() {
    let server = Server::start().await;
    let values = vec!["0"; 1_000_000].join(",");
    for body in [
        format!(r#"{{"jsonrpc":"2.0","method":"notifications/x","params":{{"a":[{values}]}}}}"#),
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"a":[{values}]}}}}"#),
        format!(r#"[{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":[{values}]}}}}]"#),
    ] {
        assert_eq!(server.post("/mcp", WRONG, body).await.status(), 401);
    }
}

#[tokio::test]
async fn a_customers_first_large_message_waits_for_its_key_and_is_served() {
    let server = Server::start().await;
    let answer = parse(server.post("/mcp", ACME, large(1_000_000)).await).await;
    assert_eq!(answer["result"]["isError"], false, "{answer:.300}");
    let paths: Vec<Value> =
        calls_with(&server, ACME).await.into_iter().map(|mut call| call["path"].take()).collect();
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert_eq!(paths[0], "/v2/cases/search", "the key was tried first");
    // By a stream, too.
    let mut stream = server.stream(GLOBEX).await;
    assert_eq!(stream.post(large(1_000_000)).await.status(), 202);
    assert_eq!(stream.message().await["result"]["isError"], false);
}

#[tokio::test]
async fn while_nobody_can_tell_a_large_message_is_refused_and_a_small_one_is_not() {
    let server = Server::start().await;
    server.fault(json!({ "match": {}, "fault": "500", "times": 0 })).await;
    let response = server.post("/mcp", ACME, large(300_000)).await;
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(parse(response).await["error"], "key_not_tried");
    assert_eq!(server.post("/mcp", ACME, initialize("2025-11-25")).await.status(), 200);
}

#[tokio::test]
async fn a_message_of_too_many_values_is_told_so() {
    let server = Server::start().await;
    assert_eq!(server.post("/mcp", ACME, initialize("2025-11-25")).await.status(), 200);
    let response = server.post("/mcp", ACME, heavy(4_000_000)).await;
    assert_eq!(response.status(), 400);
    let error = parse(response).await;
    assert_eq!(error["error"]["code"], -32600);
    assert!(error["error"]["message"].as_str().unwrap().contains("120000 values"), "{error}");
}

#[tokio::test]
async fn one_keys_large_messages_wait_for_each_other_and_others_pass() {
    let variables = [("WIV_MCP_MEMORY", "160MiB")];
    let server = Server::start_with(&variables).await;
    for key in [ACME, GLOBEX] {
        assert_eq!(server.post("/mcp", key, initialize("2025-11-25")).await.status(), 200);
    }
    let slow = json!({ "match": { "key": ACME }, "fault": "slow", "times": 0, "delay_ms": 400 });
    server.fault(slow).await;
    let body = large(600_000).to_string();
    let many = join_all((0..8).map(|_| server.post("/mcp", ACME, &body)));
    let (many, ()) = tokio::join!(many, async {
        for _ in 0..10 {
            server.data(GLOBEX, "wiv_list_spaces", json!({})).await;
        }
    });
    for response in many {
        let status = response.status().as_u16();
        assert!([200, 503].contains(&status), "{status}");
    }
}

#[tokio::test]
async fn strangers_that_fill_their_memory_leave_customers_theirs() {
    let variables = [("WIV_MCP_MEMORY", "160MiB")];
    let server = Server::start_with(&variables).await;
    assert_eq!(server.post("/mcp", ACME, initialize("2025-11-25")).await.status(), 200);
    // Answers that strangers ask for without WIV: each is a hundred thousand bytes.
    let lists = (0..400).map(|number| {
        let server = &server;
        async move {
            let key = format!("{WRONG}-{number}");
            let list = request(1, "tools/list", json!({}));
            server.post("/mcp", &key, list).await.status().as_u16()
        }
    });
    let (statuses, ()) = tokio::join!(join_all(lists), async {
        for _ in 0..20 {
            server.data(ACME, "wiv_list_spaces", json!({})).await;
        }
    });
    assert!(statuses.iter().all(|status| [200, 503].contains(status)));
}
