//! HTTP+SSE: streams, sessions, cancelling, slow readers, the end of a stream's life.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::harness::*;

#[tokio::test]
async fn a_client_connects_lists_and_calls() {
    let server = Server::start().await;
    let mut stream = server.stream(ACME).await;
    let headers = stream.headers();
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!(headers["cache-control"], "no-cache, no-transform");
    assert_eq!(headers["x-accel-buffering"], "no");
    let path = stream.endpoint.strip_prefix(&server.url("")).unwrap().to_owned();
    assert!(path.starts_with("/messages?session_id="));
    assert_eq!(stream.post(initialize("2024-11-05")).await.status(), 202);
    assert_eq!(stream.message().await["result"]["protocolVersion"], "2024-11-05");
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(stream.post(initialized).await.status(), 202);
    let list = stream.ask(2, "tools/list", json!({})).await;
    assert_eq!(list["result"]["tools"].as_array().unwrap().len(), tool_count());
    assert!(list["result"]["tools"][0].get("outputSchema").is_none(), "not in 2024-11-05");
    // The same under the path that some clients join.
    let joined = format!("/sse{path}");
    assert_eq!(server.post(&joined, ACME, request(3, "ping", json!({}))).await.status(), 202);
    assert_eq!(stream.message().await["id"], 3);
}

#[tokio::test]
async fn a_client_that_comes_back_needs_no_initialize() {
    let server = Server::start().await;
    drop(server.stream(ACME).await);
    let headers = [("mcp-protocol-version", "2025-11-25")];
    let mut stream = Stream::open(&server, ACME, &headers).await;
    let rows = stream.data(9, "wiv_list_spaces", json!({})).await;
    assert_eq!(rows["data"].as_array().unwrap().len(), 5);
    // Its key, found good a moment ago, is not tried again at the upstream.
    let calls = server.upstream_calls().await;
    let checks = calls.iter().filter(|call| call["path"] == "/v2/cases/search").count();
    assert_eq!(checks, 1, "{calls:?}");
}

#[tokio::test]
async fn probes_and_unknown_methods_are_answered_on_the_stream() {
    let server = Server::start().await;
    let mut stream = server.stream(ACME).await;
    let meta = json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } });
    for (id, method, params) in
        [(1, "server/discover", meta), (2, "resources/subscribe", json!({})), (3, "x", json!({}))]
    {
        assert_eq!(stream.ask(id, method, params).await["error"]["code"], -32601, "{method}");
    }
}

#[tokio::test]
async fn a_batch_of_the_revision_that_has_them_is_answered_one_by_one() {
    let server = Server::start().await;
    let mut stream = server.stream(ACME).await;
    stream.post(initialize("2025-03-26")).await;
    stream.message().await;
    let batch = json!([request(2, "ping", json!({})), 7, request(3, "ping", json!({}))]);
    assert_eq!(stream.post(batch).await.status(), 202);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(stream.message().await["id"].to_string());
    }
    ids.sort_unstable();
    assert_eq!(ids, ["2", "3", "null"]);
}

#[tokio::test]
async fn a_cancelled_read_is_not_answered() {
    let server = Server::start().await;
    let mut stream = server.stream(ACME).await;
    // The id is spelled differently in the two messages, and means the same.
    for (id, cancelled) in [("1", "1"), (r#""\u00e9""#, r#""é""#)] {
        let slow = |path: &str, delay_ms: u64| json!({ "match": { "path": path }, "fault": "slow", "times": 1, "delay_ms": delay_ms });
        server.fault(slow("/spaces", 400)).await;
        server.fault(slow("/workflows/folders", 1200)).await;
        let call = |id: &str, tool: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}"}}}}"#
            )
        };
        stream.post(call(id, "wiv_list_spaces")).await;
        stream.post(call("99", "wiv_list_folders")).await;
        let cancel = format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{cancelled}}}}}"#
        );
        assert_eq!(stream.post(cancel).await.status(), 202);
        // The slower call's answer comes, the cancelled one's does not come before it.
        assert_eq!(stream.message().await["id"], 99);
    }
}

#[tokio::test]
async fn a_write_is_finished_although_its_client_left() {
    let server = Server::start().await;
    let workflows = server.data(ACME, "wiv_list_workflows", json!({})).await;
    let id = workflows["data"][0]["workflow_id"].clone();
    let before =
        server.data(ACME, "wiv_list_workflow_executions", json!({ "workflow_id": id })).await;
    let slow = json!({ "match": { "path": format!("/workflows/{}/run", id.as_str().unwrap()) },
        "fault": "slow", "times": 1, "delay_ms": 500 });
    server.fault(slow).await;
    let stream = server.stream(ACME).await;
    let call = json!({ "name": "wiv_start_execution", "arguments": { "workflow_id": id } });
    stream.post(request(1, "tools/call", call)).await;
    drop(stream);
    let newest = |page: &serde_json::Value| page["data"][0]["execution_id"].clone();
    let begun = Instant::now();
    loop {
        let now =
            server.data(ACME, "wiv_list_workflow_executions", json!({ "workflow_id": id })).await;
        if newest(&now) != newest(&before) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "the write was lost");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_repeated_request_in_flight_runs_once() {
    let server = Server::start().await;
    let mut stream = server.stream(ACME).await;
    let slow =
        json!({ "match": { "path": "/spaces" }, "fault": "slow", "times": 1, "delay_ms": 400 });
    server.fault(slow).await;
    let call = request(1, "tools/call", json!({ "name": "wiv_list_spaces", "arguments": {} }));
    assert_eq!(stream.post(&call).await.status(), 202);
    assert_eq!(stream.post(&call).await.status(), 202);
    assert_eq!(stream.message().await["id"], 1);
    assert_eq!(stream.ask(2, "ping", json!({})).await["id"], 2);
    let lists = server.upstream_calls().await;
    assert_eq!(lists.iter().filter(|call| call["path"] == "/spaces").count(), 1);
}

#[tokio::test]
async fn streams_are_bounded_for_a_key() {
    let server = Server::start_with(&[("WIV_MCP_STREAMS_PER_KEY", "2")]).await;
    let _first = server.stream(ACME).await;
    let second = server.stream(ACME).await;
    let open = async |key: &str| {
        let get = server.http.get(server.url("/sse")).header("x-api-key", key);
        get.send().await.unwrap()
    };
    let refused = open(ACME).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(open(GLOBEX).await.status(), 200);
    drop(second);
    let begun = Instant::now();
    while open(ACME).await.status() != 200 {
        assert!(begun.elapsed() < PATIENCE, "the place was not given back");
    }
}

#[tokio::test]
async fn a_stream_ends_itself_in_time_and_says_when_to_come_back() {
    let variables = [("WIV_MCP_MAX_STREAM_AGE", "6s"), ("WIV_MCP_UPSTREAM_TIMEOUT", "1s")];
    let server = Server::start_with(&variables).await;
    let mut stream = server.stream(ACME).await;
    let begun = Instant::now();
    let last = stream.next().await.unwrap();
    assert!((200..1200).contains(&last.retry.unwrap()), "{last:?}");
    assert_eq!(stream.next().await, None);
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_stream_whose_last_call_is_cancelled_ends_when_it_is_due() {
    let variables = [
        ("WIV_MCP_MAX_STREAM_AGE", "20s"),
        ("WIV_MCP_UPSTREAM_TIMEOUT", "15s"),
        ("WIV_MCP_KEEP_ALIVE", "60s"),
    ];
    let server = Server::start_with(&variables).await;
    let mut stream = server.stream(ACME).await;
    let begun = Instant::now();
    let slow =
        json!({ "match": { "path": "/spaces" }, "fault": "slow", "times": 1, "delay_ms": 14_000 });
    server.fault(slow).await;
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    assert_eq!(stream.post(request(1, "tools/call", call)).await.status(), 202);
    // Past the five seconds after which the stream ends as soon as it can.
    while begun.elapsed() < Duration::from_millis(5500) {
        stream.ask(2, "ping", json!({})).await;
    }
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled",
        "params": { "requestId": 1 } });
    stream.post(cancel).await;
    assert!(stream.next().await.unwrap().retry.is_some());
    assert_eq!(stream.next().await, None);
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_quiet_stream_is_kept_alive_by_comments() {
    let server = Server::start_with(&[("WIV_MCP_KEEP_ALIVE", "100ms")]).await;
    let mut socket = TcpStream::connect(server.address()).await.unwrap();
    let get =
        format!("GET /sse HTTP/1.1\r\nHost: {}\r\nX-API-Key: {ACME}\r\n\r\n", server.address());
    socket.write_all(get.as_bytes()).await.unwrap();
    let mut read = String::new();
    let mut buffer = [0; 1024];
    while read.matches(": keep-alive\n\n").count() < 3 {
        let size = timeout(PATIENCE, socket.read(&mut buffer)).await.unwrap().unwrap();
        assert_ne!(size, 0);
        read.push_str(std::str::from_utf8(&buffer[..size]).unwrap());
    }
}

#[tokio::test]
async fn a_stream_that_is_never_read_is_closed_and_others_notice_nothing() {
    let server = Server::start().await;
    let mut socket = TcpStream::connect(server.address()).await.unwrap();
    let get =
        format!("GET /sse HTTP/1.1\r\nHost: {}\r\nX-API-Key: {ACME}\r\n\r\n", server.address());
    socket.write_all(get.as_bytes()).await.unwrap();
    let mut head = vec![0; 4096];
    let mut read = String::new();
    while !read.contains("session_id=") || !read.ends_with("\n\n\r\n") {
        let size = socket.read(&mut head).await.unwrap();
        read.push_str(std::str::from_utf8(&head[..size]).unwrap());
    }
    let path = read.lines().find_map(|line| line.strip_prefix("data: ")).unwrap().to_owned();
    // tools/list is large; nobody reads, so the queue fills up and the session ends.
    let list = request(1, "tools/list", json!({}));
    let mut ended = false;
    for id in 0..5000_u64 {
        let mut list = list.clone();
        list["id"] = json!(id);
        if server.post(&path, ACME, list).await.status() == 404 {
            ended = true;
            break;
        }
    }
    assert!(ended, "the session of a reader that never reads goes on");
    assert_eq!(server.ask(GLOBEX, "ping", json!({})).await["result"], json!({}));
    // The connection itself is cut, whatever its peer does.
    let mut buffer = vec![0; 1 << 20];
    let cut = timeout(PATIENCE, async {
        while socket.read(&mut buffer).await.is_ok_and(|size| size > 0) {}
    });
    cut.await.expect("the connection is still open");
}

#[tokio::test]
async fn a_hint_of_streamable_http_is_no_session() {
    let server = Server::start().await;
    let response = server.post("/mcp", ACME, initialize("2025-11-25")).await;
    let hint = response.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let path = format!("/messages?session_id={hint}");
    let ping = request(1, "ping", json!({}));
    assert_eq!(server.post(&path, ACME, ping).await.status(), 404);
}

#[tokio::test]
async fn the_stateless_revision_is_not_served_on_a_stream() {
    let server = Server::start().await;
    let mut stream = server.stream(ACME).await;
    for date in ["2026-07-28", "2099-01-01"] {
        let meta = json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": date } });
        let call = json!({ "name": "wiv_list_spaces", "_meta": meta["_meta"] });
        for (id, method, params) in [(1, "tools/list", meta), (2, "tools/call", call)] {
            let answer = stream.ask(id, method, params).await;
            assert_eq!(answer["error"]["code"], -32601, "{answer}");
        }
    }
    // A client that falls back there may still name the revision in its header.
    let named = server
        .http
        .post(&stream.endpoint)
        .header("x-api-key", ACME)
        .header("content-type", "application/json")
        .header("mcp-protocol-version", "2026-07-28");
    let hello = initialize("2025-11-25").to_string();
    let response = named.try_clone().unwrap().body(hello).send().await.unwrap();
    assert_eq!(response.status(), 202);
    assert_eq!(stream.message().await["result"]["protocolVersion"], "2025-11-25");
    let list = request(3, "tools/list", json!({})).to_string();
    assert_eq!(named.body(list).send().await.unwrap().status(), 202);
    assert_eq!(stream.message().await["error"]["code"], -32601);
}

#[tokio::test]
async fn streams_hear_of_the_drain_and_end_with_nothing_in_flight() {
    let server = Server::start_with(&[("WIV_MCP_DRAIN", "30s")]).await;
    let mut idle = server.stream(ACME).await;
    let mut busy = server.stream(GLOBEX).await;
    let slow =
        json!({ "match": { "path": "/spaces" }, "fault": "slow", "times": 1, "delay_ms": 700 });
    server.fault(slow).await;
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    assert_eq!(busy.post(request(1, "tools/call", call)).await.status(), 202);
    let begun = Instant::now();
    let stopping = tokio::spawn(server.app.stop());
    let told = idle.next().await.unwrap();
    assert!(told.retry.is_some(), "a client is told when to come back: {told:?}");
    assert_eq!(idle.next().await, None);
    assert_eq!(busy.message().await["id"], 1, "what is in flight is answered first");
    assert!(busy.next().await.unwrap().retry.is_some());
    assert_eq!(busy.next().await, None);
    stopping.await.unwrap();
    assert!(begun.elapsed() < PATIENCE, "nothing is left to wait for");
}

#[tokio::test]
async fn a_call_that_outlives_the_drain_is_answered_in_a_few_words() {
    let server = Server::start_with(&[("WIV_MCP_DRAIN", "2s")]).await;
    let mut stream = server.stream(ACME).await;
    let slow =
        json!({ "match": { "path": "/spaces" }, "fault": "slow", "times": 1, "delay_ms": 15_000 });
    server.fault(slow).await;
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    assert_eq!(stream.post(request(7, "tools/call", call)).await.status(), 202);
    let stopping = tokio::spawn(server.app.stop());
    let answer = stream.message().await;
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(7), &json!(-32603)));
    assert!(stream.next().await.unwrap().retry.is_some());
    assert_eq!(stream.next().await, None);
    stopping.await.unwrap();
}

#[tokio::test]
async fn a_stream_takes_messages_of_its_own_key_only() {
    let server = Server::start().await;
    let mut stream = server.stream(ACME).await;
    // Another key is not the stream's caller, whatever it is good for.
    let refused = stream.post_as(GLOBEX, request(1, "ping", json!({}))).await;
    assert_eq!(refused.status(), 404);
    let page = stream.data(2, "wiv_list_spaces", json!({})).await;
    assert!(page["data"].as_array().is_some_and(|rows| !rows.is_empty()));
}
