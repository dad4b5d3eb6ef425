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
    refused_uris,
};
use crate::{
    clock::unix_seconds,
    pages::{UnreadBody, read_body},
};

/// Largest registration read, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// Redirect URIs of one client. Cursor registers three, editors with forks of them six.
const MAX_REDIRECT_URIS: usize = 20;

/// What is sealed, at most, in bytes: room for ten redirect URIs of 300 characters, with an id of less
/// than [`MAX_ID_BYTES`](super::client_ids). Ids travel in URLs, of which proxies take 8 KiB.
const MAX_SEALED_BYTES: usize = 3584;

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
        let bad_uri = |description| OAuthError::new("invalid_redirect_uri", description);
        if registration.redirect_uris.len() > MAX_REDIRECT_URIS {
            return Err(bad_uri("register at most 20 redirect URIs"));
        }
        let (uris, refused): (Vec<_>, Vec<_>) = registration
            .redirect_uris
            .into_iter()
            .partition(|uri| self.settings.redirects.allows(uri));
        let client = OAuthClient::new(registration.client_name.as_deref(), uris);
        for uri in &refused {
            refused_uris::tell(uri, &client.name);
        }
        if client.redirect_uris.is_empty() {
            let Some(first) = refused.first() else {
                return Err(bad_uri("register at least one redirect URI"));
            };
            return Err(bad_uri(
                "no redirect URI is allowed here: loopback and known clients are; the operator \
                 sets WIV_MCP_REDIRECTS; refused",
            )
            .about(first));
        }
        let sealed = serde_json::to_vec(&client).expect("strings become JSON");
        if sealed.len() > MAX_SEALED_BYTES {
            return Err(bad_uri("the redirect URIs are too long together"));
        }
        let mut body = json!({
            "client_id": self.client_ids.issue_for_ever(&client),
            "client_id_issued_at": unix_seconds(),
            "client_name": client.name,
            "redirect_uris": client.redirect_uris,
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        });
        // Of several the good ones are registered; the answer says what became of the rest
        // (RFC 7591, 3.2.1).
        if !refused.is_empty() {
            body["refused_redirect_uris"] = json!(refused);
        }
        Ok(json_response(StatusCode::CREATED, &body))
    }
}
