//! Parameters of requests: a query or a form, each name once.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Limited};

use super::OAuthError;

/// Largest form. Client ids and tokens are the long ones, 8 KiB at most.
const MAX_FORM_BYTES: usize = 64 * 1024;

/// Longest time for a form to come.
const FORM_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Parameters by name.
#[derive(Debug, Default)]
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Reads a query or form text (RFC 6749, 3.1: a parameter stands once; an empty one counts
    /// as missing).
    pub(super) fn parse(text: &str) -> Result<Self, OAuthError> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if value.is_empty() {
                continue;
            }
            if parameters.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(OAuthError::new("invalid_request", "a parameter stands twice"));
            }
        }
        Ok(Self(parameters))
    }

    /// Reads a request's form.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, OAuthError> {
        let is_form = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|essence| {
                essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
            });
        if !is_form {
            return Err(OAuthError::new("invalid_request", "send a form, urlencoded"));
        }
        let reading = Limited::new(body, MAX_FORM_BYTES).collect();
        let body = tokio::time::timeout(FORM_TIMEOUT, reading)
            .await
            .ok()
            .and_then(Result::ok)
            .ok_or(OAuthError::new("invalid_request", "the form is too large or too slow"))?;
        let bytes = body.to_bytes();
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| OAuthError::new("invalid_request", "the form is not UTF-8"))?;
        Self::parse(text)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}
