//! What an answer of the Backend API means, by its status and body.
//!
//! Pure. PropelAuth has two kinds of 429: one is a user's or organization's own limit, and says
//! so in JSON; any other is about this server.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    BackendError,
    http::{HttpAnswer, Outage},
};

/// An answer that settles what was asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// Done; the body may be empty.
    Done(Bytes),
    /// What was named does not exist.
    Gone,
}

pub(super) fn understand(answer: HttpAnswer) -> Result<Reply, BackendError> {
    let outage = match answer.status {
        status if status.is_success() => return Ok(Reply::Done(answer.body)),
        StatusCode::NOT_FOUND => return Ok(Reply::Gone),
        StatusCode::BAD_REQUEST => {
            return Err(BackendError::Refused { fields: fields(&answer.body) });
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Outage::CredentialsRefused,
        StatusCode::TOO_MANY_REQUESTS => match limit_of_user(&answer.body) {
            Some(wait) => return Err(BackendError::RateLimited { wait }),
            None => Outage::Throttled,
        },
        status => Outage::Status(status),
    };
    Err(outage.into())
}

/// Reads a body; `what` names it in the error, which never quotes it.
pub(super) fn parse<T: DeserializeOwned>(
    body: &[u8],
    what: &'static str,
) -> Result<T, BackendError> {
    serde_json::from_slice(body).map_err(|_| Outage::Malformed(what).into())
}

/// The wait that a user's or organization's own limit asks for.
fn limit_of_user(body: &[u8]) -> Option<Duration> {
    #[derive(Deserialize)]
    struct Limit {
        wait_seconds: f64,
        error_code: String,
    }
    let limit: Limit = serde_json::from_slice(body).ok()?;
    let wait = Duration::try_from_secs_f64(limit.wait_seconds).ok()?;
    (limit.error_code == "rate_limit_exceeded").then_some(wait)
}

/// The field errors of a 400 on one line: `{"org_id": ["unknown"]}` is `org_id: unknown`.
fn fields(body: &[u8]) -> String {
    let text = match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => {
            let field = |(name, fault): (&String, &Value)| format!("{name}: {}", words(fault));
            fields.iter().map(field).collect::<Vec<_>>().join("; ")
        }
        _ => "no reason given".to_owned(),
    };
    text.chars().filter(|character| !character.is_control()).take(MAX_FIELDS_CHARS).collect()
}

fn words(fault: &Value) -> String {
    match fault {
        Value::String(text) => text.clone(),
        Value::Array(faults) => faults.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Enough for every field of a request, and short enough for a log line.
const MAX_FIELDS_CHARS: usize = 300;
