//! Parameters of requests, with their flaws as OAuth clients read them.

use axum::body::Body;
use http::HeaderMap;

use super::error::OAuthError;
use crate::pages::{Form, FormError, UnreadBody};

/// Parameters by name.
#[derive(Debug, Default)]
pub(super) struct OAuthParameters(Form);

impl OAuthParameters {
    /// Reads a query or form text.
    pub(super) fn parse(text: &str) -> Result<Self, OAuthError> {
        Form::parse(text).map(Self).map_err(told)
    }

    /// Reads a request's form.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, OAuthError> {
        Form::read(headers, body).await.map(Self).map_err(told)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }
}

fn told(error: FormError) -> OAuthError {
    let description = match error {
        FormError::Repeated => "a parameter stands twice",
        FormError::NotAForm => "send a form, urlencoded",
        FormError::Unread(UnreadBody::TooLarge) => "the form is larger than 64 KiB",
        FormError::Unread(UnreadBody::TooSlow) => "the form took longer than 10 seconds to come",
        FormError::Unread(UnreadBody::Broken) => "the form ended too early",
        FormError::NotUtf8 => "the form is not UTF-8",
    };
    OAuthError::new("invalid_request", description)
}
