//! What the WIV API's refusals and silences mean to a model.
//!
//! The only place that translates a status. HTTP 401 and 403 of our own are never used for
//! these: clients would take them for a login.

use std::time::Duration;

use http::StatusCode;

use super::{FailureKind, Keys, MalformedAnswer, ToolFailure};
use crate::{caller::MAX_KEY_BYTES, json, text, wiv};

/// Longest text of upstream that is repeated, in characters.
const MAX_UPSTREAM_TEXT_CHARS: usize = 500;

/// Larger bodies are not the documented form, and reading them would hold up other callers.
const MAX_ERROR_BODY_BYTES: usize = 64 * 1024;

/// What is known about the operation that failed.
#[derive(Debug, Clone, Copy)]
pub struct FailedOperation<'a> {
    /// It changes something.
    pub writes: bool,
    /// WIV documents its path; otherwise the catalogue assumes it.
    pub documented: bool,
    /// The caller signed in, rather than configured a key.
    pub signed_in: bool,
    /// Where a person gets a new key, when that is on a page of ours.
    pub connect_url: Option<&'a str>,
    /// The caller's keys, which upstream may repeat.
    pub keys: &'a Keys,
}

impl FailedOperation<'_> {
    fn where_keys_are(&self) -> String {
        match self.connect_url {
            Some(url) => format!("at {url}"),
            None => "in WIV (avatar menu, API Keys)".to_owned(),
        }
    }
}

impl ToolFailure {
    /// An answer whose status says that the call failed.
    pub fn refused(
        operation: FailedOperation<'_>,
        status: StatusCode,
        body: &[u8],
        retry_after: Option<Duration>,
    ) -> Self {
        let said = upstream_text(body, operation.keys);
        let said = said.as_deref();
        let (kind, message) = match status {
            StatusCode::UNAUTHORIZED if operation.signed_in => (
                FailureKind::Unauthorized,
                format!(
                    "WIV no longer takes this sign-in{}: it was revoked or expired. Trying again \
                     will not help; the person must sign in again: reconnect in the assistant's \
                     settings{}.",
                    quoted(said),
                    operation.connect_url.map(|url| format!(", or see {url}")).unwrap_or_default()
                ),
            ),
            StatusCode::UNAUTHORIZED => (
                FailureKind::Unauthorized,
                format!(
                    "WIV refused the API key{}. It expired, was revoked, or is mistyped; trying \
                     again will not help. Get a new key {} and put it into the client's \
                     settings.",
                    quoted(said),
                    operation.where_keys_are()
                ),
            ),
            StatusCode::FORBIDDEN => (
                FailureKind::Forbidden,
                format!(
                    "WIV does not allow this with the role of the API key{}. Trying again will \
                     not help; a person with a higher role can do it, or give the key's owner \
                     that role.",
                    quoted(said)
                ),
            ),
            StatusCode::NOT_FOUND if operation.documented => (
                FailureKind::NotFound,
                format!(
                    "WIV has no such object{}. Check the id with a list or search tool; don't \
                     guess ids.",
                    quoted(said)
                ),
            ),
            StatusCode::NOT_FOUND => (
                FailureKind::NotFound,
                format!(
                    "No such object, or this server's path for it is wrong{}. Check the id with \
                     a list or search tool; if the id is right, the operator can correct the \
                     path in the catalogue.",
                    quoted(said)
                ),
            ),
            StatusCode::CONFLICT => (
                FailureKind::Conflict,
                format!(
                    "WIV refused this because of the object's present state{}. Read the object \
                     again and decide anew.",
                    quoted(said)
                ),
            ),
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => (
                FailureKind::InvalidArguments,
                format!(
                    "WIV did not accept the arguments{}. Correct them before trying again.",
                    quoted(said)
                ),
            ),
            StatusCode::TOO_MANY_REQUESTS => (
                FailureKind::RateLimited,
                format!("WIV is limiting the calls of this key{}. Nothing was done.", quoted(said)),
            ),
            status if status.is_server_error() && operation.writes => (
                FailureKind::UpstreamError,
                format!(
                    "WIV failed with status {}{}. The change may have been made: read the \
                     object before trying again.",
                    status.as_u16(),
                    quoted(said)
                ),
            ),
            status if status.is_server_error() => (
                FailureKind::UpstreamError,
                format!(
                    "WIV failed with status {}{}. Trying again later may help.",
                    status.as_u16(),
                    quoted(said)
                ),
            ),
            status => (
                FailureKind::UpstreamError,
                format!(
                    "WIV answered with the unexpected status {}{}. Trying again will not help; \
                     the operator should check WIV_API_URL and the catalogue.",
                    status.as_u16(),
                    quoted(said)
                ),
            ),
        };
        Self {
            kind,
            status: Some(status.as_u16()),
            message: message.into(),
            retry_after_seconds: retry_after.map(|wait| wait.as_secs()),
        }
    }

    /// No whole answer came.
    pub fn silent(operation: FailedOperation<'_>, failure: &wiv::Failure) -> Self {
        use wiv::Failure;
        let unknown_outcome = "The request was sent and its answer was lost: the change may or \
             may not have been made. Read the object before trying again.";
        match failure {
            Failure::Busy(busy) => Self {
                retry_after_seconds: Some(busy.retry_after_seconds),
                ..Self::new(
                    FailureKind::RateLimited,
                    "Too many calls are running with this key. Nothing was done.",
                )
            },
            Failure::TooManyTries(busy) => Self {
                retry_after_seconds: Some(busy.retry_after_seconds),
                ..Self::new(
                    FailureKind::RateLimited,
                    "Too many API keys that this server doesn't know are being tried at once. \
                     Nothing was done.",
                )
            },
            Failure::OutOfDescriptors(_) => Self {
                retry_after_seconds: Some(1),
                ..Self::new(
                    FailureKind::RateLimited,
                    "This server has no room for another connection to the WIV API just now. \
                     Nothing was done.",
                )
            },
            Failure::NoRoom(_) if operation.writes => {
                Self::new(FailureKind::OutcomeUnknown, unknown_outcome)
            }
            Failure::NoRoom(busy) => Self {
                retry_after_seconds: Some(busy.retry_after_seconds),
                ..Self::new(
                    FailureKind::RateLimited,
                    "This server has no room for another answer just now. Ask for less, or try \
                     again.",
                )
            },
            Failure::Unreachable(_) => Self::new(
                FailureKind::UpstreamError,
                "The WIV API can't be reached. Nothing was done; trying again later may help.",
            ),
            Failure::Broken(_) | Failure::Timeout if operation.writes => {
                Self::new(FailureKind::OutcomeUnknown, unknown_outcome)
            }
            Failure::Broken(_) => Self::new(
                FailureKind::UpstreamError,
                "The connection to the WIV API broke. Trying again may help.",
            ),
            Failure::Timeout => Self::new(
                FailureKind::Timeout,
                "The WIV API did not answer in time. Ask for less (a smaller `limit`, a \
                 narrower filter), or try again later.",
            ),
            Failure::TooLarge { .. } if operation.writes => Self::new(
                FailureKind::OutcomeUnknown,
                "The change was sent; its answer is too large to read. Read the object to see \
                 what was done.",
            ),
            Failure::TooLarge { limit_bytes } => Self::new(
                FailureKind::TooLarge,
                format!(
                    "The WIV API's answer is larger than {limit_bytes} bytes. Ask for less: a \
                     smaller `limit`, a narrower filter or date range."
                ),
            ),
            Failure::Unsendable(_) => Self::new(
                FailureKind::UpstreamError,
                "The request could not be built. Nothing was done; the operator finds the \
                 cause in the log.",
            ),
        }
    }

    /// An answer came that can't be passed on.
    pub fn unreadable(
        operation: FailedOperation<'_>,
        status: StatusCode,
        malformed: &MalformedAnswer,
    ) -> Self {
        let said = format!("WIV sent an answer that can't be read: {malformed}");
        match malformed {
            MalformedAnswer::TooManyRows => Self::untold(
                operation,
                status,
                FailureKind::TooLarge,
                &said,
                "Ask for less: a smaller `limit`, a narrower filter or date range.",
            ),
            _ => Self::untold(
                operation,
                status,
                FailureKind::Malformed,
                &said,
                "Trying again may help.",
            ),
        }
    }

    /// An answer came, and making it readable took too long or failed.
    pub fn unshaped(operation: FailedOperation<'_>, status: StatusCode, why: Unshaped) -> Self {
        let (kind, advice) = match why {
            Unshaped::NoTurn => (
                FailureKind::Timeout,
                "Ask for less (a smaller `limit`, a narrower filter), or try again later.",
            ),
            Unshaped::Failed => (
                FailureKind::Malformed,
                "Trying again will hardly help; the operator finds the cause in the log.",
            ),
        };
        Self::untold(operation, status, kind, &why.to_string(), advice)
    }

    /// An answer came and can't be told. A write was probably done.
    fn untold(
        operation: FailedOperation<'_>,
        status: StatusCode,
        kind: FailureKind,
        said: &str,
        advice: &str,
    ) -> Self {
        let (kind, advice) = if operation.writes {
            (
                FailureKind::OutcomeUnknown,
                "The change was probably made: read the object before trying again.",
            )
        } else {
            (kind, advice)
        };
        Self { status: Some(status.as_u16()), ..Self::new(kind, format!("{said}. {advice}")) }
    }
}

/// Why an answer was not made readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unshaped {
    /// Too many large answers came at one time.
    #[error("WIV answered, and too many large answers are being read at this time")]
    NoTurn,
    /// A mistake of ours.
    #[error("WIV answered, and this server failed at reading it")]
    Failed,
}

/// The documented `{"error": "<text>"}`, without what is hidden and without keys, on one line and
/// of bounded length. Other bodies, such as a proxy's HTML, are not repeated.
fn upstream_text(body: &[u8], keys: &Keys) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct ErrorBody<'a> {
        #[serde(borrow)]
        error: &'a serde_json::value::RawValue,
    }
    if body.len() > MAX_ERROR_BODY_BYTES {
        return None;
    }
    let body: ErrorBody<'_> = serde_json::from_slice(body).ok()?;
    let string = body.error.get();
    if !string.starts_with('"') {
        return None;
    }
    // A key that is cut in two would not be found: the cut comes after.
    let beginning = text::shown(json::units(json::inside(string)).map(|unit| unit.says))
        .take(MAX_UPSTREAM_TEXT_CHARS + MAX_KEY_BYTES);
    let said = keys.taken_out_of(beginning.collect());
    let said: String = said.chars().take(MAX_UPSTREAM_TEXT_CHARS).collect();
    let said = said.trim().trim_end_matches('.');
    (!said.is_empty()).then(|| said.to_owned())
}

fn quoted(said: Option<&str>) -> String {
    said.map(|said| format!(" (it says: {})", text::quoted(said))).unwrap_or_default()
}
