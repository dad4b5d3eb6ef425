//! Answers we choose instead of serving a request.
//!
//! One place for status, headers and words. JSON always: clients parse what they get.

use std::borrow::Cow;

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::{auth::Challenge, limits::Busy, telemetry::Refused};

/// A refusal: its status, and what to do.
#[derive(Debug, Clone)]
pub struct Refusal {
    status: StatusCode,
    body: Vec<u8>,
    /// What the log says of it.
    refused: Box<Refused>,
    retry_after_seconds: Option<u64>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

impl Refusal {
    /// A refusal with a short code for programs and a sentence for people.
    pub fn new(
        status: StatusCode,
        error: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let body = json!({ "error": error, "message": message.into() });
        Self {
            status,
            body: body.to_string().into_bytes(),
            refused: Box::new(Refused::new(error)),
            retry_after_seconds: None,
            headers: Vec::new(),
        }
    }

    /// A refusal of a message: the body is a JSON-RPC error.
    pub(super) fn with_body(status: StatusCode, body: Vec<u8>) -> Self {
        let refused = Box::new(Refused::new("invalid_message"));
        Self { status, body, refused, retry_after_seconds: None, headers: Vec::new() }
    }

    /// 401: who calls is not known, or not any more.
    pub fn unauthorized(challenge: Challenge) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", challenge.message)
            .refused(Refused::new(challenge.reason))
            .header(header::WWW_AUTHENTICATE, challenge.www_authenticate)
    }

    /// 403: the grant is too narrow, and a wider one can be asked for.
    pub(super) fn insufficient_scope(challenge: Challenge) -> Self {
        Self::new(StatusCode::FORBIDDEN, "insufficient_scope", challenge.message)
            .header(header::WWW_AUTHENTICATE, challenge.www_authenticate)
    }

    /// Says more of it in the log than its code.
    #[must_use]
    pub(crate) fn refused(self, refused: Refused) -> Self {
        Self { refused: Box::new(refused), ..self }
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The HTTP response, for a path whose clients read `error_description` where others read
    /// `message` (RFC 6749, 5.2).
    pub(crate) fn at(mut self, path: &str) -> Response {
        let is_of_oauth =
            path.starts_with("/oauth/") || ["/register", "/authorize", "/token"].contains(&path);
        if is_of_oauth
            && let Ok(mut body) = serde_json::from_slice::<serde_json::Value>(&self.body)
            && let Some(message) = body.get("message").cloned()
        {
            body["error_description"] = message;
            self.body = body.to_string().into_bytes();
        }
        self.into_response()
    }

    /// The HTTP response.
    pub fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        headers.extend(self.headers);
        (*self.refused).on(response)
    }
}

impl axum::response::IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.into_response()
    }
}

/// There is no room in memory for what was sent, or for its answer.
pub(super) fn no_room(busy: Busy) -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "server_busy",
        "this server holds as much as it may just now; nothing was done; try again in a moment",
    )
    .retry_after(busy.retry_after_seconds)
}

/// A task of ours died.
pub(super) fn failed() -> Refusal {
    Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal_error",
        "the server failed; nothing was done",
    )
}
