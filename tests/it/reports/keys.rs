//! Keys that can't be any: placeholders nobody filled in, quotes, a scheme in front.
//!
//! None of them reaches WIV, and the words say what to do.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::*;

const MISTAKES: [(&str, &str); 28] = [
    ("${WIV_API_KEY}", "placeholder"),
    ("${input:wiv-api-key}", "placeholder"),
    ("${env:WIV_API_KEY}", "placeholder"),
    ("$WIV_API_KEY", "placeholder"),
    ("{{WIV_API_KEY}}", "placeholder"),
    ("{WIV_API_KEY}", "placeholder"),
    ("%WIV_API_KEY%", "placeholder"),
    ("<your-api-key>", "placeholder"),
    ("YOUR_API_KEY", "placeholder"),
    ("your-wiv-api-key-here", "placeholder"),
    ("YOUR KEY", "placeholder"),
    ("[YOUR_KEY]", "placeholder"),
    ("WIV_API_KEY", "placeholder"),
    ("api_key", "placeholder"),
    ("undefined", "placeholder"),
    ("null", "placeholder"),
    ("[object Object]", "placeholder"),
    ("xxxxxxxxxxxx", "placeholder"),
    ("\"wiv-demo-acme\"", "quotes"),
    ("'wiv-demo-acme'", "quotes"),
    ("`wiv-demo-acme`", "quotes"),
    ("Bearer wiv-demo-acme", "`Bearer `"),
    ("bearer  wiv-demo-acme", "`Bearer `"),
    ("Bearer", "`Bearer `"),
    ("Bearer%20wiv-demo-acme", "`Bearer `"),
    ("YOUR_WIV_API_KEY", "placeholder"),
    ("wiv-xxxxxxxx", "placeholder"),
    ("X-API-Key: wiv-demo-acme", "`X-API-Key`"),
];

#[tokio::test]
async fn a_key_that_can_be_none_is_told_so_and_not_asked() {
    let server = Server::start().await;
    for (key, words) in MISTAKES {
        for path in ["/mcp", "/sse"] {
            let response = server.post(path, key, initialize("2025-11-25")).await;
            assert_eq!(response.status(), 401, "{path} {key}");
            let body = response.text().await.unwrap();
            assert!(body.contains(words), "{path} {key}: {body}");
            assert!(key == "Bearer" || !body.contains(key), "{path} {key}: {body}");
        }
        let get = server.http.get(server.url("/sse")).header("x-api-key", key);
        let response = get.header("accept", "text/event-stream").send().await.unwrap();
        assert_eq!(response.status(), 401, "{key}");
        assert!(response.text().await.unwrap().contains(words), "{key}");
    }
    assert!(server.upstream_calls().await.is_empty());
}

#[tokio::test]
async fn a_bearer_that_is_no_token_is_told_what_it_looks_like() {
    let server = Server::start().await;
    for bearer in ["${WIV_API_KEY}", "YOUR_API_KEY", "<token>"] {
        let response = server
            .http
            .post(server.url("/mcp"))
            .header("authorization", format!("Bearer {bearer}"))
            .header("content-type", "application/json")
            .body(initialize("2025-11-25").to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 401);
        let body = response.text().await.unwrap();
        assert!(body.contains("placeholder") && body.contains("X-API-Key"), "{bearer}: {body}");
    }
}

#[tokio::test]
async fn keys_that_only_look_a_little_odd_are_asked() {
    let server = Server::start().await;
    for key in [
        "wiv-demo-unknown",
        "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
        "your9f8e7d6c5b4akey3928",
        "key",
        "abc$def%ghi",
        "api_key_9f8e7d6c5b4a",
        "eyJhbGciOiJIUzI1NiJ9.e30.abc-_=",
    ] {
        let response = server.post("/mcp", key, initialize("2025-11-25")).await;
        let body = response.text().await.unwrap();
        assert!(body.contains("WIV refused this API key"), "{key}: {body}");
    }
    assert_eq!(server.upstream_calls().await.len(), 7);
}

#[test]
fn a_key_that_can_be_none_ends_a_command_with_words() {
    for (key, words) in MISTAKES {
        for command in [&["stdio"][..], &["call", "wiv_list_spaces"]] {
            let output = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
                .args(command)
                .env_clear()
                .envs([("WIV_API_KEY", key), ("WIV_API_URL", "http://127.0.0.1:9")])
                .stdin(std::process::Stdio::null())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(2), "{command:?} {key}");
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert!(stderr.contains(words), "{command:?} {key}: {stderr}");
            // The setting's own name is in the words anyway.
            let is_told = stderr.replace("WIV_API_KEY", "").replace("`Bearer `", "").contains(key);
            assert!(!is_told, "{command:?} {key}: {stderr}");
        }
    }
}

#[tokio::test]
async fn a_placeholder_beside_a_good_bearer_costs_nothing() {
    let server = Server::start_with_sign_in(&[]).await;
    // Nothing is signed in: both are told, the key first, because it was configured.
    let response = server
        .post_with(
            "/mcp",
            "${WIV_API_KEY}",
            request(1, "tools/list", json!({})),
            &[("authorization", "Bearer nonsense")],
        )
        .await;
    assert_eq!(response.status(), 401);
    let body: Value = parse(response).await;
    assert!(body.to_string().contains("placeholder"), "{body}");
}
