//! What OAuth clients are told when something is wrong.
//!
//! Not for people: pages have words of their own.

use std::{borrow::Cow, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::{marks::MarksError, signin::FlowError, telemetry::Refused};

/// An error as OAuth clients read it (RFC 6749, 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OAuthError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) description: &'static str,
    /// What it is about, told behind the description: a name of ours, or owned what was sent.
    about: Option<Cow<'static, str>>,
    /// When to come back.
    pub(super) wait_seconds: Option<u64>,
}

/// Longest text of a client's that is told back, in characters: no longer than a redirect URI.
const MAX_ABOUT_CHARS: usize = 512;

impl OAuthError {
    pub(super) const fn new(code: &'static str, description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, description, about: None, wait_seconds: None }
    }

    /// A parameter that has to be there is not.
    pub(super) fn missing(name: &'static str) -> Self {
        let error = Self::new("invalid_request", "this parameter is missing");
        Self { about: Some(name.into()), ..error }
    }

    /// Tells what was sent back to who sent it, as far as a description may carry it (RFC 6749,
    /// 5.2).
    #[must_use]
    pub(super) fn about(self, text: &str) -> Self {
        let carried = |character| match character {
            '"' | '\\' => '?',
            ' '..='~' => character,
            _ => '?',
        };
        let about: String = text.chars().take(MAX_ABOUT_CHARS).map(carried).collect();
        Self { about: Some(about.into()), ..self }
    }

    /// The description, and what it is about.
    pub(super) fn told(&self) -> Cow<'static, str> {
        match &self.about {
            Some(about) => format!("{}: {about}", self.description).into(),
            None => self.description.into(),
        }
    }

    /// Nobody knows the client; a client then registers anew.
    pub(super) const fn invalid_client() -> Self {
        Self::client_flaw("unknown client; register again")
    }

    /// The client's document is none, or not one for this server.
    pub(super) const fn client_flaw(description: &'static str) -> Self {
        let mut error = Self::new("invalid_client", description);
        error.status = StatusCode::UNAUTHORIZED;
        error
    }

    /// What the log says of it: our own words, for what was sent may be a secret at a wrong place.
    pub(super) fn refused(&self) -> Refused {
        let refused = Refused { why: Some(self.description), ..Refused::new(self.code) };
        match &self.about {
            Some(Cow::Borrowed(name)) => refused.seen(name),
            Some(Cow::Owned(_)) | None => refused,
        }
    }

    pub(super) const fn invalid_grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    /// An outage is never the grant's fault: a client must not drop its tokens for it.
    pub(super) const fn unavailable() -> Self {
        let words = "the sign-in service does not answer; try again in a minute";
        let mut error = Self::new("temporarily_unavailable", words);
        error.status = StatusCode::SERVICE_UNAVAILABLE;
        error.wait_seconds = Some(10);
        error
    }

    /// It comes too often. Never the grant's fault either.
    pub(super) fn too_often(wait: Duration) -> Self {
        let words = "this was asked for too often; try again later";
        let error = Self::new("temporarily_unavailable", words);
        let wait_seconds = Some(wait.as_secs() + 1);
        Self { status: StatusCode::TOO_MANY_REQUESTS, wait_seconds, ..error }
    }
}

/// What a failed step means to a client: an outage is 503, everything else ends the grant.
impl From<FlowError> for OAuthError {
    fn from(error: FlowError) -> Self {
        if error.is_outage() {
            Self::unavailable()
        } else {
            Self::invalid_grant("the account may not connect (any more)")
        }
    }
}

/// A token for somebody else's server is never made (RFC 8707, 2).
pub(super) const NOT_OUR_RESOURCE: OAuthError = OAuthError::new(
    "invalid_target",
    "a resource is not of this server, or goes beyond what was granted",
);

/// Single use can't be kept, so that nothing is done.
impl From<MarksError> for OAuthError {
    fn from(_: MarksError) -> Self {
        let words = "too much is going on here just now; try again in a minute";
        Self { description: words, ..Self::unavailable() }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code, "error_description": self.told() });
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
