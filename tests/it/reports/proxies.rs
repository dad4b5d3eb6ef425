//! What operators put in front, and how they rehearse it; `tests/proxies/run` has nginx itself.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::harness::*;

const NGINX: &str = include_str!("../../../deploy/nginx.conf");
const PROXIES: &str = include_str!("../../../docs/PROXIES.md");

/// The value of a directive that stands once.
fn directive(name: &str) -> &'static str {
    let mut found = NGINX.lines().filter_map(|line| line.trim().strip_prefix(name));
    let value = found.next().unwrap_or_else(|| panic!("{name} is missing"));
    assert!(found.next().is_none(), "{name} stands twice");
    value.trim().trim_end_matches(';')
}

/// The default of a setting, as its digits.
fn default_of(variable: &str) -> u64 {
    let text = wiv_mcp::settings::markdown();
    let row = text.lines().find(|row| row.contains(&format!("`{variable}`"))).unwrap();
    let value = row.split('|').nth(2).unwrap();
    value.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

#[test]
fn nginx_lets_through_what_the_server_takes_and_waits_as_long() {
    let digits = |text: &str| -> u64 {
        text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
    };
    assert!(digits(directive("client_max_body_size ")) > default_of("WIV_MCP_REQUEST_LIMIT"));
    let waits = digits(directive("proxy_read_timeout "));
    assert!(waits > default_of("WIV_MCP_UPSTREAM_TIMEOUT"));
    assert!(waits > default_of("WIV_MCP_KEEP_ALIVE"));
    assert_eq!(directive("proxy_set_header Host "), "$http_host");
    assert_eq!(directive("proxy_buffering "), "off");
    assert!(!NGINX.contains("listen 80"), "a key would cross the network in clear");
    assert!(NGINX.contains("WIV_MCP_TRUSTED_PROXY_HOPS=1"));
}

#[test]
fn the_page_for_operators_has_each_concern_and_each_platform() {
    for concern in
        ["**Host**", "**Body size**", "**Timeouts**", "**Buffering**", "**Health**", "**Hops**"]
    {
        assert!(PROXIES.contains(concern), "{concern}");
    }
    let by_platform = PROXIES.split("## By platform").nth(1).unwrap();
    for platform in [
        "NLB",
        "nginx",
        "Application Load Balancer",
        "App Runner",
        "CloudFront",
        "Cloudflare",
        "Kubernetes",
    ] {
        let row = by_platform.lines().find(|row| row.starts_with('|') && row.contains(platform));
        assert_eq!(row.unwrap_or_default().split('|').count(), 8, "{platform}");
    }
    for variable in PROXIES.split('`').filter(|word| word.starts_with("WIV_MCP_")) {
        let name = variable.split('=').next().unwrap();
        assert!(wiv_mcp::settings::table().iter().any(|it| it.variable == name), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_tls_on_this_machine_pages_are_served_and_lead_nowhere_else() {
    for public in ["https://localhost:18443", "https://localhost", "https://127.0.0.1:18443"] {
        let server = Server::start_with_sign_in(&[("WIV_MCP_PUBLIC_URL", public)]).await;
        let host = public.strip_prefix("https://").unwrap();
        for (path, status) in [("/", 200), ("/connect", 200), ("/connect/account", 403)] {
            let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            let answer = server.raw(head.as_bytes()).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{public}{path}: {answer}");
        }
    }
}

#[test]
fn the_stand_in_prints_its_users_and_where_it_sends_people_back() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
        .args(["sandbox", "--port", "0"])
        .env_clear()
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let text: Vec<String> = lines.take_while(|line| !line.contains("Stop with")).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let text = text.join("\n");
    for word in
        ["ana@acme.example", "demo-ana", "Acme (Admin)", "blocked", "https", "/oauth/callback"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
}
