//! Streamable HTTP: revisions, session hints, forms of answers, batches.

use serde_json::{Value, json};

use crate::harness::*;

#[tokio::test]
async fn a_client_connects_lists_and_calls() {
    let server = Server::start().await;
    for path in ["/mcp", "/sse", "/mcp/", "/sse/"] {
        for revision in ["2025-03-26", "2025-06-18", "2025-11-25"] {
            let response = server.post(path, ACME, initialize(revision)).await;
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["content-type"], "application/json");
            assert!(response.headers().contains_key("x-request-id"));
            let session = response.headers()["mcp-session-id"].to_str().unwrap().to_owned();
            assert_eq!(parse(response).await["result"]["protocolVersion"], revision);
            let headers = [("mcp-session-id", session.as_str())];
            let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
            let response = server.post_with(path, ACME, initialized, &headers).await;
            assert_eq!(
                (response.status().as_u16(), response.text().await.unwrap()),
                (202, "".into())
            );
            let list = request(2, "tools/list", json!({}));
            let list = parse(server.post_with(path, ACME, list, &headers).await).await;
            assert_eq!(list["result"]["tools"].as_array().unwrap().len(), tool_count());
        }
    }
}

#[tokio::test]
async fn the_session_id_is_a_hint_for_the_form_and_nothing_else() {
    let server = Server::start().await;
    let old = server.post("/mcp", ACME, initialize("2025-03-26")).await;
    let old = old.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let has_structure = async |headers: &[(&str, &str)]| {
        let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
        let call = request(2, "tools/call", call);
        let answer = parse(server.post_with("/mcp", ACME, call, headers).await).await;
        answer["result"].get("structuredContent").is_some()
    };
    assert!(has_structure(&[]).await);
    assert!(has_structure(&[("mcp-session-id", "nonsense")]).await);
    assert!(has_structure(&[("mcp-session-id", "v4.local.AAAA.AAAA")]).await);
    assert!(!has_structure(&[("mcp-session-id", &old)]).await);
    let named = [("mcp-session-id", old.as_str()), ("mcp-protocol-version", "2025-11-25")];
    assert!(has_structure(&named).await);
    assert!(!has_structure(&[("mcp-protocol-version", "2024-11-05")]).await);
}

#[tokio::test]
async fn the_answer_has_the_form_that_the_client_takes() {
    let server = Server::start().await;
    let ping = request(1, "ping", json!({})).to_string();
    for (accept, content_type) in [
        (None, "application/json"),
        (Some("*/*"), "application/json"),
        (Some("application/json"), "application/json"),
        (Some("application/json, text/event-stream"), "application/json"),
        (Some("text/event-stream, application/json;q=0.9"), "application/json"),
        (Some("text/event-stream"), "text/event-stream"),
        (Some("text/html"), "application/json"),
    ] {
        let mut post = server
            .http
            .post(server.url("/mcp"))
            .header("x-api-key", ACME)
            .header("content-type", "application/json")
            .body(ping.clone());
        if let Some(accept) = accept {
            post = post.header("accept", accept);
        }
        let response = post.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], content_type, "{accept:?}");
        let text = response.text().await.unwrap();
        let json =
            text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or(text.as_str());
        assert_eq!(serde_json::from_str::<Value>(json).unwrap()["result"], json!({}));
    }
}

#[tokio::test]
async fn a_long_call_becomes_an_event_stream() {
    let server = Server::start().await;
    let slow =
        json!({ "match": { "path": "/spaces" }, "fault": "slow", "times": 1, "delay_ms": 9000 });
    server.fault(slow).await;
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    let response = server.post("/mcp", ACME, request(5, "tools/call", call)).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-cache, no-transform");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    let text = response.text().await.unwrap();
    assert!(!text.contains("id: "), "{text}");
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let answer: Value = serde_json::from_str(data).unwrap();
    assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!(5), &json!(false)));
}

#[tokio::test]
async fn batches_are_for_the_revision_that_has_them() {
    let server = Server::start().await;
    let list = json!([
        request(1, "ping", json!({})),
        { "jsonrpc": "2.0", "method": "notifications/initialized" },
        7,
        request(2, "nothing", json!({})),
        initialize("2025-03-26"),
    ]);
    let named = [("mcp-protocol-version", "2025-03-26")];
    let answers = parse(server.post_with("/mcp", ACME, &list, &named).await).await;
    assert_eq!(answers.as_array().unwrap().len(), 4);
    assert_eq!(answers[0], json!({ "jsonrpc": "2.0", "id": 1, "result": {} }));
    assert_eq!(answers[1]["error"]["code"], -32600);
    assert_eq!(answers[2]["error"]["code"], -32601);
    assert_eq!(answers[3]["error"]["code"], -32600);
    let quiet = json!([{ "jsonrpc": "2.0", "method": "notifications/initialized" }]);
    assert_eq!(server.post_with("/mcp", ACME, quiet, &named).await.status(), 202);
    for revision in ["2025-06-18", "2025-11-25"] {
        let named = [("mcp-protocol-version", revision)];
        assert_eq!(server.post_with("/mcp", ACME, &list, &named).await.status(), 400);
    }
}

#[tokio::test]
async fn methods_are_answered_before_and_without_initialize() {
    let server = Server::start().await;
    for (method, member) in [
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
        ("prompts/list", "prompts"),
    ] {
        let answer = server.ask(ACME, method, json!({})).await;
        assert!(!answer["result"][member].as_array().unwrap().is_empty(), "{method}");
    }
    for (method, code) in [("x", -32601), ("server/discover", -32601), ("prompts/get", -32602)] {
        assert_eq!(server.ask(ACME, method, json!({})).await["error"]["code"], code, "{method}");
    }
    // Without the tools that they speak of there are none.
    let server = Server::start_with(&[("WIV_MCP_TOOLSETS", "spaces")]).await;
    for (method, member) in [
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
        ("prompts/list", "prompts"),
    ] {
        let answer = server.ask(ACME, method, json!({})).await;
        assert_eq!(answer["result"][member], json!([]), "{answer}");
    }
}
