//! `[]` where an empty object is meant, as clients in PHP write it.

use serde_json::{Value, json};

use crate::harness::*;

/// The same message by every transport; its answers.
async fn everywhere(server: &Server, message: &Value) -> Vec<Value> {
    let mut answers = vec![parse(server.post("/mcp", ACME, message).await).await];
    let mut stream = server.stream(ACME).await;
    assert_eq!(stream.post(message).await.status(), 202);
    answers.push(stream.message().await);
    let mut pipe = Pipe::open(server);
    pipe.send(message).await;
    answers.push(pipe.next().await);
    answers
}

#[tokio::test]
async fn params_arguments_and_meta_may_be_an_empty_array() {
    let server = Server::start().await;
    for (method, params) in [
        ("ping", json!([])),
        ("tools/list", json!([])),
        ("ping", json!({ "_meta": [] })),
        ("tools/call", json!({ "name": "wiv_list_spaces", "arguments": [] })),
        ("tools/call", json!({ "name": "wiv_list_spaces", "arguments": [], "_meta": [] })),
        (
            "initialize",
            json!({ "protocolVersion": "2025-11-25", "capabilities": [], "clientInfo": [] }),
        ),
    ] {
        for answer in everywhere(&server, &request(1, method, params.clone())).await {
            assert!(answer["error"].is_null(), "{method} {params}: {answer}");
            assert!(answer["result"]["isError"] != true, "{method} {params}: {answer}");
        }
    }
}

#[tokio::test]
async fn an_array_of_something_is_still_refused() {
    let server = Server::start().await;
    for (method, params) in [
        ("ping", json!([1])),
        ("ping", json!({ "_meta": [1] })),
        ("tools/call", json!({ "name": "wiv_list_spaces", "arguments": [1] })),
        ("tools/call", json!({ "name": "wiv_list_spaces", "arguments": "" })),
    ] {
        for answer in everywhere(&server, &request(1, method, params.clone())).await {
            assert_eq!(answer["error"]["code"], -32602, "{method} {params}: {answer}");
        }
    }
}

#[tokio::test]
async fn an_object_argument_may_be_an_empty_array_and_an_array_is_none() {
    let server = Server::start().await;
    let all = server.data(ACME, "wiv_search_cases", json!({ "limit": 1 })).await;
    let filtered = json!({ "limit": 1, "filters": [], "date_range": [] });
    let same = server.data(ACME, "wiv_search_cases", filtered).await;
    assert_eq!(same["data"], all["data"]);
    let workflows = server.data(ACME, "wiv_list_workflows", json!({ "limit": 1 })).await;
    let workflow = &workflows["data"][0]["workflow_id"];
    let start = json!({ "workflow_id": workflow, "trigger_event": [] });
    let started = server.data(ACME, "wiv_start_execution", start).await;
    assert_eq!(started["data"]["payload"], json!({}));
    let note = "`trigger_event` was an empty list and taken as none.";
    assert!(started["notes"].to_string().contains(note), "{started}");
    // Also deeper down.
    let query = json!({ "query": { "match_all": [] }, "size": 1 });
    assert!(!server.data(ACME, "wiv_cases_query", query).await["data"].is_null());
    // Where one is needed, nothing is not enough; where an array is meant, it is one.
    let nothing = json!({ "workflow_id": workflow, "changes": [] });
    let error = server.error(ACME, "wiv_update_workflow", nothing).await;
    assert!(error["message"].as_str().unwrap().contains("`changes`: missing"), "{error}");
    let nothing = json!({ "filters": { "status": [] } });
    assert_eq!(server.error(ACME, "wiv_search_cases", nothing).await["kind"], "invalid_arguments");
}

#[tokio::test]
async fn the_stateless_revision_takes_them_for_none_too() {
    let server = Server::start().await;
    let mut pipe = Pipe::open(&server);
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": [] });
    pipe.send(&request(1, "tools/list", json!({ "_meta": meta }))).await;
    assert!(pipe.next().await["result"]["tools"].is_array());
}
