//! Dynamic client registration (RFC 7591): the id is the registration, sealed.
//!
//! Nothing is kept, so nothing can be filled up. Ids never expire, because clients keep them
//! for ever.

use axum::{body::Body, response::Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::{
    OAuth,
    client::OAuthClient,
    error::{OAuthError, json_response},
};
use crate::{
    clock::unix_seconds,
    pages::{UnreadBody, read_body},
};

/// Largest registration read, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// Redirect URIs of one client. Cursor registers three.
const MAX_REDIRECT_URIS: usize = 5;

/// What is sealed, at most, in bytes: the id travels in URLs.
const MAX_SEALED_BYTES: usize = 2048;

/// What we read of a registration; the rest is the client's business.
#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    redirect_uris: Vec<String>,
    client_name: Option<String>,
    token_endpoint_auth_method: Option<String>,
}

/// Ways to prove oneself that clients ask for out of habit, and do without when they are told so
/// (RFC 7591, 3.2.1: the answer says what was registered). Who asks for another means it.
const HABITS: [&str; 3] = ["none", "client_secret_basic", "client_secret_post"];

impl OAuth {
    /// `POST /oauth/register`.
    pub(super) async fn register(&self, body: Body) -> Result<Response, OAuthError> {
        let invalid = |description| OAuthError::new("invalid_client_metadata", description);
        let body = read_body(body, MAX_BYTES).await.map_err(|unread| {
            let words = match unread {
                UnreadBody::TooLarge => "the registration is larger than 16 KiB",
                UnreadBody::TooSlow => "the registration took longer than 10 seconds to come",
                UnreadBody::Broken => "the registration ended too early",
            };
            invalid(words)
        })?;
        let registration: Registration = serde_json::from_slice(&body)
            .map_err(|_| invalid("send a JSON object with redirect_uris, an array of strings"))?;
        let method = registration.token_endpoint_auth_method.as_deref();
        if !method.is_none_or(|method| HABITS.contains(&method)) {
            return Err(invalid(
                "this token_endpoint_auth_method is not offered: clients prove themselves by PKCE; \
                 register with none",
            ));
        }
        let uris = registration.redirect_uris;
        let bad_uri = |description| OAuthError::new("invalid_redirect_uri", description);
        if uris.is_empty() || uris.len() > MAX_REDIRECT_URIS {
            return Err(bad_uri("register 1 to 5 redirect URIs"));
        }
        if !uris.iter().all(|uri| self.settings.redirects.allows(uri)) {
            return Err(bad_uri(
                "a redirect URI is not allowed here: loopback and known clients are; the \
                 operator sets WIV_MCP_REDIRECTS",
            ));
        }
        let client = OAuthClient::new(registration.client_name.as_deref(), uris);
        let sealed = serde_json::to_vec(&client).expect("strings become JSON");
        if sealed.len() > MAX_SEALED_BYTES {
            return Err(bad_uri("the redirect URIs are too long together"));
        }
        let body = json!({
            "client_id": self.client_ids.issue_for_ever(&client),
            "client_id_issued_at": unix_seconds(),
            "client_name": client.name,
            "redirect_uris": client.redirect_uris,
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        });
        Ok(json_response(StatusCode::CREATED, &body))
    }
}
