//! Forms and queries: their fields, each name once.
//!
//! Not for what a field means.

use std::{collections::BTreeMap, time::Duration};

use axum::body::Body;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Limited};

/// Largest form. Client ids and tokens are the long ones, 8 KiB at most.
const MAX_FORM_BYTES: usize = 64 * 1024;

/// Longest time for a form to come.
const FORM_TIMEOUT: Duration = Duration::from_secs(10);

/// Fields by name.
#[derive(Debug, Default)]
pub(crate) struct Form(BTreeMap<String, String>);

/// Why a form can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormError {
    /// A name came twice: which value counts could not be told.
    #[error("a parameter stands twice")]
    Repeated,
    /// Another content type.
    #[error("send a form, urlencoded")]
    NotAForm,
    /// The body did not come whole.
    #[error("the form is too large or too slow")]
    Unread,
    /// Bytes that are no text.
    #[error("the form is not UTF-8")]
    NotUtf8,
}

impl Form {
    /// Reads a query or form text (RFC 6749, 3.1: a parameter stands once; an empty one counts
    /// as missing).
    pub(crate) fn parse(text: &str) -> Result<Self, FormError> {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if value.is_empty() {
                continue;
            }
            if fields.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(FormError::Repeated);
            }
        }
        Ok(Self(fields))
    }

    /// Reads a request's form.
    pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, FormError> {
        let is_form = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|essence| {
                essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
            });
        if !is_form {
            return Err(FormError::NotAForm);
        }
        let reading = Limited::new(body, MAX_FORM_BYTES).collect();
        let body = tokio::time::timeout(FORM_TIMEOUT, reading)
            .await
            .ok()
            .and_then(Result::ok)
            .ok_or(FormError::Unread)?;
        let bytes = body.to_bytes();
        Self::parse(std::str::from_utf8(&bytes).map_err(|_| FormError::NotUtf8)?)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}
