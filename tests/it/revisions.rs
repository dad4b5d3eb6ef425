//! The stateless revision beside the old ones, over Streamable HTTP and stdio: good input and bad.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::*;

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const DATE: &str = "2026-07-28";

/// Parameters with what every request of the revision must say.
fn modern(mut params: Value) -> Value {
    params["_meta"] = json!({ VERSION: DATE, CAPABILITIES: {} });
    params
}

/// POSTs with exactly these headers beside the key and the types; status and body.
async fn post(
    server: &Server,
    path: &str,
    headers: &[(&str, &[u8])],
    body: impl ToString,
) -> (u16, Value) {
    let mut request = server
        .http
        .post(server.url(path))
        .header("x-api-key", ACME)
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(body.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    assert!(!response.headers().contains_key("mcp-session-id"), "there are no sessions");
    (response.status().as_u16(), parse(response).await)
}

/// A well-formed request of the revision, with the headers that belong to it.
async fn ask(server: &Server, method: &str, params: Value) -> (u16, Value) {
    let name = params["name"].as_str().or(params["uri"].as_str()).unwrap_or_default().to_owned();
    let mut headers =
        vec![("mcp-protocol-version", DATE.as_bytes()), ("mcp-method", method.as_bytes())];
    if !name.is_empty() {
        headers.push(("mcp-name", name.as_bytes()));
    }
    post(server, "/mcp", &headers, request(7, method, modern(params))).await
}

#[tokio::test]
async fn a_client_discovers_lists_and_calls_without_a_beginning() {
    let server = Server::start().await;
    let (status, discovered) = ask(&server, "server/discover", json!({})).await;
    assert_eq!((status, &discovered["id"]), (200, &json!(7)));
    let result = &discovered["result"];
    assert_eq!(result["supportedVersions"][0], DATE);
    assert_eq!(result["supportedVersions"].as_array().unwrap().len(), 5);
    let tasks = json!({ "io.modelcontextprotocol/tasks": {} });
    let features = json!({ "tools": {}, "resources": {}, "prompts": {}, "completions": {},
        "extensions": tasks });
    assert_eq!(result["capabilities"], features);
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "wiv-mcp");
    assert!(result["instructions"].is_string());

    let (_, list) = ask(&server, "tools/list", json!({})).await;
    assert_eq!(list["result"]["tools"].as_array().unwrap().len(), tool_count());
    assert_eq!(list["result"]["cacheScope"], "private");
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    let (status, answer) = ask(&server, "tools/call", call).await;
    assert_eq!((status, &answer["result"]["resultType"]), (200, &json!("complete")));
    assert_eq!(answer["result"]["structuredContent"]["data"].as_array().unwrap().len(), 5);
    let connection = json!({ "name": "wiv_get_connection" });
    let (_, answer) = ask(&server, "tools/call", connection).await;
    assert_eq!(answer["result"]["structuredContent"]["data"]["protocol_revision"], DATE);
    // Nothing that was asked before changes the list.
    assert_eq!(ask(&server, "tools/list", json!({})).await.1, list);
}

#[tokio::test]
async fn methods_there_are_not_have_a_status_of_their_own() {
    let server = Server::start().await;
    for method in ["initialize", "ping", "logging/setLevel", "resources/subscribe", "x"] {
        let (status, answer) = ask(&server, method, json!({})).await;
        assert_eq!((status, &answer["error"]["code"]), (404, &json!(-32601)), "{method}");
        assert_eq!(answer["id"], 7);
    }
    let (status, answer) = ask(&server, "tools/call", json!({ "name": "nothing" })).await;
    assert_eq!((status, &answer["error"]["code"]), (200, &json!(-32602)));
}

#[tokio::test]
async fn headers_are_held_against_the_body() {
    let server = Server::start().await;
    let date = DATE.as_bytes();
    let call = request(7, "tools/call", modern(json!({ "name": "wiv_list_spaces" })));
    let version = ("mcp-protocol-version", date);
    let method = ("mcp-method", &b"tools/call"[..]);
    let name = ("mcp-name", &b"wiv_list_spaces"[..]);
    let encoded = ("mcp-name", &b"=?base64?d2l2X2xpc3Rfc3BhY2Vz?="[..]);
    for headers in [
        &[version, method, name][..],
        &[version, method, encoded],
        &[("MCP-Protocol-Version", date), ("MCP-METHOD", b"tools/call"), name],
        &[version, method, ("mcp-name", b"  wiv_list_spaces  ")],
        &[version, method, name, ("mcp-param-anything", b"goes")],
    ] {
        let (status, answer) = post(&server, "/mcp", headers, &call).await;
        assert_eq!((status, &answer["result"]["isError"]), (200, &json!(false)), "{headers:?}");
    }
    for headers in [
        &[][..],
        &[version],
        &[method, name],
        &[version, name],
        &[version, method],
        &[("mcp-protocol-version", b"2025-11-25"), method, name],
        &[("mcp-protocol-version", b"2099-01-01"), method, name],
        &[("mcp-protocol-version", b"2026-07-28\xe9"), method, name],
        &[version, version, method, name],
        &[version, method, method, name],
        &[version, method, name, name],
        &[version, ("mcp-method", b"TOOLS/CALL"), name],
        &[version, ("mcp-method", b"tools/list"), name],
        &[version, ("mcp-method", b"tools/call\xff"), name],
        &[version, ("mcp-method", b""), name],
        &[version, method, ("mcp-name", b"wiv_list_workflows")],
        &[version, method, ("mcp-name", b"WIV_LIST_SPACES")],
        &[version, method, ("mcp-name", "wiv_list_späces".as_bytes())],
        &[version, method, ("mcp-name", b"=?base64?d2l2X2xpc3Rfc3BhY2Vz!?=")],
        &[version, method, ("mcp-name", b"=?base64?d2l2X2xpc3Rfc3BhY2V?=")],
        &[version, method, ("mcp-name", b"=?BASE64?d2l2X2xpc3Rfc3BhY2Vz?=")],
    ] {
        for path in ["/mcp", "/sse"] {
            let (status, answer) = post(&server, path, headers, &call).await;
            assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32020)), "{headers:?}");
            assert_eq!(answer["id"], 7);
        }
    }
    // The name's own absence is the method's to tell.
    let nameless = request(7, "tools/call", modern(json!({})));
    let (_, answer) = post(&server, "/mcp", &[version, method], &nameless).await;
    assert_eq!(answer["error"]["code"], -32602);
}

#[tokio::test]
async fn versions_that_nobody_knows_are_told_the_known_ones() {
    let server = Server::start().await;
    for date in ["2099-01-01", "v999.0.0", "1", ""] {
        let meta = json!({ "_meta": { VERSION: date, CAPABILITIES: {} } });
        let headers = [("mcp-protocol-version", date.as_bytes()), ("mcp-method", b"tools/list")];
        let (status, answer) =
            post(&server, "/mcp", &headers, request(7, "tools/list", meta)).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32022)), "{date}");
        assert_eq!(answer["error"]["data"]["requested"], date);
        assert_eq!(answer["error"]["data"]["supported"][0], DATE);
    }
}

#[tokio::test]
async fn metadata_of_the_wrong_kind_is_refused() {
    let server = Server::start().await;
    let headers =
        [("mcp-protocol-version", DATE.as_bytes()), ("mcp-method", &b"server/discover"[..])];
    for meta in [
        Value::Null,
        json!(7),
        json!("x"),
        json!([]),
        json!({}),
        json!({ CAPABILITIES: {} }),
        json!({ VERSION: 7, CAPABILITIES: {} }),
        json!({ VERSION: DATE }),
        json!({ VERSION: DATE, CAPABILITIES: null }),
        json!({ VERSION: DATE, CAPABILITIES: [] }),
        json!({ VERSION: DATE, CAPABILITIES: {}, "io.modelcontextprotocol/clientInfo": "x" }),
    ] {
        let body = request(7, "server/discover", json!({ "_meta": meta }));
        let (status, answer) = post(&server, "/mcp", &headers, body).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32602)), "{meta}");
    }
    let bare = json!({ "jsonrpc": "2.0", "id": 7, "method": "server/discover" });
    assert_eq!(post(&server, "/mcp", &headers, bare).await.0, 400);
    let list = json!({ "jsonrpc": "2.0", "id": 7, "method": "server/discover", "params": [] });
    assert_eq!(post(&server, "/mcp", &headers, list).await.0, 400);
}

#[tokio::test]
async fn ids_come_back_as_they_were() {
    let server = Server::start().await;
    let headers = [("mcp-protocol-version", DATE.as_bytes()), ("mcp-method", &b"tools/list"[..])];
    let long = format!("\"{}\"", "i".repeat(254));
    for id in ["0", "-1", "1.5", "1152921504606846976", "\"\"", "\"ä\"", long.as_str()] {
        let params = modern(json!({}));
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list","params":{params}}}"#);
        let (status, answer) = post(&server, "/mcp", &headers, body).await;
        assert_eq!((status, answer["id"].to_string()), (200, id.to_owned()));
    }
    for id in ["null", "[]", "{}", "true"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list"}}"#);
        let (status, answer) = post(&server, "/mcp", &headers, body).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32600)), "{id}");
    }
}

#[tokio::test]
async fn a_state_that_was_not_sealed_here_is_refused() {
    let server = Server::start().await;
    for state in [json!(""), json!("v4.local.AAAA.k"), json!(7), json!({}), Value::Null] {
        let call = json!({ "name": "wiv_list_spaces", "requestState": state });
        let (status, answer) = ask(&server, "tools/call", call).await;
        assert_eq!((status, &answer["error"]["code"]), (200, &json!(-32602)), "{state}");
    }
    let call = json!({ "name": "wiv_list_spaces", "inputResponses": [] });
    assert_eq!(ask(&server, "tools/call", call).await.1["error"]["code"], -32602);
}

#[tokio::test]
async fn old_clients_are_served_beside_new_ones() {
    let server = Server::start().await;
    // A client that fell back may still name the new revision in its header.
    let headers = [("mcp-protocol-version", DATE)];
    let response = server.post_with("/mcp", ACME, initialize(DATE), &headers).await;
    assert!(response.headers().contains_key("mcp-session-id"));
    assert_eq!(parse(response).await["result"]["protocolVersion"], "2025-11-25");
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let response = server.post_with("/mcp", ACME, notification, &headers).await;
    assert_eq!(response.status(), 202);
    // A session of the old kind and requests of the new kind don't disturb each other.
    let again = parse(server.post("/mcp", ACME, initialize("2025-06-18")).await).await;
    assert_eq!(again["result"]["protocolVersion"], "2025-06-18");
    assert_eq!(ask(&server, "tools/list", json!({})).await.0, 200);
    let batch = json!([request(1, "tools/list", modern(json!({})))]);
    let response = server.post_with("/mcp", ACME, batch, &headers).await;
    assert_eq!(response.status(), 400);
    for (header, body) in [("2025-11-25", DATE), (DATE, "2025-11-25")] {
        let meta = json!({ "_meta": { VERSION: body, CAPABILITIES: {} } });
        let headers = [("mcp-protocol-version", header.as_bytes())];
        let (status, answer) =
            post(&server, "/mcp", &headers, request(7, "tools/list", meta)).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32020)));
    }
}

#[tokio::test]
async fn a_refused_key_is_told_to_who_discovers() {
    let server = Server::start().await;
    let headers = [("mcp-protocol-version", DATE), ("mcp-method", "server/discover")];
    let discover = request(1, "server/discover", modern(json!({})));
    let response = server.post_with("/mcp", "wiv-unknown", discover, &headers).await;
    assert_eq!(response.status(), 401);
    assert_eq!(parse(response).await["error"], "unauthorized");
}

#[tokio::test]
async fn the_trace_of_a_client_goes_on_upstream() {
    let server = Server::start().await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let mut params = modern(json!({ "name": "wiv_list_spaces" }));
    params["_meta"]["traceparent"] = json!(format!("00-{trace}-00f067aa0ba902b7-00"));
    let headers = [
        ("mcp-protocol-version", DATE.as_bytes()),
        ("mcp-method", b"tools/call"),
        ("mcp-name", b"wiv_list_spaces"),
    ];
    post(&server, "/mcp", &headers, request(7, "tools/call", params)).await;
    let calls = server.upstream_calls().await;
    let sent = &calls.last().unwrap()["headers"];
    let traceparent = sent["traceparent"].as_str().unwrap();
    assert!(traceparent.starts_with(&format!("00-{trace}-")) && traceparent.ends_with("-00"));
    assert_ne!(sent["x-request-id"], trace, "a client can't choose the names in our log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_speaks_nothing_but_the_protocol() {
    let server = Server::start().await;
    let mut pipe = Pipe::open(&server);
    let call = json!({ "name": "wiv_get_connection" });
    for (line, expected) in [
        (initialize("2025-06-18"), "2025-06-18"),
        (request(2, "tools/call", call.clone()), "2025-06-18"),
        (request(3, "tools/call", modern(call)), DATE),
        (request(4, "server/discover", modern(json!({}))), DATE),
        (request(5, "tools/call", json!({ "name": "wiv_list_spaces" })), "space"),
    ] {
        pipe.send(&line).await;
        let answer = pipe.next().await;
        assert_eq!(answer["id"], line["id"]);
        assert!(answer["result"].to_string().contains(expected), "{answer}");
    }
    assert_eq!(pipe.end().await, Some(0));
}

#[test]
fn a_pipe_needs_a_key() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
        .arg("stdio")
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}
