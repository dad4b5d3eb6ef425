//! Registrations: a body has its time, and what is wrong is said.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::{harness::*, oauth::browser::REDIRECT};

/// Sends a head that promises a body, and then no whole one; the answer.
async fn unfinished(server: &Server, path: &str, content_type: &str) -> String {
    let mut socket = TcpStream::connect(server.app.address()).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {content_type}\r\n\
         Content-Length: 100\r\nConnection: close\r\n\r\n{{",
        server.app.address()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, socket.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "{path} waits for ever");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up_and_told_as_slow() {
    let server = Server::start_with_sign_in(&[]).await;
    let form = "application/x-www-form-urlencoded";
    let (register, token, revoke) = tokio::join!(
        unfinished(&server, "/oauth/register", "application/json"),
        unfinished(&server, "/oauth/token", form),
        unfinished(&server, "/oauth/revoke", form),
    );
    for answer in [register, token, revoke] {
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        assert!(answer.contains("10 seconds") && !answer.contains("larger"), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_told_as_such() {
    let server = Server::start_with_sign_in(&[]).await;
    for (path, content_type, words) in [
        ("/oauth/register", "application/json", "larger than 16 KiB"),
        ("/oauth/token", "application/x-www-form-urlencoded", "larger than 64 KiB"),
    ] {
        let post = server.http.post(server.url(path)).header("content-type", content_type);
        let response = post.body("x".repeat(100 * 1024)).send().await.unwrap();
        assert_eq!(response.status(), 400);
        let answer = parse(response).await;
        let told = answer["error_description"].as_str().unwrap();
        assert!(told.contains(words) && !told.contains("seconds"), "{answer}");
    }
}

#[tokio::test]
async fn a_way_to_prove_oneself_that_is_not_offered_is_refused_and_not_dropped() {
    let server = Server::start_with_sign_in(&[]).await;
    let register = async |method: Value| {
        let body = json!({
            "client_name": "C", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": method,
        });
        let post = server.http.post(server.url("/oauth/register")).body(body.to_string());
        post.header("content-type", "application/json").send().await.unwrap()
    };
    for method in ["private_key_jwt", "client_secret_jwt", "tls_client_auth", "made-up"] {
        let response = register(json!(method)).await;
        assert_eq!(response.status(), 400, "{method}");
        let answer = parse(response).await;
        assert_eq!(answer["error"], "invalid_client_metadata", "{method}");
        let told = answer["error_description"].as_str().unwrap();
        assert!(told.contains("token_endpoint_auth_method"), "{answer}");
    }
    // Clients ask for a secret out of habit; RFC 7591, 3.2.1: what they get instead is said.
    for method in
        [json!("client_secret_basic"), json!("client_secret_post"), json!("none"), json!(null)]
    {
        let response = register(method.clone()).await;
        assert_eq!(response.status(), 201, "{method}");
        let answer = parse(response).await;
        assert_eq!(answer["token_endpoint_auth_method"], "none");
        assert!(answer.get("client_secret").is_none(), "{answer}");
    }
}
