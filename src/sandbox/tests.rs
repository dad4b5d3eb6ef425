//! Tests of the stand-in through real sockets, and the small client that they share.
//!
//! Each child asks about one promise of the stand-in; none looks behind its address.

mod access;
mod cases;
mod executions;
mod faults;
mod paging;
mod questions;
mod workflows;

use std::io;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Sandbox;

const ACME: &str = "wiv-demo-acme";
const READ_ONLY: &str = "wiv-demo-acme-read-only";
const GLOBEX: &str = "wiv-demo-globex";
const MSP: &str = "wiv-demo-msp";

/// A stand-in and a key to ask it with.
struct Asker<'a> {
    sandbox: &'a Sandbox,
    key: &'static str,
}

pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.head))
    }

    /// A header's value, or an empty text.
    pub(super) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(other, _)| *other == name).map(|(_, value)| value).next().unwrap_or_default()
    }
}

async fn start() -> Sandbox {
    Sandbox::start(0, 0).await.unwrap()
}

impl Asker<'_> {
    fn new<'a>(sandbox: &'a Sandbox, key: &'static str) -> Asker<'a> {
        Asker { sandbox, key }
    }

    /// The whole answer to a request with this key and these headers.
    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Answer> {
        let mut all = vec![("x-api-key", self.key)];
        all.extend(headers);
        send(self.sandbox, method, path, &all, body).await
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(method, path, &[], &body).await.unwrap();
        (answer.status, answer.json())
    }

    /// The JSON of a 200 answer.
    async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.ask("GET", path, &Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask("POST", path, &body).await;
        assert_eq!(status, 200, "{path} {body}: {answer}");
        answer
    }

    async fn advance(&self, seconds: u64) -> Value {
        self.post("/_control/clock", json!({"advance_s": seconds})).await
    }

    /// The id of the workflow with this name.
    async fn workflow_id(&self, name: &str) -> String {
        let list = self.get("/workflows").await;
        let mut rows = list["data"].as_array().unwrap().iter();
        let row = rows.find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}"));
        row["workflow_id"].as_str().unwrap().to_owned()
    }
}

async fn send(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Answer> {
    send_to(sandbox.wiv_api_url(), method, path, headers, body).await
}

/// Sends one request on a connection of its own and reads until the other side closes.
pub(super) async fn send_to(
    origin: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Answer> {
    let address = origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await?;
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    Ok(Answer { status, head, body: bytes.split_off(end + 4) })
}

#[tokio::test]
async fn dropping_a_stand_in_frees_its_port() {
    let sandbox = start().await;
    let port = sandbox.wiv_api_url().rsplit(':').next().unwrap().parse().unwrap();
    assert!(Sandbox::start(port, 0).await.is_err(), "the port is taken");
    drop(sandbox);
    for _ in 0..1_000 {
        if Sandbox::start(port, 0).await.is_ok() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("port {port} is still taken");
}

#[tokio::test]
async fn every_operation_is_there_and_wants_a_key() {
    let sandbox = start().await;
    // Which there must be, `it::documents` asks of the catalogue.
    assert!(!super::operations().is_empty());
    for (method, path) in super::operations() {
        for headers in [&[][..], &[("x-api-key", "nobody's")]] {
            let answer = send(&sandbox, method, path, headers, "{}").await.unwrap();
            assert_eq!(answer.status, 401, "{method} {path}");
            assert_eq!(answer.json(), json!({"error": "Authentication required"}));
        }
        let answer = Asker::new(&sandbox, MSP).send(method, path, &[], "{}").await.unwrap();
        assert_ne!(answer.status, 405, "{method} {path}");
        let is_missing_path = answer.json()["error"] == "Path not found";
        assert!(!is_missing_path, "{method} {path}");
    }
}

#[tokio::test]
async fn calls_are_listed_with_their_query_and_headers() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let headers = [("X-Request-Id", "one"), ("x-request-id", "two")];
    asker.send("GET", "/executions?status=FAILED", &headers, "").await.unwrap();
    let calls = asker.get("/_control/calls").await;
    let call = &calls["calls"][0];
    assert_eq!(call["method"], "GET");
    assert_eq!(call["path"], "/executions?status=FAILED");
    assert_eq!(call["headers"]["x-api-key"], ACME);
    assert_eq!(call["headers"]["x-request-id"], "one, two");
    asker.send("DELETE", "/_control/calls", &[], "").await.unwrap();
    assert_eq!(asker.get("/_control/calls").await, json!({"calls": []}));
}

#[tokio::test]
async fn the_clock_starts_on_a_monday_morning_and_only_goes_forward() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let now = asker.advance(0).await["now"].as_str().unwrap().to_owned();
    assert!(now.starts_with("2026-11-16T09:00:"), "{now}");
    let later = asker.advance(3_600).await["now"].as_str().unwrap().to_owned();
    assert!(later.starts_with("2026-11-16T10:00:"), "{later}");
    for bad in [json!({"advance_s": -1}), json!({"advance_s": 4_000_000_000_u64}), json!({})] {
        assert_eq!(asker.ask("POST", "/_control/clock", &bad).await.0, 400, "{bad}");
    }
}
