//! Views of the tools: what an address lets through, on every transport.

mod grants;

use reqwest::Method;
use serde_json::{Value, json};
use wiv_mcp::catalog::{Tool, Toolset};

use crate::harness::*;

/// Addresses below an endpoint, and which tools each has.
const VIEWS: [(&str, &[Toolset], bool); 5] = [
    ("/readonly", &Toolset::ALL, true),
    ("/x/cases", &[Toolset::Cases], false),
    ("/x/executions,workflows", &[Toolset::Workflows, Toolset::Executions], false),
    (
        "/x/workflows,executions,workflows/readonly/",
        &[Toolset::Workflows, Toolset::Executions],
        true,
    ),
    ("/x/connection", &[], false),
];

fn names(list: &Value) -> Vec<&str> {
    let tools = list["result"]["tools"].as_array().unwrap_or_else(|| panic!("{list}"));
    tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

fn expected(toolsets: &[Toolset], reads_only: bool) -> usize {
    tools_that(|tool: &Tool| is_of(tool, toolsets) && (tool.hints.read_only || !reads_only))
}

fn call(tool: &str, arguments: Value) -> Value {
    request(7, "tools/call", json!({ "name": tool, "arguments": arguments }))
}

#[tokio::test]
async fn an_address_lists_its_toolsets_and_the_connection_in_every_revision() {
    let server = Server::start().await;
    for endpoint in ["/mcp", "/sse"] {
        for (view, toolsets, reads_only) in VIEWS {
            let path = format!("{endpoint}{view}");
            for revision in ["2025-03-26", "2025-06-18", "2025-11-25"] {
                let begun = server.post(&path, ACME, initialize(revision)).await;
                assert_eq!(begun.status(), 200, "{path}");
                let headers = [("mcp-protocol-version", revision)];
                let list = request(2, "tools/list", json!({}));
                let list = parse(server.post_with(&path, ACME, list, &headers).await).await;
                let names = names(&list);
                assert_eq!(names.len(), expected(toolsets, reads_only), "{path} {names:?}");
                assert!(names.contains(&"wiv_get_connection"));
            }
        }
    }
}

#[tokio::test]
async fn a_newer_revision_lists_a_view_too() {
    let server = Server::start().await;
    let meta = json!({ "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    } });
    let headers = [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tools/list")];
    let list = request(1, "tools/list", meta);
    let list = parse(server.post_with("/mcp/x/cases", ACME, list, &headers).await).await;
    assert_eq!(names(&list).len(), expected(&[Toolset::Cases], false), "{list}");
}

#[tokio::test]
async fn a_tool_outside_the_view_is_not_there_and_nothing_goes_upstream() {
    let server = Server::start().await;
    for (path, tool, words) in [
        ("/mcp/readonly", "wiv_start_execution", "`/readonly`"),
        ("/sse/readonly", "wiv_generate_workflow", "`/readonly`"),
        ("/mcp/x/cases", "wiv_list_workflows", "`/x/cases`"),
        ("/mcp/x/cases,workflows/readonly", "wiv_update_workflow", "`/x/cases,workflows/readonly`"),
    ] {
        let arguments = json!({ "workflow_id": "w" });
        let answer = parse(server.post(path, ACME, call(tool, arguments)).await).await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(words) && message.contains(tool), "{message}");
        assert!(!message.contains("WIV_MCP"), "it is not the operator's: {message}");
    }
    assert!(server.upstream_calls().await.is_empty());
}

#[tokio::test]
async fn settings_stand_over_addresses() {
    let variables = [("WIV_MCP_READ_ONLY", "true"), ("WIV_MCP_TOOLSETS", "cases,spaces")];
    let server = Server::start_with(&variables).await;
    let list = request(1, "tools/list", json!({}));
    for (path, toolsets) in [
        ("/mcp", &[Toolset::Cases, Toolset::Spaces][..]),
        ("/mcp/x/cases,workflows,ai", &[Toolset::Cases]),
        ("/mcp/x/executions", &[]),
    ] {
        let list = parse(server.post(path, ACME, list.clone()).await).await;
        assert_eq!(names(&list).len(), expected(toolsets, true), "{path}");
    }
    let start = call("wiv_start_execution", json!({ "workflow_id": "w" }));
    let answer = parse(server.post("/mcp/x/executions", ACME, start).await).await;
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("WIV_MCP_READ_ONLY"), "{message}");
}

#[tokio::test]
async fn nothing_in_a_request_widens_a_view() {
    let server = Server::start().await;
    for path in ["/mcp/readonly?view=all&toolsets=all", "/mcp/readonly?readonly=false"] {
        let headers = [("x-mcp-readonly", "false"), ("x-mcp-toolsets", "all")];
        let params = json!({ "toolsets": ["executions"], "_meta": { "view": "all" } });
        let list = request(1, "tools/list", params);
        let list = parse(server.post_with(path, ACME, list, &headers).await).await;
        assert_eq!(names(&list).len(), reading_tool_count());
    }
    // What an earlier answer of a wider address sealed is a hint and no authority.
    let begun = server.post("/mcp", ACME, initialize("2025-11-25")).await;
    let session = begun.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let headers = [("mcp-session-id", session.as_str())];
    let list = request(1, "tools/list", json!({}));
    let list = parse(server.post_with("/mcp/readonly", ACME, list, &headers).await).await;
    assert_eq!(names(&list).len(), reading_tool_count());
}

#[tokio::test]
async fn a_stream_has_the_view_of_its_address_for_all_its_messages() {
    let server = Server::start().await;
    for (path, toolsets, reads_only) in
        [("/sse/readonly", &Toolset::ALL[..], true), ("/sse/x/cases/", &[Toolset::Cases], false)]
    {
        let get = server.http.get(server.url(path)).header("x-api-key", ACME);
        let stream = Stream::from(get.header("accept", "text/event-stream"), &server).await;
        let mut stream = stream.with_key(ACME);
        assert!(stream.endpoint.contains("/messages?session_id="), "{}", stream.endpoint);
        let list = stream.ask(1, "tools/list", json!({})).await;
        assert_eq!(names(&list).len(), expected(toolsets, reads_only), "{path}");
        // The other address of messages is no view, and widens nothing either.
        stream.endpoint = stream.endpoint.replace("/messages", "/sse/messages");
        let arguments =
            json!({ "name": "wiv_start_execution", "arguments": { "workflow_id": "w" } });
        let answer = stream.ask(2, "tools/call", arguments).await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
    let writes = server.upstream_calls().await;
    assert!(writes.iter().all(|call| !call["path"].as_str().unwrap().contains("/run")));
}

#[tokio::test]
async fn the_connection_tells_its_view() {
    let server = Server::start().await;
    let ask = async |path: &str| {
        let answer =
            parse(server.post(path, ACME, call("wiv_get_connection", json!({}))).await).await;
        let result = &answer["result"];
        let text = result["content"][0]["text"].as_str().unwrap().to_owned();
        (text, result["structuredContent"]["data"]["view"].clone())
    };
    let (text, view) = ask("/mcp/x/msp,cases/readonly").await;
    let expected = json!({ "toolsets": ["cases", "msp", "connection"], "read_only": true });
    assert_eq!(view, expected);
    assert!(text.contains("toolsets: cases, msp, connection; reading only"), "{text}");
    let (text, view) = ask("/mcp").await;
    assert_eq!(
        (view["toolsets"].as_array().unwrap().len(), &view["read_only"]),
        (8, &json!(false))
    );
    assert!(text.contains("toolsets: all; reading and changing"), "{text}");
}

#[tokio::test]
async fn instructions_of_a_view_speak_of_no_tool_that_it_lacks() {
    let server = Server::start().await;
    for (view, ..) in VIEWS {
        let path = format!("/mcp{view}");
        let begun = parse(server.post(&path, ACME, initialize("2025-11-25")).await).await;
        let instructions = begun["result"]["instructions"].as_str().unwrap();
        let list = parse(server.post(&path, ACME, request(2, "tools/list", json!({}))).await).await;
        let names = names(&list);
        let words = instructions.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
        for word in words.filter(|word| word.starts_with("wiv_")) {
            assert!(names.contains(&word), "{path}: {word} in {instructions}");
        }
        let tools = list["result"]["tools"].as_array().unwrap();
        let writes = tools.iter().any(|tool| tool["annotations"]["readOnlyHint"] == false);
        assert_eq!(instructions.contains("change real things"), writes, "{path}");
    }
}

#[tokio::test]
async fn a_misspelled_view_is_nothing_before_any_credential() {
    let server = Server::start_with_sign_in(&[]).await;
    for path in [
        "/mcp/x",
        "/mcp/x/",
        "/mcp/x/cookies",
        "/mcp/x/cases,",
        "/mcp/x/Cases",
        "/mcp/x/cases%2Cmsp",
        "/mcp/readonly/readonly",
        "/mcp/readonly/x/cases",
        "/mcp/mcp",
        "/sse/x/cases,nope",
        "/sse/readonly/messages",
        "/mcp/messages",
        "/mcp//readonly",
    ] {
        for method in [Method::GET, Method::POST, Method::HEAD, Method::DELETE, Method::OPTIONS] {
            let is_head = method == Method::HEAD;
            let response = server.http.request(method, server.url(path)).send().await.unwrap();
            assert_eq!(response.status(), 404, "{path}");
            assert!(!response.headers().contains_key("www-authenticate"), "{path}");
            if !is_head {
                assert_eq!(parse(response).await["error"], "not_found", "{path}");
            }
        }
    }
}

#[tokio::test]
async fn other_methods_hosts_and_pages_are_as_on_the_endpoint() {
    let server = Server::start().await;
    let ask = async |method: Method, path: &str, headers: &[(&str, &str)]| {
        let mut request = server.http.request(method, server.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    };
    let (key, page) = (("x-api-key", ACME), ("accept", "text/html"));
    for (endpoint, view) in [("/mcp", "/mcp/readonly"), ("/sse", "/sse/x/cases/readonly")] {
        for slash in ["", "/"] {
            for (method, headers) in [
                (Method::DELETE, &[key][..]),
                (Method::HEAD, &[]),
                (Method::HEAD, &[key]),
                (Method::OPTIONS, &[]),
                (Method::POST, &[]),
                (Method::POST, &[key]),
                (Method::GET, &[("mcp-session-id", "x")]),
                (Method::GET, &[page]),
                (Method::POST, &[("host", "evil.example")]),
                (Method::POST, &[("origin", "https://evil.example")]),
            ] {
                let whole = ask(method.clone(), endpoint, headers).await;
                let of_view = ask(method.clone(), &format!("{view}{slash}"), headers).await;
                assert_eq!(of_view.status(), whole.status(), "{method} {view} {headers:?}");
                for name in ["allow", "access-control-allow-methods", "content-type"] {
                    let (found, wanted) = (of_view.headers().get(name), whole.headers().get(name));
                    assert_eq!(found, wanted, "{method} {view} {headers:?}");
                }
            }
        }
    }
}
