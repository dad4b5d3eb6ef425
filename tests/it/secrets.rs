//! No key in any log line, at any level.

use std::process::Stdio;

use serde_json::json;
use tokio::{io::AsyncReadExt, process::Command, time::timeout};
use wiv_mcp::sandbox::Sandbox;

use crate::harness::*;

const UNKNOWN: &str = "wiv-never-seen-key-4711";

#[tokio::test]
async fn no_key_is_logged_at_any_level() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
        .arg("serve")
        .env_clear()
        .env("WIV_MCP_LISTEN", format!("127.0.0.1:{port}"))
        .env("WIV_API_URL", sandbox.wiv_api_url())
        .env("WIV_MCP_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut log = server.stderr.take().unwrap();
    let reading = tokio::spawn(async move {
        let mut text = String::new();
        log.read_to_string(&mut text).await.unwrap();
        text
    });
    let http = client();
    let url = format!("http://127.0.0.1:{port}");
    let alive = async {
        while http.get(format!("{url}/healthz")).send().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, alive).await.unwrap();
    for key in [ACME, GLOBEX, UNKNOWN] {
        for path in ["/mcp", "/sse", "/messages?session_id=x"] {
            let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
            for body in [initialize("2025-11-25"), request(2, "tools/call", call)] {
                let post = http
                    .post(format!("{url}{path}"))
                    .header("x-api-key", key)
                    .header("authorization", format!("Bearer {key}"))
                    .header("content-type", "application/json")
                    .body(body.to_string());
                post.send().await.unwrap();
            }
        }
        let stream = http.get(format!("{url}/sse")).header("x-api-key", key).send().await;
        drop(stream);
    }
    let pid = server.id().unwrap().to_string();
    assert!(Command::new("kill").arg(&pid).status().await.unwrap().success());
    let status = timeout(PATIENCE, server.wait()).await.unwrap().unwrap();
    assert!(status.success(), "{status}");
    let text = timeout(PATIENCE, reading).await.unwrap().unwrap();
    assert!(text.contains("tool call") && text.contains("TRACE"), "{text}");
    for key in [ACME, GLOBEX, UNKNOWN] {
        assert!(!text.contains(key), "the log holds {key}");
    }
}
