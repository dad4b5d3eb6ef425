//! A call at a terminal: columns, for whom it waits, who did not answer.

use std::{
    io::Read,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use super::command_line::{run, text, wiv_mcp};
use crate::harness::*;

/// Runs a command at a terminal; what the person sees.
fn at_a_terminal(arguments: &str, columns: u16, environment: &[(&str, &str)]) -> String {
    let program = env!("CARGO_BIN_EXE_wiv-mcp");
    let line = format!("stty cols {columns} rows 24; {program} {arguments}");
    let output = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().replace('\r', "")
}

#[tokio::test(flavor = "multi_thread")]
async fn call_aligns_columns_on_a_terminal_and_nowhere_else() {
    let server = Server::start().await;
    let environment = [("WIV_API_KEY", ACME), ("WIV_API_URL", server.sandbox.wiv_api_url())];
    let seen = at_a_terminal("call wiv_list_spaces limit=10", 120, &environment);
    let (rows, as_of) = seen.split_once("\nAs of ").unwrap();
    insta::assert_snapshot!("call_on_a_terminal", rows);
    // The stand-in's clock, which runs.
    assert!(as_of.starts_with("2026-11-16T09:0"), "{as_of}");
    assert!(!seen.contains('|'), "{seen}");
    let wide = at_a_terminal("call wiv_search_cases limit=3", 80, &environment);
    let table = wide.split("\n\n").nth(1).unwrap();
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{wide}");
    assert_eq!(table.lines().count(), 1 + 3, "{wide}");
    assert!(wide.contains("not shown for want of room: "), "{wide}");
    let piped = run(&["call", "wiv_list_workflows", "limit=2"], &environment);
    assert!(text(&piped.stdout).contains("|---|"), "{}", text(&piped.stdout));
    let json = at_a_terminal("call wiv_list_workflows limit=1 --json", 80, &environment);
    assert!(serde_json::from_str::<Value>(&json).is_ok(), "{json}");
}

fn read_line(child: &mut Child) -> String {
    let mut line = String::new();
    let mut stderr = std::io::BufReader::new(child.stderr.as_mut().unwrap());
    std::io::BufRead::read_line(&mut stderr, &mut line).unwrap();
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn call_says_for_whom_it_waits_and_who_did_not_answer() {
    let server = Server::start().await;
    server
        .fault(json!({ "match": { "path": "/spaces" }, "fault": "slow", "delay_ms": 60_000, "times": 0 }))
        .await;
    let url = server.sandbox.wiv_api_url();
    let environment =
        [("WIV_API_KEY", ACME), ("WIV_API_URL", url), ("WIV_MCP_UPSTREAM_TIMEOUT", "4s")];
    let mut child = wiv_mcp(&["call", "wiv_list_spaces"], &environment)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert_eq!(read_line(&mut child), format!("waiting for {url}\n"));
    let mut rest = String::new();
    child.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, format!("wiv-mcp: {url} did not answer (WIV_API_URL)\n"));
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let closed = "http://127.0.0.1:9";
    let output =
        run(&["call", "wiv_list_spaces"], &[("WIV_API_KEY", ACME), ("WIV_API_URL", closed)]);
    assert_eq!(text(&output.stderr), format!("wiv-mcp: {closed} did not answer (WIV_API_URL)\n"));
    // An answer of any kind is one.
    let refused = run(&["call", "wiv_list_workflows"], &[("WIV_API_KEY", "wiv-x"), environment[1]]);
    assert_eq!(text(&refused.stderr), "");
}
