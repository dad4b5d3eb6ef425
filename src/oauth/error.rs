//! What OAuth clients are told when something is wrong.
//!
//! Not for people: pages have words of their own.

use std::time::Duration;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::{marks::MarksError, telemetry::Refused};

/// An error as OAuth clients read it (RFC 6749, 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OAuthError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) description: &'static str,
    /// When to come back.
    pub(super) wait_seconds: Option<u64>,
}

impl OAuthError {
    pub(super) const fn new(code: &'static str, description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, description, wait_seconds: None }
    }

    /// Nobody knows the client; a client then registers anew.
    pub(super) const fn invalid_client() -> Self {
        Self::client_flaw("unknown client; register again")
    }

    /// The client's document is none, or not one for this server.
    pub(super) const fn client_flaw(description: &'static str) -> Self {
        let error = Self::new("invalid_client", description);
        Self { status: StatusCode::UNAUTHORIZED, ..error }
    }

    /// What the log says of it.
    pub(super) fn refused(&self) -> Refused {
        Refused { why: Some(self.description), ..Refused::new(self.code) }
    }

    pub(super) const fn invalid_grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    /// An outage is never the grant's fault: a client must not drop its tokens for it.
    pub(super) const fn unavailable() -> Self {
        let words = "the sign-in service does not answer; try again in a minute";
        let error = Self::new("temporarily_unavailable", words);
        Self { status: StatusCode::SERVICE_UNAVAILABLE, wait_seconds: Some(10), ..error }
    }

    /// It comes too often. Never the grant's fault either.
    pub(super) fn too_often(wait: Duration) -> Self {
        let words = "this was asked for too often; try again later";
        let error = Self::new("temporarily_unavailable", words);
        let wait_seconds = Some(wait.as_secs() + 1);
        Self { status: StatusCode::TOO_MANY_REQUESTS, wait_seconds, ..error }
    }
}

/// Single use can't be kept, so that nothing is done.
impl From<MarksError> for OAuthError {
    fn from(_: MarksError) -> Self {
        let words = "too much is going on here just now; try again in a minute";
        Self { description: words, ..Self::unavailable() }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code, "error_description": self.description });
        let mut response = json_response(self.status, &body);
        if let Some(seconds) = self.wait_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        self.refused().on(response)
    }
}

/// JSON that nobody may keep (RFC 6749, 5.1).
pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
