//! What people ask help with is in the log, and floods are one line.

use serde_json::json;
use wiv_mcp::sandbox::Sandbox;

use crate::{
    harness::*,
    oauth::browser::first_endpoint,
    process::{Process, lines_with},
};

#[tokio::test]
async fn a_message_for_another_instances_stream_is_told_with_what_helps_once_a_minute() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let same = [("WIV_MCP_PUBLIC_URL", "http://localhost:8080")];
    let holder = Process::start(&sandbox, &same).await;
    let other = Process::start(&sandbox, &same).await;
    let open = client().get(format!("{}/sse", holder.url)).header("x-api-key", ACME);
    let stream = open.send().await.unwrap();
    let endpoint = first_endpoint(stream).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let post = client()
            .post(format!("{}{endpoint}", other.url))
            .header("x-api-key", ACME)
            .header("content-type", "application/json")
            .body(request(1, "ping", json!({})).to_string());
        let answer = post.send().await.unwrap();
        assert_eq!(answer.status(), 503);
        assert!(answer.headers().contains_key("retry-after"));
        ids.push(answer.headers()["x-request-id"].to_str().unwrap().to_owned());
        let body = parse(answer).await;
        assert_eq!(body["error"], "session_elsewhere");
        assert!(body["message"].as_str().unwrap().contains("/mcp"), "{body}");
    }
    let log = other.stop().await;
    let lines = lines_with(&log, "another instance");
    assert_eq!(lines.len(), 1, "{log}");
    assert_eq!(
        (&lines[0]["level"], &lines[0]["request.id"]),
        (&"ERROR".into(), &(&*ids[0]).into())
    );
    // Nothing is advised that this release does not have.
    for advice in ["/mcp", "one instance", "client address"] {
        assert!(lines[0]["message"].as_str().unwrap().contains(advice), "{}", lines[0]);
    }
    assert!(!log.contains("REDIS"), "{log}");
}

/// Something that is refused: how it is asked for, the status, the reason in the log, its level.
struct Case {
    ask: reqwest::RequestBuilder,
    status: u16,
    reason: &'static str,
    level: &'static str,
    route: &'static str,
}

/// A refusal of each kind that needs no more than one request.
fn cases(url: &str) -> Vec<Case> {
    let case = |ask, status, reason, level, route| Case { ask, status, reason, level, route };
    let post = |path: &str| client().post(format!("{url}{path}"));
    let get = |path: &str| client().get(format!("{url}{path}"));
    let json = |ask: reqwest::RequestBuilder| ask.header("content-type", "application/json");
    let with_key = |path: &str| json(post(path)).header("x-api-key", ACME);
    let form = |path: &str, body: &str| {
        post(path).header("content-type", "application/x-www-form-urlencoded").body(body.to_owned())
    };
    let ping = request(1, "ping", json!({})).to_string();
    let connect = initialize("2025-11-25").to_string();
    let large = "x".repeat(5 * 1024 * 1024);
    vec![
        case(json(post("/mcp")).body(ping.clone()), 401, "no_credential", "INFO", "/mcp"),
        case(json(post("/sse")).header("x-api-key", "a b"), 401, "bad_key", "INFO", "/sse"),
        case(post("/mcp").bearer_auth("nonsense"), 401, "bad_token", "INFO", "/mcp"),
        case(
            json(post("/mcp")).header("x-api-key", "wiv-unknown").body(connect),
            401,
            "refused_key",
            "INFO",
            "/mcp",
        ),
        case(with_key("/mcp").body("{nonsense"), 400, "invalid_message", "INFO", "/mcp"),
        case(with_key("/mcp").body(large), 413, "too_large", "INFO", "/mcp"),
        case(
            post("/mcp/").header("x-api-key", ACME).body(ping.clone()),
            415,
            "unsupported_media_type",
            "INFO",
            "/mcp/",
        ),
        case(
            with_key("/messages?session_id=x").body(ping.clone()),
            404,
            "unknown_session",
            "INFO",
            "/messages",
        ),
        case(with_key("/messages").body(ping), 400, "missing_session_id", "INFO", "/messages"),
        case(get("/wiv-demo-acme"), 404, "not_found", "INFO", "none"),
        case(post("/healthz"), 405, "method_not_allowed", "INFO", "/healthz"),
        case(
            get("/mcp").header("host", "mcp.elsewhere.example"),
            403,
            "forbidden_host",
            "WARN",
            "/mcp",
        ),
        case(
            get("/mcp").header("origin", "https://evil.example"),
            403,
            "forbidden_origin",
            "WARN",
            "/mcp",
        ),
        case(
            json(post("/oauth/register")).body(r#"{"redirect_uris":["https://evil.example/"]}"#),
            400,
            "invalid_redirect_uri",
            "INFO",
            "/oauth/register",
        ),
        case(
            form("/oauth/token", "grant_type=refresh_token&client_id=nobody"),
            401,
            "invalid_client",
            "INFO",
            "/oauth/token",
        ),
        case(
            get("/oauth/authorize?client_id=nobody"),
            400,
            "invalid_request",
            "INFO",
            "/oauth/authorize",
        ),
        case(
            get("/oauth/callback?state=x&code=y"),
            403,
            "not_this_browser",
            "INFO",
            "/oauth/callback",
        ),
        case(post("/connect/key"), 403, "signed_out", "INFO", "/connect/key"),
    ]
}

#[tokio::test]
async fn each_refusal_is_found_in_the_log_by_its_id_with_its_reason() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let server = Process::start(&sandbox, &[]).await;
    let mut asked = Vec::new();
    for case in cases(&server.url) {
        let answer = case.ask.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), case.status, "{}", case.reason);
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        asked.push((id, case.status, case.reason, case.level, case.route));
    }
    let log = server.stop().await;
    for (id, status, reason, level, route) in asked {
        let lines = lines_with(&log, &id);
        let line = lines.last().unwrap_or_else(|| panic!("{reason} {id}: {log}"));
        let found =
            ["reason", "level", "route", "message"].map(|name| line[name].as_str().unwrap());
        assert_eq!(found, [reason, level, route, "request refused"], "{line}");
        assert_eq!((&line["request.id"], &line["status"]), (&json!(id), &json!(status)), "{line}");
        assert!(["GET", "POST"].contains(&line["method"].as_str().unwrap()), "{line}");
    }
    // A host that is not ours is named, so that a wrong public URL is found at the default level.
    let host = lines_with(&log, "forbidden_host").pop().unwrap();
    assert_eq!(host["seen"], "mcp.elsewhere.example");
    assert!(host["advice"].as_str().unwrap().contains("WIV_MCP_PUBLIC_URL"), "{host}");
    let origin = lines_with(&log, "forbidden_origin").pop().unwrap();
    assert_eq!(origin["seen"], "https://evil.example");
    assert!(origin["advice"].as_str().unwrap().contains("WIV_MCP_ALLOWED_ORIGINS"), "{origin}");
    // Neither paths nor queries: people type keys into addresses.
    assert!(!log.contains(ACME) && !log.contains("nobody"), "{log}");
}

#[tokio::test]
async fn limits_are_in_the_log_as_warnings() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let few = [("WIV_MCP_STREAMS", "3"), ("WIV_MCP_STREAMS_PER_KEY", "1")];
    let server = Process::start(&sandbox, &few).await;
    let open = async |key: &str| {
        let get = client().get(format!("{}/sse", server.url)).header("x-api-key", key);
        get.send().await.unwrap()
    };
    let mut streams = vec![open(ACME).await, open(GLOBEX).await];
    for (key, status, reason) in [(ACME, 429, "too_many_streams"), (READ_ONLY, 503, "server_full")]
    {
        let answer = open(key).await;
        assert_eq!(
            (answer.status().as_u16(), answer.headers().contains_key("retry-after")),
            (status, true)
        );
        assert_eq!(parse(answer).await["error"], reason);
        streams.push(open(MSP).await);
    }
    drop(streams);
    let log = server.stop().await;
    for reason in ["too_many_streams", "server_full"] {
        let lines = lines_with(&log, reason);
        assert_eq!(lines.len(), 1, "{log}");
        assert_eq!((&lines[0]["level"], &lines[0]["route"]), (&json!("WARN"), &json!("/sse")));
    }
}

#[tokio::test]
async fn a_flood_of_refusals_is_one_line() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let server = Process::start(&sandbox, &[]).await;
    let http = client();
    for _ in 0..1000 {
        let get = http.get(format!("{}/nothing", server.url)).send().await.unwrap();
        assert_eq!(get.status(), 404);
    }
    let log = server.stop().await;
    assert_eq!(lines_with(&log, "not_found").len(), 1, "{log}");
}

#[tokio::test]
async fn ids_that_people_are_asked_to_quote_are_each_in_the_log() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let server = Process::start(&sandbox, &[]).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let get = client().get(format!("{}/oauth/callback?state=x&code=y", server.url));
        let page = get.header("accept", "text/html").send().await.unwrap().text().await.unwrap();
        let (_, rest) = page.split_once("Quote this ID if you ask for help: <code>").unwrap();
        ids.push(rest.split_once('<').unwrap().0.to_owned());
    }
    let log = server.stop().await;
    for id in ids {
        assert_eq!(lines_with(&log, &id).len(), 1, "{id}: {log}");
    }
}

#[tokio::test]
async fn what_strangers_send_can_neither_forge_a_line_nor_bring_a_key_into_it() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let variables = [("WIV_MCP_LOG", "trace"), ("WIV_MCP_LOG_FORMAT", "text")];
    let server = Process::start(&sandbox, &variables).await;
    let http = client();
    for path in [
        ACME,
        "x/wiv-demo-acme",
        "mcp/wiv-demo-acme?key=wiv-demo-acme",
        ".well-known/wiv-demo-acme",
    ] {
        let get = http.get(format!("{}/{path}", server.url)).send().await.unwrap();
        assert_eq!(get.status(), 404);
    }
    let method = reqwest::Method::from_bytes(b"wiv-demo-acme").unwrap();
    http.request(method, format!("{}/mcp", server.url)).send().await.unwrap();
    let hosts = ["x\t2026-01-01 ERROR forged", "\u{1b}[31mred", "\u{202e}dlrow", &"h".repeat(5000)];
    for host in hosts {
        let host = reqwest::header::HeaderValue::from_bytes(host.as_bytes());
        let Ok(host) = host else { continue };
        let get = http.get(format!("{}/mcp", server.url)).header("host", host);
        assert_eq!(get.send().await.unwrap().status(), 403);
    }
    let log = server.stop().await;
    assert!(!log.contains(ACME), "{}", log.lines().find(|line| line.contains(ACME)).unwrap());
    let refused = log.lines().filter(|line| line.contains("forbidden_host"));
    for line in refused {
        assert!(line.len() < 600 && !line.contains(['\u{1b}', '\u{202e}', '\t']), "{line:?}");
    }
}
