//! Forms and queries: their fields, each name once.
//!
//! Not for what a field means.

use std::{collections::BTreeMap, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};

use crate::inbound::{self, UnreadSmall};

/// Largest form. Client ids and tokens are the long ones, 8 KiB at most.
const MAX_FORM_BYTES: usize = 64 * 1024;

/// Longest time for a form or a registration to come. Both are small.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a small body did not come whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnreadBody {
    /// Above its limit.
    #[error("the body is too large")]
    TooLarge,
    /// Above its time.
    #[error("the body took longer than 10 seconds to come")]
    TooSlow,
    /// The connection broke.
    #[error("the body ended too early")]
    Broken,
}

/// Reads a small body within ten seconds.
pub(crate) async fn read_body(body: Body, limit_bytes: usize) -> Result<Bytes, UnreadBody> {
    inbound::read_small(body, limit_bytes, BODY_TIMEOUT).await.map_err(|unread| match unread {
        UnreadSmall::TooLarge => UnreadBody::TooLarge,
        UnreadSmall::TooSlow => UnreadBody::TooSlow,
        UnreadSmall::Broken => UnreadBody::Broken,
    })
}

/// Fields by name: one value each, but for names that may come again.
#[derive(Debug, Default)]
pub(crate) struct Form(BTreeMap<String, Vec<String>>);

/// Why a form can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormError {
    /// A name came twice: which value counts could not be told.
    #[error("a parameter stands twice: {0}")]
    Repeated(String),
    /// Another content type.
    #[error("send a form, urlencoded")]
    NotAForm,
    /// The body did not come whole.
    #[error("{0}")]
    Unread(UnreadBody),
    /// Bytes that are no text.
    #[error("the form is not UTF-8")]
    NotUtf8,
}

impl Form {
    /// Reads a query or form text (RFC 6749, 3.1: a parameter stands once; an empty one counts
    /// as missing).
    pub(crate) fn parse(text: &str) -> Result<Self, FormError> {
        Self::parse_repeating(text, &[])
    }

    /// As [`Self::parse`], where these names may come more than once.
    pub(crate) fn parse_repeating(text: &str, repeating: &[&str]) -> Result<Self, FormError> {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if value.is_empty() {
                continue;
            }
            let values = fields.entry(name.into_owned()).or_default();
            values.push(value.into_owned());
        }
        let repeated = fields
            .iter()
            .find(|(name, values)| values.len() > 1 && !repeating.contains(&name.as_str()));
        match repeated {
            Some((name, _)) => Err(FormError::Repeated(name.clone())),
            None => Ok(Self(fields)),
        }
    }

    /// Reads a request's form.
    pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, FormError> {
        Self::read_repeating(headers, body, &[]).await
    }

    /// As [`Self::read`], where these names may come more than once.
    pub(crate) async fn read_repeating(
        headers: &HeaderMap,
        body: Body,
        repeating: &[&str],
    ) -> Result<Self, FormError> {
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
        let bytes = read_body(body, MAX_FORM_BYTES).await.map_err(FormError::Unread)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| FormError::NotUtf8)?;
        Self::parse_repeating(text, repeating)
    }

    /// A field's value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value of a name that may come again.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).into_iter().flatten().map(String::as_str)
    }
}
