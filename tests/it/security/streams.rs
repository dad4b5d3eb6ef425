//! Queues are bounded by bytes, and nothing that was accepted is lost.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::harness::*;

/// A stream that nobody reads, and where to post to it.
async fn deaf(server: &Server, key: &str) -> (TcpStream, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut socket = socket.connect(server.address()).await.unwrap();
    let get =
        format!("GET /sse HTTP/1.1\r\nHost: {}\r\nX-API-Key: {key}\r\n\r\n", server.address());
    socket.write_all(get.as_bytes()).await.unwrap();
    let mut read = String::new();
    let mut buffer = [0; 4096];
    while !read.contains("session_id=") || !read.ends_with("\n\n\r\n") {
        let size = timeout(PATIENCE, socket.read(&mut buffer)).await.unwrap().unwrap();
        read.push_str(std::str::from_utf8(&buffer[..size]).unwrap());
    }
    let path = read.lines().find_map(|line| line.strip_prefix("data: ")).unwrap().to_owned();
    (socket, path)
}

/// Everything that comes until the stream ends.
async fn rest(mut socket: TcpStream) -> String {
    let mut read = Vec::new();
    let _closed = timeout(PATIENCE, socket.read_to_end(&mut read)).await.expect("still open");
    String::from_utf8_lossy(&read).into_owned()
}

#[tokio::test]
async fn three_hundred_messages_at_once_are_all_answered() {
    for method in ["ping", "tools/list"] {
        let server = Server::start().await;
        let mut stream = server.stream(ACME).await;
        let posts = (0..300).map(|id| {
            let stream = &stream;
            async move { stream.post(request(id, method, json!({}))).await.status().as_u16() }
        });
        let statuses = join_all(posts).await;
        assert!(statuses.iter().all(|status| *status == 202), "{method}: {statuses:?}");
        let mut answered = BTreeSet::new();
        while answered.len() < 300 {
            let answer = stream.message().await;
            assert!(answer["result"].is_object(), "{answer}");
            assert!(answered.insert(answer["id"].as_u64().unwrap()), "one answer an id");
        }
    }
}

#[tokio::test]
async fn readers_that_read_nothing_are_told_and_let_go_when_memory_is_full() {
    // A quarter of it is for answers on their way; each of these streams fills a megabyte.
    let variables = [
        ("WIV_MCP_MEMORY", "40MiB"),
        ("WIV_MCP_REQUEST_LIMIT", "64KiB"),
        ("WIV_MCP_UPSTREAM_BODY_LIMIT", "1MiB"),
    ];
    let server = Server::start_with(&variables).await;
    let mut streams = Vec::new();
    for _ in 0..12 {
        streams.push(deaf(&server, ACME).await);
    }
    for (_, path) in &streams {
        // The sockets' own buffers take the first megabytes.
        for id in 0..120_u64 {
            let status =
                server.post(path, ACME, request(id, "tools/list", json!({}))).await.status();
            assert!([202, 404].contains(&status.as_u16()), "{status}");
        }
    }
    // Somebody who reads is served all the while.
    let mut reader = server.stream(GLOBEX).await;
    for id in 0..20 {
        let list = reader.ask(id, "tools/list", json!({})).await;
        assert!(list["result"]["tools"].is_array());
    }
    let mut ended = 0;
    for (socket, path) in streams {
        if server.post(&path, ACME, request(99, "ping", json!({}))).await.status() == 404 {
            let rest = rest(socket).await;
            ended += 1;
            // What was accepted was answered, as far as it was read.
            assert!(rest.is_empty() || rest.contains("\"id\":"), "{rest:.200}");
        }
    }
    assert!((3..12).contains(&ended), "{ended} of 12 streams ended");
}

#[tokio::test]
async fn a_streams_hard_end_answers_what_is_in_flight() {
    let variables = [("WIV_MCP_MAX_STREAM_AGE", "7s"), ("WIV_MCP_UPSTREAM_TIMEOUT", "2s")];
    let server = Server::start_with(&variables).await;
    let mut stream = server.stream(ACME).await;
    let slow = json!({ "match": {}, "fault": "slow", "times": 0, "delay_ms": 1900 });
    server.fault(slow).await;
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    let mut asked = BTreeSet::new();
    let mut answered = BTreeSet::new();
    let mut id = 0;
    // Calls one after the other, so that one is always in flight.
    loop {
        let status = stream.post(request(id, "tools/call", call.clone())).await.status();
        if status == 404 {
            break;
        }
        assert_eq!(status, 202);
        asked.insert(id);
        id += 1;
        match timeout(Duration::from_millis(900), stream.next()).await {
            Ok(Some(event)) if event.name == "message" => {
                let answer: Value = serde_json::from_str(&event.data).unwrap();
                answered.insert(answer["id"].as_u64().unwrap());
            }
            Ok(None) => break,
            _ => {}
        }
    }
    while let Some(event) = stream.next().await {
        if event.name == "message" {
            let answer: Value = serde_json::from_str(&event.data).unwrap();
            answered.insert(answer["id"].as_u64().unwrap());
        }
    }
    assert_eq!(asked, answered);
}

#[tokio::test]
async fn an_id_is_at_most_256_bytes() {
    let server = Server::start().await;
    let stream = server.stream(ACME).await;
    for (length, status) in [(254, 200), (255, 400)] {
        let id = "i".repeat(length);
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
        assert_eq!(server.post("/mcp", ACME, &body).await.status().as_u16(), status);
        let on_stream = stream.post(&body).await.status().as_u16();
        assert_eq!(on_stream, if status == 200 { 202 } else { 400 });
    }
}
