//! Parameters of requests, with their flaws as OAuth clients read them.

use axum::body::Body;
use http::HeaderMap;

use super::error::OAuthError;
use crate::pages::{Form, FormError, UnreadBody};

/// Parameters by name.
#[derive(Debug, Default)]
pub(super) struct OAuthParameters(Form);

/// The one that may come more than once (RFC 8707, 2).
const RESOURCE: &str = "resource";

impl OAuthParameters {
    /// Reads a query or form text.
    pub(super) fn parse(text: &str) -> Result<Self, OAuthError> {
        Form::parse_repeating(text, &[RESOURCE]).map(Self).map_err(told)
    }

    /// Reads a request's form.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, OAuthError> {
        Form::read_repeating(headers, body, &[RESOURCE]).await.map(Self).map_err(told)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// A parameter that has to be there.
    ///
    /// # Errors
    /// Which one is missing.
    pub(super) fn need(&self, name: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::missing(name))
    }

    /// What the token is to be good for, in the client's words.
    pub(super) fn resources(&self) -> impl Iterator<Item = &str> {
        self.0.all(RESOURCE)
    }
}

fn told(error: FormError) -> OAuthError {
    let description = match error {
        FormError::Repeated(name) => {
            return OAuthError::new("invalid_request", "this parameter stands twice").about(&name);
        }
        FormError::NotAForm => "send a form, urlencoded",
        FormError::Unread(UnreadBody::TooLarge) => "the form is larger than 64 KiB",
        FormError::Unread(UnreadBody::TooSlow) => "the form took longer than 10 seconds to come",
        FormError::Unread(UnreadBody::Broken) => "the form ended too early",
        FormError::NotUtf8 => "the form is not UTF-8",
    };
    OAuthError::new("invalid_request", description)
}
