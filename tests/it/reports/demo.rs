//! Trying it: what `demo` prints, which settings count in it, how it ends.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::harness::*;

/// A program that serves until it is stopped; killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_before = self.0.kill();
        let _reaped = self.0.wait();
    }
}

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// What stands on standard output up to a line that holds these words.
    fn printed_to(&mut self, words: &str) -> String {
        let mut lines = BufReader::new(self.0.stdout.take().unwrap());
        let mut text = String::new();
        while !text.contains(words) {
            assert!(lines.read_line(&mut text).unwrap() > 0, "it ended: {text}");
        }
        text
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.0.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// The next line of standard error that holds these words.
    fn said(&mut self, words: &str) -> String {
        let stderr = self.0.stderr.as_mut().unwrap();
        let mut lines = BufReader::with_capacity(1, stderr).lines().map(Result::unwrap);
        lines.find(|line| line.contains(words)).unwrap_or_else(|| panic!("never said: {words}"))
    }

    fn ended(&mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }
}

fn demo(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"));
    command.args([&["demo", "--port", "0"], arguments].concat());
    command.env_clear().envs(environment.iter().copied());
    command
}

fn ready(running: &mut Running) -> Value {
    serde_json::from_str(&running.printed_to("\n")).unwrap()
}

/// The banner with what differs from run to run as words.
fn banner(program: &mut Command) -> (String, String) {
    let banner = Running::start(program).printed_to("call wiv_search_cases limit=5\n");
    let mut told = banner.clone();
    for (start, name) in [("http://127.0.0.1:", "PORT"), ("http://localhost:", "PORT")] {
        for part in banner.split(start).skip(1) {
            let port: String = part.chars().take_while(char::is_ascii_digit).collect();
            told = told.replace(&port, name);
        }
    }
    (banner, told)
}

#[test]
fn the_banner_fits_one_screen_and_names_everybodys_role() {
    let (banner, told) = banner(&mut demo(&[], &[]));
    assert!(banner.lines().count() <= 24, "{banner}");
    for line in banner.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    for user in ["ana", "omar", "ben", "dana", "nora"] {
        assert!(banner.contains(&format!("{user}@acme.example")), "{banner}");
    }
    assert!(banner.contains("Globex (Member)") && banner.contains("blocked"), "{banner}");
    insta::assert_snapshot!("banner", told.replace(env!("CARGO_BIN_EXE_wiv-mcp"), "PROGRAM"));
}

#[test]
fn the_banner_prints_the_call_as_the_demo_was_started() {
    let program = env!("CARGO_BIN_EXE_wiv-mcp");
    let call = |command: &mut Command| {
        let (banner, _) = banner(command);
        banner.lines().last().unwrap().trim().to_owned()
    };
    assert_eq!(call(&mut demo(&[], &[])), format!("{program} call wiv_search_cases limit=5"));
    // Cargo's variables are left over in a shell that cargo started, too.
    let by_cargo = [("CARGO_MANIFEST_DIR", "/somewhere")];
    let absolute = call(&mut demo(&[], &by_cargo));
    assert_eq!(absolute, format!("{program} call wiv_search_cases limit=5"));
    let started_as = |name: &str, environment: &[(&str, &str)]| {
        use std::os::unix::process::CommandExt as _;
        call(demo(&[], environment).arg0(name))
    };
    let rest = "call wiv_search_cases limit=5";
    assert_eq!(started_as("target/debug/wiv-mcp", &by_cargo), format!("cargo run -- {rest}"));
    let release = started_as("target/release/wiv-mcp", &by_cargo);
    assert_eq!(release, format!("cargo run --release -- {rest}"));
    assert_eq!(started_as("target/debug/wiv-mcp", &[]), format!("target/debug/wiv-mcp {rest}"));
    assert_eq!(started_as("wiv-mcp", &[]), format!("wiv-mcp {rest}"));
    assert_eq!(started_as("./my tools/wiv-mcp", &[]), format!("'./my tools/wiv-mcp' {rest}"));
}

async fn tools_of(running: &mut Running) -> usize {
    let ready = ready(running);
    let response = client()
        .post(ready["mcp_url"].as_str().unwrap())
        .header("x-api-key", ACME)
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(request(1, "tools/list", json!({})).to_string())
        .send()
        .await
        .unwrap();
    parse(response).await["result"]["tools"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_choose_tools_count_in_the_demo_and_no_others() {
    let all = tools_of(&mut Running::start(&mut demo(&["--json"], &[]))).await;
    assert_eq!(all, tool_count());
    let flag = ["--json", "--read-only"];
    assert_eq!(tools_of(&mut Running::start(&mut demo(&flag, &[]))).await, reading_tool_count());
    let variable = [("WIV_MCP_READ_ONLY", "true")];
    let count = tools_of(&mut Running::start(&mut demo(&["--json"], &variable))).await;
    assert_eq!(count, reading_tool_count());
    let cases = tools_that(|tool| is_of(tool, &[wiv_mcp::catalog::Toolset::Cases]));
    let variable = [("WIV_MCP_TOOLSETS", "cases")];
    assert_eq!(tools_of(&mut Running::start(&mut demo(&["--json"], &variable))).await, cases);
    let foreign = [
        ("WIV_API_URL", "https://wiv.example"),
        ("WIV_MCP_LISTEN", "nowhere"),
        ("WIV_MCP_CALLS_PER_KEY", "0"),
        ("WIV_API_KEY", "somebody's"),
    ];
    assert_eq!(tools_of(&mut Running::start(&mut demo(&["--json"], &foreign))).await, all);
    for (arguments, environment, named) in [
        (&["--toolsets", "casess"][..], &[][..], "--toolsets"),
        (&[], &[("WIV_MCP_CATALOG", "/no/such/file")], "WIV_MCP_CATALOG"),
        (&[], &[("WIV_MCP_READONLY", "true")], "did you mean WIV_MCP_READ_ONLY"),
        (&["--listen", "0.0.0.0:80"], &[], "--listen"),
    ] {
        let output = demo(arguments, environment).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(named), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

/// Opens a stream with a call in flight that the far end does not answer.
async fn assistant_at(mcp_url: &str, wiv_api_url: &str) -> tokio::task::JoinHandle<()> {
    let fault = json!({ "match": {}, "fault": "slow", "delay_ms": 60_000, "times": 0 });
    let ordered = client()
        .put(format!("{wiv_api_url}/_control/faults"))
        .header("content-type", "application/json")
        .body(fault.to_string())
        .send();
    assert!(ordered.await.unwrap().status().is_success());
    let call = request(2, "tools/call", json!({ "name": "wiv_list_spaces", "arguments": {} }));
    let post = client()
        .post(mcp_url)
        .header("x-api-key", ACME)
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(call.to_string());
    let calling = tokio::spawn(async move {
        let _cut = post.send().await;
    });
    let calls = format!("{wiv_api_url}/_control/calls");
    let arrived = async {
        loop {
            let seen = client().get(&calls).send().await.unwrap().text().await.unwrap();
            if seen.contains("/spaces") {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, arrived).await.unwrap();
    calling
}

/// A drain takes three seconds in the demo and ten in a server.
const AT_ONCE: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_says_what_it_waits_for_and_a_second_one_ends_at_once() {
    for first in ["-INT", "-TERM"] {
        let mut running = Running::start(&mut demo(&["--json"], &[]));
        let ready = ready(&mut running);
        let url = |name: &str| ready[name].as_str().unwrap().to_owned();
        let assistant = assistant_at(&url("mcp_url"), &url("wiv_api_url")).await;
        running.signal(first);
        let said = running.said("waiting for");
        assert!(said.contains("1 connection") && said.contains("Ctrl-C"), "{said}");
        let second = Instant::now();
        running.signal("-INT");
        assert!(running.ended().success());
        assert!(second.elapsed() < AT_ONCE, "{:?}", second.elapsed());
        assistant.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_a_server_at_once() {
    let server = Server::start().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let listen = free.to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"));
    command
        .arg("serve")
        .env_clear()
        .envs([("WIV_MCP_LISTEN", listen.as_str()), ("WIV_API_URL", server.sandbox.wiv_api_url())]);
    let mut running = Running::start(&mut command);
    running.said("serving");
    let assistant =
        assistant_at(&format!("http://{listen}/mcp"), server.sandbox.wiv_api_url()).await;
    running.signal("-TERM");
    assert!(running.said("waiting for").contains("at most 10s"));
    let second = Instant::now();
    running.signal("-TERM");
    assert!(running.ended().success());
    assert!(second.elapsed() < AT_ONCE, "{:?}", second.elapsed());
    assistant.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nobody_connected_one_signal_is_enough_and_nothing_is_said() {
    let mut running = Running::start(&mut demo(&["--json"], &[]));
    ready(&mut running);
    running.signal("-INT");
    assert!(running.ended().success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut running.0.stderr.take().unwrap(), &mut rest).unwrap();
    assert_eq!(rest, "");
}
