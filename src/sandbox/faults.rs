//! Faults that a test or a demo orders: slow, refused, cut, broken or oversized answers.
//!
//! It decides which fault a request meets and what the answer becomes; the routes are in
//! `control`, the socket in `server`.
//!
//! A rule meets a request when the method is `match.method`, the path begins with
//! `match.path` (a `*` at its end changes nothing) and the request carries `match.key`; a
//! part that is absent meets all. The first rule that meets a request, has let its `skip`
//! requests pass and is not used up is its fault.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header, request, response};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};

/// More rules than this are a mistake of whoever orders them.
const MOST_RULES: usize = 100;

/// How long `slow` waits when nobody says.
const USUAL_DELAY_MS: u64 = 1_000;

/// Just over the server's default limit for an upstream body (8 MiB), with a margin.
const HUGE_BYTES: usize = 9 * 1024 * 1024 + 512 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) enum Kind {
    /// Waits, then answers normally.
    #[serde(rename = "slow")]
    Slow,
    #[serde(rename = "429")]
    TooManyRequests,
    /// PropelAuth's own limit on its caller, which is told in words only.
    #[serde(rename = "429_plain")]
    PlainTooManyRequests,
    /// PropelAuth's limit on the holder of an API key.
    #[serde(rename = "429_json")]
    KeyOverLimit,
    #[serde(rename = "500")]
    ServerError,
    /// As from a gateway that knows no such route: not in the service's own words.
    #[serde(rename = "404")]
    NotFound,
    /// Does the work, sends the head and half the body, then closes the connection.
    #[serde(rename = "cut")]
    Cut,
    /// Does the work, then answers 200 with the first half of the JSON.
    #[serde(rename = "malformed")]
    Malformed,
    /// Answers 200 with more valid JSON than anybody should read.
    #[serde(rename = "huge")]
    Huge,
    /// Does nothing and resets the connection.
    #[serde(rename = "reset")]
    Reset,
    /// Does nothing and answers what the rule's `answer` says, byte by byte.
    #[serde(rename = "answer")]
    Answer,
}

/// An answer that nobody would think of: any status, headers and text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Given {
    /// 200 when nobody says.
    status: Option<u16>,
    headers: BTreeMap<String, String>,
    body: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Match {
    method: Option<String>,
    path: Option<String>,
    key: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(rename = "match", default)]
    applies_to: Match,
    fault: Kind,
    /// How often; 0 or null is until deleted.
    #[serde(default = "once")]
    times: Option<u64>,
    /// What fault `answer` answers.
    #[serde(default)]
    answer: Given,
    /// Waited before any fault; `slow` has a default.
    delay_ms: Option<u64>,
    /// How many requests pass first, so that a fault meets the middle of a walk.
    #[serde(default)]
    skip: u64,
}

fn once() -> Option<u64> {
    Some(1)
}

/// What one request meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    pub(crate) given: Given,
    pub(crate) delay: Duration,
}

#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Rule>>);

impl Faults {
    /// Adds a rule, or replaces the one for the same requests. Tells all rules in force;
    /// None when there are too many.
    pub(crate) fn put(&self, rule: Rule) -> Option<Vec<Rule>> {
        let mut rules = self.lock();
        match rules.iter().position(|other| other.applies_to == rule.applies_to) {
            Some(at) => rules[at] = rule,
            None if rules.len() == MOST_RULES => return None,
            None => rules.push(rule),
        }
        Some(rules.clone())
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// The fault of this request, counted as used.
    pub(crate) fn meet(&self, head: &request::Parts) -> Option<Fault> {
        let mut rules = self.lock();
        let at = rules.iter_mut().position(|rule| {
            let meets = rule.applies_to.meets(head);
            let passes = meets && rule.skip > 0;
            rule.skip -= u64::from(passes);
            meets && !passes
        })?;
        let rule = &mut rules[at];
        let usual_delay_ms = if rule.fault == Kind::Slow { USUAL_DELAY_MS } else { 0 };
        let delay = Duration::from_millis(rule.delay_ms.unwrap_or(usual_delay_ms));
        let fault = Fault { kind: rule.fault, given: rule.answer.clone(), delay };
        match rule.times {
            Some(1) => _ = rules.remove(at),
            Some(times) if times > 1 => rule.times = Some(times - 1),
            _ => {}
        }
        Some(fault)
    }

    /// Never held across an await. A poisoned list is still a list.
    fn lock(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Given {
    /// What can't be a status or a header is answered 500, for whoever ordered it to see.
    pub(crate) fn into_response(self) -> Response {
        let mut builder = Response::builder().status(self.status.unwrap_or(200));
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        let response = builder.body(Body::from(self.body));
        response.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
}

impl Match {
    fn meets(&self, head: &request::Parts) -> bool {
        let key = head.headers.get("x-api-key").map(|key| key.as_bytes());
        let prefix = self.path.as_deref().unwrap_or_default();
        let prefix = prefix.strip_suffix('*').unwrap_or(prefix);
        let key_meets = self.key.as_deref().is_none_or(|wanted| key == Some(wanted.as_bytes()));
        let method_meets = self.method.as_deref().is_none_or(|wanted| head.method == wanted);
        method_meets && key_meets && head.uri.path().starts_with(prefix)
    }
}

/// 429 as gateways send it: with the time to wait.
pub(crate) fn too_many_requests() -> Response {
    let body = r#"{"error":"Too many requests"}"#;
    let retry_after = (header::RETRY_AFTER, HeaderValue::from_static("1"));
    (StatusCode::TOO_MANY_REQUESTS, [retry_after, JSON], body).into_response()
}

pub(crate) fn plain_too_many_requests() -> Response {
    (StatusCode::TOO_MANY_REQUESTS, "Too many requests").into_response()
}

/// The members that PropelAuth's libraries look for.
pub(crate) fn key_over_limit() -> Response {
    let body = r#"{"wait_seconds":1.5,"user_facing_error":"Too many requests with this API key","error_code":"rate_limit_exceeded"}"#;
    (StatusCode::TOO_MANY_REQUESTS, [JSON], body).into_response()
}

pub(crate) fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "<html><body><h1>404 Not Found</h1></body></html>").into_response()
}

pub(crate) fn server_error() -> Response {
    let body = r#"{"error":"Internal server error"}"#;
    (StatusCode::INTERNAL_SERVER_ERROR, [JSON], body).into_response()
}

const JSON: (header::HeaderName, HeaderValue) =
    (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));

/// 200 with the first half of a document.
pub(crate) fn malformed(body: &Bytes) -> Response {
    (StatusCode::OK, [JSON], body.slice(..body.len() / 2)).into_response()
}

/// The head of the true answer, half its body, and then an error in the middle of it:
/// hyper can only close the connection.
pub(crate) fn cut(mut head: response::Parts, body: &Bytes) -> Response {
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let half = body.slice(..body.len() / 2);
    let body = stream::unfold(Some(half), |half| async move {
        match half {
            Some(half) if !half.is_empty() => Some((Ok(half), Some(Bytes::new()))),
            Some(_) => {
                // Lets hyper flush what it has before it sees the error.
                tokio::task::yield_now().await;
                Some((Err(CutHere), None))
            }
            None => None,
        }
    });
    Response::from_parts(head, Body::from_stream(body))
}

#[derive(Debug)]
struct CutHere;

impl fmt::Display for CutHere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer is cut here, as ordered")
    }
}

impl std::error::Error for CutHere {}

/// Valid JSON, sent in pieces: it is not worth keeping nine megabytes in memory.
pub(crate) fn huge() -> Response {
    const ROW: &str = r#"{"case_id":"case_000000000000","case_type":"EC2 Stopped Instances","status":"To Do","criteria":"A row of an answer that is far too large to be read by anybody"},"#;
    const ROWS_IN_A_PIECE: usize = 400;
    let piece = Bytes::from(ROW.repeat(ROWS_IN_A_PIECE));
    let pieces = HUGE_BYTES / piece.len() + 1;
    let first = Bytes::from_static(b"{\"data\":[");
    // Each row ends with a comma; the last row has none.
    let last = Bytes::from(format!("{}],\"next_page_key\":null}}", ROW.trim_end_matches(',')));
    let body = std::iter::once(first).chain(std::iter::repeat_n(piece, pieces)).chain([last]);
    let body = Body::from_stream(stream::iter(body.map(Ok::<_, Infallible>)));
    (StatusCode::OK, [JSON], body).into_response()
}
