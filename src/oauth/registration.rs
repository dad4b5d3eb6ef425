//! Dynamic client registration (RFC 7591): the id is the registration, sealed.
//!
//! Nothing is kept, so nothing can be filled up. Ids never expire, because clients keep them
//! for ever.

use axum::{body::Body, response::Response};
use http::StatusCode;
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use serde_json::json;

use super::{OAuth, OAuthError, client::Client, json_response};
use crate::clock::unix_seconds;

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
}

impl OAuth {
    /// `POST /oauth/register`.
    pub(crate) async fn register(&self, body: Body) -> Result<Response, OAuthError> {
        let invalid = |description| OAuthError::new("invalid_client_metadata", description);
        let body = Limited::new(body, MAX_BYTES).collect().await;
        let body = body.map_err(|_| invalid("the registration is larger than 16 KiB"))?.to_bytes();
        let registration: Registration = serde_json::from_slice(&body)
            .map_err(|_| invalid("send a JSON object with redirect_uris, an array of strings"))?;
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
        let client = Client::new(registration.client_name.as_deref(), uris);
        let sealed = serde_json::to_vec(&client).expect("strings become JSON");
        if sealed.len() > MAX_SEALED_BYTES {
            return Err(bad_uri("the redirect URIs are too long together"));
        }
        let body = json!({
            "client_id": self.client_ids.seal(&sealed),
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
