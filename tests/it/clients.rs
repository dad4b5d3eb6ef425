//! What named clients do, replayed from descriptions of their behaviour.
//!
//! Not the clients themselves: those run in tests/interop.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::harness::*;

const PROBE: &str = r#"{"jsonrpc":"2.0","id":"server-discover-probe-1","method":"server/discover",
    "params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",
    "io.modelcontextprotocol/clientInfo":{"name":"mcp","version":"2.0"},
    "io.modelcontextprotocol/clientCapabilities":{}}}}"#;

#[tokio::test]
async fn cursor_looks_for_metadata_and_then_asks_for_everything() {
    let server = Server::start().await;
    for path in
        ["/.well-known/oauth-protected-resource/sse", "/.well-known/oauth-protected-resource"]
    {
        // Without the key; a document here would make it forget the key.
        let response = server.http.get(server.url(path)).send().await.unwrap();
        assert_eq!(response.status(), 404);
        assert!(parse(response).await.is_object());
    }
    let response = server.post("/sse", ACME, initialize("2025-06-18")).await;
    let session = response.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let named = [("mcp-session-id", session.as_str()), ("mcp-protocol-version", "2025-06-18")];
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(server.post_with("/sse", ACME, initialized, &named).await.status(), 202);
    let back_channel = server
        .http
        .get(server.url("/sse"))
        .header("x-api-key", ACME)
        .header("mcp-session-id", &session);
    assert_eq!(back_channel.send().await.unwrap().status(), 405, "anything else makes it loop");
    for (method, params, member) in [
        ("resources/list", json!({}), "resources"),
        ("tools/list", json!({}), "tools"),
        ("resources/list", json!({}), "resources"),
        ("prompts/list", json!({}), "prompts"),
    ] {
        let response = server.post_with("/sse", ACME, request(2, method, params), &named).await;
        assert_eq!(response.status(), 200);
        assert!(parse(response).await["result"][member].is_array(), "{method}");
    }
    let subscribe = request(3, "resources/subscribe", json!({ "uri": "x:y" }));
    let response = server.post_with("/sse", ACME, subscribe, &named).await;
    assert_eq!(response.status(), 200);
    assert_eq!(parse(response).await["error"]["code"], -32601);
    let ping = parse(server.post_with("/sse", ACME, request(4, "ping", json!({})), &named).await);
    assert_eq!(ping.await["result"], json!({}));
}

#[tokio::test]
async fn cursor_comes_back_to_a_new_stream_and_calls_at_once() {
    let server = Server::start().await;
    let mut first = server.stream(ACME).await;
    first.post(initialize("2024-11-05")).await;
    first.message().await;
    drop(first);
    let mut second = server.stream(ACME).await;
    let rows = second.data(12, "wiv_list_spaces", json!({})).await;
    assert_eq!(rows["data"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn cursor_keeps_its_session_over_a_deploy() {
    let server = Server::start().await;
    let session = [("mcp-session-id", "of-another-process")];
    let list = server.post_with("/mcp", ACME, request(5, "tools/list", json!({})), &session).await;
    assert_eq!(list.status(), 200, "it does not initialize again by itself");
}

#[tokio::test]
async fn vs_code_names_no_revision_and_falls_back_on_a_4xx() {
    let server = Server::start().await;
    let response = server.post("/mcp", ACME, initialize("2025-11-25")).await;
    let session = response.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let headers = [
        ("mcp-session-id", session.as_str()),
        ("accept", "text/event-stream, application/json"),
        ("user-agent", "Visual Studio Code/1.120.0"),
    ];
    let call = request(2, "tools/call", json!({ "name": "wiv_list_spaces", "arguments": {} }));
    let answer = parse(server.post_with("/mcp", ACME, call, &headers).await).await;
    assert!(answer["result"]["structuredContent"]["data"].is_array(), "its model sees only this");
    // A 4xx to its first POST makes it GET the same address; both ends of /sse are there.
    let first = server.post("/sse", ACME, "{").await;
    assert!(first.status().is_client_error() && ![401, 403].contains(&first.status().as_u16()));
    let mut stream = server.stream(ACME).await;
    assert_eq!(stream.ask(1, "ping", json!({})).await["result"], json!({}));
}

#[tokio::test]
async fn claude_ai_accepts_anything() {
    let server = Server::start().await;
    for key in [ACME, READ_ONLY] {
        let response = server
            .http
            .post(server.url("/mcp"))
            .header("x-api-key", key)
            .header("content-type", "application/json; charset=utf-8")
            .header("accept", "*/*")
            .header("user-agent", "Claude-User")
            .body(initialize("2025-11-25").to_string());
        let response = response.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(parse(response).await["result"]["protocolVersion"], "2025-11-25");
    }
    let get = server.http.get(server.url("/mcp")).header("x-api-key", ACME);
    let get = timeout(Duration::from_secs(5), get.send()).await.expect("a hang stalls its setup");
    assert_eq!(get.unwrap().status(), 405);
}

#[tokio::test]
async fn gemini_asks_by_head_and_dislikes_bare_lists() {
    let server = Server::start().await;
    let head = server.http.head(server.url("/mcp")).send().await.unwrap();
    assert_eq!(head.status(), 401);
    assert!(head.headers().contains_key("www-authenticate"));
    for tool in ["wiv_list_spaces", "wiv_list_workflows", "wiv_get_cases_filters"] {
        let result = server.call(ACME, tool, json!({})).await;
        let text = result["content"][0]["text"].as_str().unwrap();
        let parsed = serde_json::from_str::<Value>(text);
        assert!(parsed.is_err() || parsed.unwrap().is_object(), "{tool}: {text}");
    }
}

#[tokio::test]
async fn mcp_remote_leaves_an_orphan_and_then_posts() {
    let server = Server::start().await;
    let orphan = server
        .http
        .get(server.url("/sse"))
        .header("x-api-key", ACME)
        .header("accept", "application/json, text/event-stream")
        .send()
        .await
        .unwrap();
    assert_eq!(orphan.status(), 200);
    let response = server.post("/sse", ACME, initialize("2025-11-25")).await;
    // The address of the test's server may hold any digits.
    let text = response.text().await.unwrap().replace(&server.url(""), "");
    for word in ["404", "405", "Not Found", "Method Not Allowed"] {
        assert!(!text.contains(word), "it would change its transport: {text}");
    }
    drop(orphan);
    let streams = async || {
        let ready = parse(server.http.get(server.url("/readyz")).send().await.unwrap()).await;
        ready["streams"].clone()
    };
    let closed = async {
        while streams().await != 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, closed).await.expect("the orphan's stream is closed");
}

#[tokio::test]
async fn sdks_probe_on_every_transport_and_connect() {
    let server = Server::start().await;
    // Over Streamable HTTP the probe succeeds.
    let headers = [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "server/discover")];
    for path in ["/mcp", "/sse"] {
        let response = server.post_with(path, ACME, PROBE, &headers).await;
        assert_eq!(response.status(), 200);
        let answer = parse(response).await;
        assert_eq!(answer["id"], "server-discover-probe-1");
        assert!(answer["result"]["supportedVersions"].is_array());
    }
    // On a stream it is refused at once, and `initialize` goes on.
    let mut stream = server.stream(ACME).await;
    assert_eq!(stream.post(PROBE).await.status(), 202);
    assert_eq!(stream.message().await["error"]["code"], -32601);
    assert_eq!(stream.post(initialize("2025-11-25")).await.status(), 202);
    assert_eq!(stream.message().await["result"]["protocolVersion"], "2025-11-25");
    // A probe without headers or metadata is no request of the new kind.
    let bare = request(1, "server/discover", json!({}));
    let response = server.post("/mcp", ACME, bare).await;
    assert_eq!(response.status(), 200);
    assert_eq!(parse(response).await["error"]["code"], -32601);
}
