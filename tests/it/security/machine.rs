//! What the machine and the proxies in front give: open files, and whose word is taken.

use std::process::Stdio;

use wiv_mcp::sandbox::Sandbox;

use crate::{
    harness::*,
    process::{Process, lines_with},
};

#[tokio::test]
async fn the_soft_limit_of_open_files_is_raised_at_start() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let program = env!("CARGO_BIN_EXE_wiv-mcp");
    let mut child = tokio::process::Command::new("sh")
        .args(["-c", &format!("ulimit -Sn 64; ulimit -Hn 512; exec {program} serve")])
        .env_clear()
        .env("WIV_MCP_LISTEN", free.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let url = format!("http://{free}/healthz");
    let alive = async {
        while client().get(&url).send().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, alive).await.unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id().unwrap())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let numbers: Vec<&str> =
        files.split_whitespace().filter(|word| word.parse::<u32>().is_ok()).collect();
    assert_eq!(numbers, ["512", "512"], "{files}");
    child.kill().await.unwrap();
}

#[tokio::test]
async fn what_speaks_against_the_proxy_setting_is_told_once_a_minute() {
    for (hops, header, words) in [
        ("0", Some("198.51.100.7"), "no limit is by address"),
        ("1", None, "fewer entries"),
        ("2", Some("198.51.100.7"), "fewer entries"),
        ("1", Some("not an address"), "no address"),
    ] {
        let sandbox = Sandbox::start(0, 0).await.unwrap();
        let server = Process::start(&sandbox, &[("WIV_MCP_TRUSTED_PROXY_HOPS", hops)]).await;
        for _ in 0..3 {
            let mut post = client()
                .post(format!("{}/mcp", server.url))
                .header("x-api-key", ACME)
                .header("content-type", "application/json")
                .body(request(1, "ping", serde_json::json!({})).to_string());
            if let Some(header) = header {
                post = post.header("x-forwarded-for", header);
            }
            assert_eq!(post.send().await.unwrap().status(), 200);
        }
        let log = server.stop().await;
        let lines = lines_with(&log, words);
        assert_eq!(lines.len(), 1, "{hops} {header:?}: {log}");
        assert_eq!(lines[0]["level"], "WARN");
    }
}
