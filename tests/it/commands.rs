//! The binary's commands: output and exit codes.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::harness::*;

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn call_makes_one_call_and_tells_its_outcome_by_the_exit_code() {
    let server = Server::start().await;
    let environment = [("WIV_API_KEY", ACME), ("WIV_API_URL", server.sandbox.wiv_api_url())];
    let call = |arguments: &[&str]| {
        let arguments = [&["call"], arguments].concat();
        let output = run(&arguments, &environment);
        (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
    };
    let (code, stdout, stderr) = call(&["wiv_search_cases", "limit=5"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout.matches("case_").count(), 5 + 2, "five ids, two column names: {stdout}");
    let filters = r#"--arguments={"filters":{"provider":["AWS"]}}"#;
    let (code, stdout, _) = call(&["wiv_search_cases", "limit=2", "--json", filters]);
    assert_eq!((code, stdout.lines().count()), (Some(0), 1));
    let result: Value = serde_json::from_str(&stdout).unwrap();
    let cursor = result["structuredContent"]["page"]["next_cursor"].as_str().unwrap();
    // A cursor outlives the process: its key comes from the API key.
    let cursor = format!("cursor={cursor}");
    let (code, ..) = call(&["wiv_search_cases", "limit=2", filters, &cursor]);
    assert_eq!(code, Some(0));
    let (code, stdout, _) = call(&["wiv_search_cases", "limit=many"]);
    assert!(code == Some(1) && stdout.contains("limit"), "{stdout}");
    let (code, stdout, _) = call(&["wiv_no_such_tool"]);
    assert!(code == Some(1) && stdout.contains("there is no tool"), "{stdout}");
    assert_eq!(call(&["wiv_search_cases", "limit"]).0, Some(2));
    assert_eq!(call(&[]).0, Some(2));
    let fields = ["wiv_list_msp_customers", "fields=id,name"];
    let msp = [("WIV_API_KEY", MSP), ("WIV_API_URL", server.sandbox.wiv_api_url())];
    let output = run(&[&["call"], &fields[..]].concat(), &msp);
    assert!(text(&output.stdout).contains("Harbor Freight Lines"));
    assert_eq!(run(&["call", "wiv_list_spaces"], &[]).status.code(), Some(2));
}

#[test]
fn serve_lists_every_mistake_and_ends() {
    let output = run(
        &["serve"],
        &[
            ("WIV_MCP_LISTEN", "nowhere"),
            ("WIV_MCP_KEEP_ALIVE", "15"),
            ("WIV_MCP_STREAMZ", "1"),
            ("WIV_MCP_SEALING_KEYS", "secret-text"),
        ],
    );
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    for word in ["WIV_MCP_LISTEN", "WIV_MCP_KEEP_ALIVE", "WIV_MCP_STREAMS", "WIV_MCP_SEALING_KEYS"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(!said.contains("secret-text"), "{said}");
    let output = run(&[], &[("WIV_MCP_LISTEN", "0.0.0.0:0")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("WIV_MCP_PUBLIC_URL"));
    let local = ("WIV_MCP_LISTEN", "127.0.0.1:0");
    let output = run(&["serve"], &[local, ("WIV_MCP_CATALOG", "/no/such/file")]);
    assert_eq!(output.status.code(), Some(2));
    let output = run(&["serve"], &[local, ("WIV_MCP_TOOLSETS", "cases,cookies")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cookies"));
}

#[test]
fn a_taken_port_is_told_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(&["demo", "--port", &port], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--port"));
    assert_eq!(run(&["demo", "--port", "many"], &[]).status.code(), Some(2));
}

#[test]
fn config_shows_values_sources_and_no_secret() {
    let keys = text(&run(&["config", "--new-sealing-key"], &[]).stdout).trim().to_owned();
    let output = run(
        &["config", "--keep-alive", "20s"],
        &[("WIV_MCP_SEALING_KEYS", &keys), ("WIV_MCP_STREAMS", "7")],
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    let line = |name: &str| {
        let line = shown.lines().find(|line| line.split(' ').next() == Some(name)).unwrap();
        line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("WIV_MCP_KEEP_ALIVE"), "20s flag");
    assert_eq!(line("WIV_MCP_STREAMS"), "7 environment");
    assert_eq!(line("WIV_MCP_SEALING_KEYS"), "set environment");
    assert_eq!(line("WIV_API_URL"), "https://api.wiv.ai default");
    assert!(!shown.contains(&keys));
}

#[test]
fn every_command_has_help_and_the_program_a_version() {
    for command in ["serve", "demo", "sandbox", "tools", "call", "config"] {
        let output = run(&[command, "--help"], &[]);
        assert_eq!(output.status.code(), Some(0), "{command}");
    }
    let version = run(&["--version"], &[]);
    assert_eq!(text(&version.stdout).trim(), concat!("wiv-mcp ", env!("CARGO_PKG_VERSION")));
    assert_eq!(run(&["dance"], &[]).status.code(), Some(2));
    assert_eq!(run(&["serve", "--dance"], &[]).status.code(), Some(2));
}

#[test]
fn tools_are_listed_in_every_form() {
    let json: Value = serde_json::from_slice(&run(&["tools", "--json"], &[]).stdout).unwrap();
    let tools = json.as_array().unwrap();
    assert_eq!(tools.len(), tool_count());
    let documented: Vec<_> = tools
        .iter()
        .filter(|tool| tool["confidence"] == "documented")
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    let expected = [
        "wiv_start_execution",
        "wiv_search_cases",
        "wiv_search_msp_cases",
        "wiv_list_msp_customers",
    ];
    assert_eq!(documented, expected);
    assert_eq!(text(&run(&["tools"], &[]).stdout).lines().count(), tool_count());
    assert!(text(&run(&["tools", "--tokens"], &[]).stdout).contains("in all"));
}

/// What `stdio` says of itself, and to a call with its key.
fn piped(environment: &[(&str, &str)]) -> (Value, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
        .arg("stdio")
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    for line in [initialize("2025-11-25"), request(2, "tools/call", call)] {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    let answers: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answer = |id: i64| answers.iter().find(|answer| answer["id"] == id).unwrap();
    let initialized = answer(1)["result"]["serverInfo"].clone();
    (initialized, answer(2)["result"]["content"][0]["text"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_an_address_that_nobody_opens() {
    let server = Server::start().await;
    let api = ("WIV_API_URL", server.sandbox.wiv_api_url());
    let environment = [("WIV_API_KEY", "wiv-nobodys"), api];
    let output = run(&["call", "wiv_list_spaces"], &environment);
    assert_eq!(output.status.code(), Some(1));
    let (who, told) = piped(&environment);
    for told in [text(&output.stdout), &told] {
        assert!(told.contains("API Keys") && !told.contains("://"), "{told}");
    }
    assert_eq!(who["name"], "wiv-mcp");
    assert!(who.get("websiteUrl").is_none() && who.get("icons").is_none(), "{who}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_this_machine_is_sent_to_the_connect_page_that_the_settings_name() {
    let server = Server::start().await;
    let api = ("WIV_API_URL", server.sandbox.wiv_api_url());
    let public = ("WIV_MCP_PUBLIC_URL", "https://mcp.example.com");
    let environment = [("WIV_API_KEY", "wiv-nobodys"), api, public];
    let output = run(&["call", "wiv_list_spaces"], &environment);
    let (who, told) = piped(&environment);
    for told in [text(&output.stdout), &told] {
        assert!(told.contains("at https://mcp.example.com/connect and put it into"), "{told}");
    }
    assert_eq!(who["websiteUrl"], "https://mcp.example.com/connect");
    assert_eq!(who["icons"][0]["src"], "https://mcp.example.com/logo.svg");
}
