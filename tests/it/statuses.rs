//! Every status of the contract, for good input and bad.

use serde_json::{Value, json};

use crate::harness::*;

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

#[tokio::test]
async fn a_request_without_a_usable_key_is_challenged() {
    let server = Server::start().await;
    let long = "k".repeat(5 * 1024);
    for path in ["/mcp", "/sse", "/messages?session_id=x", "/mcp/", "/sse/messages?session_id=x"] {
        for key in [None, Some(""), Some("  "), Some(long.as_str()), Some("a b")] {
            let mut request = server
                .http
                .post(server.url(path))
                .header("content-type", "application/json")
                .body(PING);
            if let Some(key) = key {
                request = request.header("x-api-key", key);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 401, "{path} {key:?}");
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
            assert_eq!(response.headers()["content-type"], "application/json");
            let body = parse(response).await;
            assert!(body["message"].as_str().unwrap().contains("/connect"), "{body}");
        }
    }
    let bearer = server
        .http
        .post(server.url("/mcp"))
        .header("authorization", format!("Bearer {ACME}"))
        .header("content-type", "application/json")
        .body(PING);
    let body = parse(bearer.send().await.unwrap()).await;
    assert!(body["message"].as_str().unwrap().contains("as X-API-Key"), "{body}");
}

#[tokio::test]
async fn a_key_with_a_newline_ends_as_a_bad_request() {
    let server = Server::start().await;
    let host = server.address();
    let answer = server
        .raw(
            format!(
                "POST /mcp HTTP/1.1\r\nHost: {host}\r\nX-API-Key: wiv\n-x\r\n\
                 Content-Type: application/json\r\nContent-Length: 40\r\n\r\n{PING}"
            )
            .as_bytes(),
        )
        .await;
    assert!(answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.1 401"), "{answer}");
}

#[tokio::test]
async fn bodies_that_are_no_messages_have_their_statuses() {
    let server = Server::start().await;
    let stream = server.stream(ACME).await;
    let posting = stream.endpoint.strip_prefix(&server.url("")).unwrap().to_owned();
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":{}{}}}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    let batch = format!("[{}]", vec![PING; 10_000].join(","));
    for path in ["/mcp", "/sse", posting.as_str()] {
        for (body, status, code) in [
            (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}".to_vec(), 400, -32700),
            (b"{nonsense".to_vec(), 400, -32700),
            (b"".to_vec(), 400, -32700),
            (deep.clone().into_bytes(), 400, -32700),
            (br#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#.to_vec(), 400, -32600),
            (format!("[{PING}]").into_bytes(), 400, -32600),
            (batch.clone().into_bytes(), 400, -32600),
            (b"[]".to_vec(), 400, -32600),
            (b"{}".to_vec(), 400, -32600),
        ] {
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            let response = server
                .http
                .post(server.url(path))
                .header("x-api-key", ACME)
                .header("content-type", "application/json")
                .body(body)
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), status, "{path} {shown}");
            assert_eq!(parse(response).await["error"]["code"], code, "{path} {shown}");
        }
        let large = format!(r#"{{"x":"{}"}}"#, "x".repeat(5 * 1024 * 1024));
        assert_eq!(server.post(path, ACME, large).await.status(), 413, "{path}");
        for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
            let mut request =
                server.http.post(server.url(path)).header("x-api-key", ACME).body(PING);
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            assert_eq!(request.send().await.unwrap().status(), 415, "{path} {content_type:?}");
        }
        let unknown = [("mcp-protocol-version", "1999-01-01")];
        let response = server.post_with(path, ACME, PING, &unknown).await;
        assert_eq!(response.status(), 400, "{path}");
        assert_eq!(parse(response).await["error"]["code"], -32600);
    }
    let ok = server
        .http
        .post(server.url("/mcp"))
        .header("x-api-key", ACME)
        .header("content-type", "Application/JSON; charset=utf-8")
        .body(PING);
    assert_eq!(ok.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn sessions_that_are_not_the_callers_are_unknown() {
    let server = Server::start().await;
    let stream = server.stream(ACME).await;
    assert_eq!(stream.post_as(GLOBEX, PING).await.status(), 404);
    for (path, status) in [
        ("/messages", 400),
        ("/messages?session_id=", 400),
        ("/messages?session_id=nothing", 404),
        ("/sse/messages?session_id=nothing", 404),
    ] {
        let response = server.post(path, ACME, PING).await;
        assert_eq!(response.status(), status, "{path}");
        assert!(parse(response).await["error"].is_string());
    }
    let endpoint = stream.endpoint.clone();
    drop(stream);
    let mut gone = false;
    for _ in 0..100 {
        let path = endpoint.strip_prefix(&server.url("")).unwrap();
        if server.post(path, ACME, PING).await.status() == 404 {
            gone = true;
            break;
        }
    }
    assert!(gone, "an ended session still takes messages");
}

#[tokio::test]
async fn methods_are_answered_as_the_contract_says() {
    let server = Server::start().await;
    let ask = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = server.http.request(method, server.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    };
    let key = ("x-api-key", ACME);
    for (method, path, headers, status, allow) in [
        ("GET", "/mcp", &[key][..], 405, "POST, OPTIONS"),
        ("GET", "/mcp/", &[key], 405, "POST, OPTIONS"),
        ("DELETE", "/mcp", &[key], 405, "POST, OPTIONS"),
        ("PUT", "/mcp", &[key], 405, "POST, OPTIONS"),
        ("DELETE", "/sse", &[key], 405, "GET, POST, OPTIONS"),
        ("GET", "/sse", &[key, ("mcp-session-id", "x")], 405, "GET, POST, OPTIONS"),
        ("HEAD", "/mcp", &[key], 405, "POST, OPTIONS"),
        ("GET", "/messages", &[key], 405, "POST, OPTIONS"),
        ("POST", "/healthz", &[], 405, "GET,HEAD"),
        ("PUT", "/connect", &[], 405, "GET,HEAD"),
    ] {
        let response = ask(method, path, headers).await;
        assert_eq!(response.status(), status, "{method} {path}");
        assert_eq!(response.headers()["allow"], allow, "{method} {path}");
    }
    assert_eq!(ask("HEAD", "/mcp", &[]).await.status(), 401);
    assert_eq!(ask("HEAD", "/sse", &[]).await.status(), 401);
    let head = ask("HEAD", "/sse", &[key]).await;
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["content-type"], "text/event-stream");
    for path in ["/mcp", "/sse", "/messages"] {
        let preflight = ask("OPTIONS", path, &[("origin", server.app.origin().as_str())]).await;
        assert_eq!(preflight.status(), 204);
        let headers = preflight.headers();
        assert!(headers["access-control-allow-headers"].to_str().unwrap().contains("X-API-Key"));
        assert_eq!(headers["access-control-allow-origin"], server.app.origin().as_str());
    }
}

#[tokio::test]
async fn a_refusal_reaches_clients_that_still_send_and_keeps_their_connection() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = Server::start().await;
    let host = server.address();
    for (path, status) in [("/mcp", "401"), ("/register", "404"), ("/healthz", "405")] {
        let mut socket = tokio::net::TcpStream::connect(host).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            PING.len()
        );
        for _ in 0..2 {
            socket.write_all(head.as_bytes()).await.unwrap();
            // The body comes when the refusal may be ready already.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            socket.write_all(PING.as_bytes()).await.unwrap();
            let mut read = String::new();
            let mut buffer = [0; 4096];
            while !read.ends_with('}') {
                let size = socket.read(&mut buffer).await.unwrap();
                assert_ne!(size, 0, "{path}: closed after {read}");
                read.push_str(std::str::from_utf8(&buffer[..size]).unwrap());
            }
            assert!(read.starts_with(&format!("HTTP/1.1 {status}")), "{read}");
        }
    }
}

#[tokio::test]
async fn unknown_paths_answer_json_before_any_credential() {
    let server = Server::start().await;
    for path in [
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/sse",
        "/.well-known/openid-configuration",
        "/register",
        "/authorize",
        "/token",
        "/mcp/cases",
        "/mcp/x/cookies",
        "/sse/x/",
        "/anything",
    ] {
        for method in [reqwest::Method::GET, reqwest::Method::POST] {
            let response = server.http.request(method, server.url(path)).send().await.unwrap();
            assert_eq!(response.status(), 404, "{path}");
            assert_eq!(parse(response).await["error"], "not_found");
        }
    }
}

#[tokio::test]
async fn other_hosts_and_origins_are_refused() {
    let server = Server::start().await;
    let ask = async |name: &str, value: &str| {
        let request = server
            .http
            .post(server.url("/mcp"))
            .header("x-api-key", ACME)
            .header("content-type", "application/json")
            .header(name, value)
            .body(PING);
        request.send().await.unwrap()
    };
    for (name, value, status) in [
        ("host", "mcp.wiv.ai", 403),
        ("host", "evil.example:80", 403),
        ("host", "localhost:1", 200),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://localhost:6274", 403),
        ("origin", server.app.origin().as_str(), 200),
    ] {
        let response = ask(name, value).await;
        assert_eq!(response.status(), status, "{name}: {value}");
        if status == 403 {
            assert!(parse(response).await["message"].is_string());
        }
    }
    let health = server.http.get(server.url("/healthz")).header("host", "10.0.0.1:8080");
    assert_eq!(health.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_refused_key_is_told_at_connect_time_only() {
    let server = Server::start().await;
    for path in ["/mcp", "/sse"] {
        let response = server.post(path, "wiv-unknown", initialize("2025-11-25")).await;
        assert_eq!(response.status(), 401);
        let body = parse(response).await;
        assert!(body["message"].as_str().unwrap().contains("refused this API key"), "{body}");
    }
    let get = server.http.get(server.url("/sse")).header("x-api-key", "wiv-unknown");
    assert_eq!(get.send().await.unwrap().status(), 401);
    let error = server.error("wiv-unknown", "wiv_list_spaces", json!({})).await;
    assert_eq!((&error["kind"], &error["status"]), (&json!("unauthorized"), &json!(401)));
    assert!(error["message"].as_str().unwrap().contains("/connect"));
}

#[tokio::test]
async fn health_is_answered_to_everybody() {
    let server = Server::start().await;
    let alive = server.http.get(server.url("/healthz")).send().await.unwrap();
    assert_eq!(alive.status(), 200);
    let ready = parse(server.http.get(server.url("/readyz")).send().await.unwrap()).await;
    assert_eq!(ready, json!({ "status": "ready", "bus": "none", "streams": 0 }));
    assert_eq!(ready["status"], Value::from("ready"));
}
