//! Near misses of the MCP address, and bodies that are compressed.

use serde_json::json;

use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, Client},
    },
};

#[tokio::test]
async fn near_misses_of_the_address_name_it() {
    let server = Server::start().await;
    let address = server.url("/mcp");
    for (method, path, status) in [
        ("POST", "/", 405),
        ("POST", "/connect", 405),
        ("DELETE", "/", 405),
        ("POST", "/mcp/mcp", 404),
        ("GET", "/mcp/mcp", 404),
        ("POST", "/v1/mcp", 404),
        ("POST", "/api/mcp", 404),
        ("POST", "/sse/mcp", 404),
        ("GET", "/mcp/sse", 404),
        ("POST", "/MCP", 404),
        ("POST", "/message", 404),
        ("POST", "//mcp", 404),
    ] {
        let request = server.http.request(method.parse().unwrap(), server.url(path));
        let request = request.header("x-api-key", ACME).header("content-type", "application/json");
        let response = request.body(initialize("2025-11-25").to_string()).send().await.unwrap();
        assert_eq!(response.status(), status, "{method} {path}");
        let text = parse(response).await["message"].as_str().unwrap().to_owned();
        assert!(text.contains(&address), "{method} {path}: {text}");
    }
}

#[tokio::test]
async fn a_client_that_signed_in_for_the_origin_is_told_the_address() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    let post =
        server.http.post(server.url("/")).bearer_auth(tokens["access_token"].as_str().unwrap());
    let response = post.body(initialize("2025-11-25").to_string()).send().await.unwrap();
    let text = response.text().await.unwrap();
    assert!(text.contains(&server.url("/mcp")), "{text}");
}

#[tokio::test]
async fn a_compressed_body_is_told_what_is_taken() {
    let server = Server::start_with_sign_in(&[]).await;
    let routes = [
        "/mcp",
        "/mcp/",
        "/sse",
        "/messages",
        "/sse/messages",
        "/oauth/register",
        "/oauth/token",
        "/oauth/revoke",
        "/oauth/authorize",
        "/oauth/organization",
        "/connect/sign-in",
        "/connect/sign-out",
        "/connect/key",
        "/connect/revoke",
    ];
    for route in routes {
        for coding in ["gzip", "br", "identity, gzip", "GZIP", "x-unknown", "\u{e9}"] {
            let post = server.http.post(server.url(route)).header("x-api-key", ACME);
            let post = post.header("content-type", "application/json");
            let coding_value = reqwest::header::HeaderValue::from_bytes(coding.as_bytes()).unwrap();
            let response = post
                .header("content-encoding", coding_value)
                .body(&b"\x1f\x8b\x08\x00"[..])
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), 415, "{route} {coding}");
            assert_eq!(response.headers()["accept-encoding"], "identity", "{route} {coding}");
            let body = parse(response).await;
            assert_eq!(body["error"], "unsupported_content_encoding", "{route}");
        }
    }
    // What is not compressed may say so, and an unknown path is still unknown.
    for coding in ["identity", "Identity", ""] {
        let headers = [("content-encoding", coding)];
        let response =
            server.post_with("/mcp", ACME, request(1, "ping", json!({})), &headers).await;
        assert_eq!(response.status(), 200, "{coding:?}");
    }
    let unknown = server.http.post(server.url("/nothing")).header("content-encoding", "gzip");
    assert_eq!(unknown.send().await.unwrap().status(), 404);
}
