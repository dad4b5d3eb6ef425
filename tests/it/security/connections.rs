//! Connections are bounded, silent ones make room, and the service recovers by itself.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::harness::*;

async fn connect(server: &Server, bytes: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(server.address()).await.unwrap();
    socket.write_all(bytes).await.unwrap();
    socket
}

/// How long until the server closes a connection, whatever it says before.
async fn closed(socket: &mut TcpStream, patience: Duration) -> Option<Duration> {
    let begun = Instant::now();
    let mut read = Vec::new();
    timeout(patience, socket.read_to_end(&mut read)).await.ok().map(|_| begun.elapsed())
}

fn half_a_body(server: &Server, path: &str, content_type: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nX-API-Key: {ACME}\r\nContent-Type: {content_type}\r\n\
         Content-Length: 500\r\n\r\n{{",
        server.address()
    )
    .into_bytes()
}

async fn check_health(server: &Server) {
    // Each on a connection of its own, as a platform's checks come.
    let fresh = client_builder().pool_max_idle_per_host(0).build().unwrap();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(fresh.get(server.url(path)).send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn strangers_connections_make_room_for_health_and_for_customers() {
    let variables = [("WIV_MCP_CONNECTIONS", "40")];
    let server = Server::start_with_sign_in(&variables).await;
    server.data(ACME, "wiv_list_spaces", json!({})).await;
    let heads: [&[u8]; 3] =
        [b"", b"GET /healthz HT", &half_a_body(&server, "/oauth/register", "application/json")];
    let mut silent = Vec::new();
    for number in 0..150 {
        silent.push(connect(&server, heads[number % heads.len()]).await);
        if number % 30 == 29 {
            check_health(&server).await;
            server.data(ACME, "wiv_list_spaces", json!({})).await;
        }
    }
    // The first of them are gone; the server says so without being asked.
    assert!(closed(&mut silent[0], PATIENCE).await.is_some());
    drop(silent);
    check_health(&server).await;
    server.data(GLOBEX, "wiv_list_spaces", json!({})).await;
}

#[tokio::test]
async fn an_open_stream_of_a_customer_stays_while_strangers_come() {
    let server = Server::start_with(&[("WIV_MCP_CONNECTIONS", "24")]).await;
    let mut stream = server.stream(ACME).await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(connect(&server, b"").await);
    }
    check_health(&server).await;
    assert!(stream.ask(1, "ping", json!({})).await["result"].is_object());
}

#[tokio::test]
async fn a_connection_says_something_within_ten_seconds_or_is_closed() {
    let server = Server::start().await;
    let mut silent = connect(&server, b"").await;
    let mut half = connect(&server, b"POST /mcp HTTP/1.1\r\nHost: x\r\n").await;
    let (silent, half) = tokio::join!(closed(&mut silent, PATIENCE), closed(&mut half, PATIENCE));
    for took in [silent, half] {
        let took = took.expect("the connection is still open");
        assert!((9..15).contains(&took.as_secs()), "{took:?}");
    }
}

#[tokio::test]
async fn no_route_waits_for_a_body_for_ever() {
    let server = Server::start_with_sign_in(&[]).await;
    let form = "application/x-www-form-urlencoded";
    let routes = [
        ("/mcp", "application/json"),
        ("/sse", "application/json"),
        ("/oauth/register", "application/json"),
        ("/oauth/token", form),
        ("/oauth/revoke", form),
        ("/oauth/authorize", form),
        ("/oauth/organization", form),
        ("/connect/sign-in", form),
        ("/connect/sign-out", form),
        ("/connect/key", form),
        ("/connect/revoke", form),
        ("/nothing/here", "text/plain"),
    ];
    let ends = routes.map(|(path, content_type)| {
        let server = &server;
        async move {
            let mut socket = connect(server, &half_a_body(server, path, content_type)).await;
            (path, closed(&mut socket, Duration::from_secs(45)).await)
        }
    });
    for (path, took) in futures_util::future::join_all(ends).await {
        let took = took.unwrap_or_else(|| panic!("{path} still waits"));
        assert!(took < Duration::from_secs(40), "{path}: {took:?}");
    }
}
