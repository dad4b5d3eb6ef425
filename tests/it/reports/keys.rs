//! Keys that can't be any: placeholders nobody filled in, quotes, a scheme in front.
//!
//! None of them reaches WIV, and the words say what to do.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, Client},
    },
};

const MISTAKES: &[(&str, &str)] = &[
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
    ("api_key=abc", "`X-API-Key`"),
    ("export WIV_API_KEY=abc", "`X-API-Key`"),
    ("MY_API_KEY", "placeholder"),
    ("INSERT_API_KEY", "placeholder"),
    ("xxxx-xxxx-xxxx", "placeholder"),
    ("***", "placeholder"),
    ("dummy-key", "placeholder"),
    ("$wiv_key", "placeholder"),
    ("$(WIV_API_KEY)", "placeholder"),
    ("env:WIV_API_KEY", "placeholder"),
    ("%24%7BWIV%7D", "placeholder"),
    ("<key", "placeholder"),
];

#[tokio::test]
async fn a_key_that_can_be_none_is_told_so_and_not_asked() {
    let server = Server::start().await;
    for &(key, words) in MISTAKES {
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
    for &(key, words) in MISTAKES {
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
async fn a_placeholder_beside_a_bad_bearer_is_what_is_told() {
    let server = Server::start_with_sign_in(&[]).await;
    // Nothing is signed in: the key is told, because it was configured.
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

async fn bearer(server: &Server) -> String {
    let client = Client::register(server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    format!("Bearer {}", tokens["access_token"].as_str().unwrap())
}

/// The result of a tool, called with both credentials.
async fn call_with_both(server: &Server, key: &str, bearer: &str, tool: &str) -> Value {
    let arguments = match tool {
        "wiv_get_workflow" => json!({ "workflow_id": "no-such-workflow" }),
        _ => json!({}),
    };
    let body = request(1, "tools/call", json!({ "name": tool, "arguments": arguments }));
    let response = server.post_with("/mcp", key, body, &[("authorization", bearer)]).await;
    assert_eq!(response.status(), 200, "{key} {tool}");
    parse(response).await["result"].clone()
}

#[tokio::test]
async fn a_key_that_can_be_none_beside_a_good_bearer_is_passed_over_and_told() {
    let server = Server::start_with_sign_in(&[]).await;
    let bearer = bearer(&server).await;
    let too_long = "k".repeat(5 * 1024);
    for (key, why) in [
        ("${WIV_API_KEY}", "placeholder"),
        ("YOUR_API_KEY", "placeholder"),
        ("...", "placeholder"),
        ("Bearer x", "`Bearer `"),
        ("'k'", "quotes"),
        ("", "empty"),
        ("two words", "visible ASCII"),
        (&too_long, "4096 bytes"),
    ] {
        let first = initialize("2025-11-25");
        let response = server.post_with("/mcp", key, first, &[("authorization", &bearer)]).await;
        assert_eq!(response.status(), 200, "{key}");
        for tool in ["wiv_list_spaces", "wiv_get_workflow", "wiv_get_connection"] {
            let result = call_with_both(&server, key, &bearer, tool).await;
            assert_eq!(result["isError"] == true, tool == "wiv_get_workflow", "{result}");
            let structured = &result["structuredContent"];
            let text = result["content"][0]["text"].as_str().unwrap();
            for told in [text, &structured.to_string()] {
                assert!(told.contains(why) && told.contains("sign-in was used"), "{key}: {told}");
            }
            if tool == "wiv_get_connection" {
                assert_eq!(structured["data"]["credential"], "sign_in", "{result}");
            }
        }
    }
    for call in server.upstream_calls().await {
        assert_ne!(call["headers"]["x-api-key"], "${WIV_API_KEY}");
    }
}

#[tokio::test]
async fn the_connection_told_is_the_one_that_calls_run_on() {
    let server = Server::start_with_sign_in(&[]).await;
    let bearer = bearer(&server).await;
    for after in ["nothing", "a refusal"] {
        let result = call_with_both(&server, "wiv-dead", &bearer, "wiv_get_connection").await;
        let data = &result["structuredContent"]["data"];
        assert_eq!(data["credential"], "sign_in", "{after}: {result}");
        assert!(data["organization"].is_string() && data["scopes"].is_string(), "{result}");
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(text.contains("WIV refuses the API key"), "{after}: {text}");
    }
    let result = call_with_both(&server, "wiv-dead", &bearer, "wiv_get_workflow").await;
    assert_eq!(result["structuredContent"]["error"]["kind"], "not_found", "{result}");
    assert!(result.to_string().contains("WIV refuses the API key"), "{result}");
    // A key that works comes first, and nothing is said of what was not needed.
    let result = call_with_both(&server, ACME, &bearer, "wiv_get_connection").await;
    assert_eq!(result["structuredContent"]["data"]["credential"], "api_key", "{result}");
    assert!(!result.to_string().contains("sign-in was used"), "{result}");
}

#[tokio::test]
async fn a_stream_tells_of_a_key_that_can_be_none_beside_its_bearer() {
    let server = Server::start_with_sign_in(&[]).await;
    let bearer = bearer(&server).await;
    let mut stream = Stream::open(&server, "${WIV_API_KEY}", &[("authorization", &bearer)]).await;
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    let post = server.http.post(&stream.endpoint).header("x-api-key", "${WIV_API_KEY}");
    let post = post.header("authorization", &bearer).header("content-type", "application/json");
    let post = post.body(request(1, "tools/call", call).to_string());
    assert_eq!(post.send().await.unwrap().status(), 202);
    let answer = stream.message().await;
    assert!(answer["result"]["structuredContent"]["notes"].to_string().contains("placeholder"));
}
