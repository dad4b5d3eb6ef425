//! Our authorization server: thin, and without a memory.
//!
//! Client ids, codes and tokens are sealed values that clients carry; the one state of a
//! connection is its key at PropelAuth. Who signs in is `signin`'s business.

mod authorize;
mod client;
mod client_document;
mod code;
mod consent;
mod metadata;
mod parameters;
mod public_address;
mod redirects;
mod registration;
mod revoke;
mod token;

use std::{sync::Arc, time::Duration};

use http::{HeaderValue, StatusCode, header};
use serde_json::json;

pub use redirects::Redirects;

use crate::{
    auth::{AccessTokens, WellKnown},
    marks::{Marks, Rates},
    pages::Footer,
    seal::{Purpose, Sealer, SealingKeys},
    signin::SignIn,
    telemetry::Refused,
};

/// What the authorization server needs to know.
#[derive(Debug, Clone)]
pub struct OAuthSettings {
    /// Issuer: the public origin, byte for byte.
    pub issuer: String,
    /// Origin of PropelAuth's sign-in pages, for the consent page's policy.
    pub sign_in_origin: String,
    /// Which redirect URIs may come at all.
    pub redirects: Redirects,
    /// Where protected-resource documents stand.
    pub well_known: WellKnown,
    /// Life of an access token.
    pub access_token_life: Duration,
    /// Life of a connection by sign-in, whatever its refreshes.
    pub sign_in_life: Duration,
    /// Nothing here writes, so that nobody is asked to allow it.
    pub reads_only: bool,
    /// Client documents may be on this machine: for the demo and tests only.
    pub local_client_documents: bool,
    /// What stands below every page.
    pub footer: Footer,
}

/// The authorization server.
pub struct OAuth {
    settings: OAuthSettings,
    sign_in: Arc<SignIn>,
    tokens: AccessTokens,
    client_ids: Sealer,
    codes: Sealer,
    refresh_tokens: Sealer,
    requests: Sealer,
    documents: client_document::Documents,
    /// Codes that were used, and the keys they made; each lives longer than its code.
    used_codes: Marks<[u8; 16], code::Redemption>,
    /// Requests about a key that PropelAuth has to be asked for.
    key_requests: Rates<String>,
}

/// Codes remembered as used. Above it, codes are refused: failing closed costs a new sign-in.
const MAX_USED_CODES: usize = 100_000;

/// A refresh or revocation of one connection: thirty at once, because a client's windows share
/// their token and wake together, then one in two seconds.
const KEY_REQUEST_PAUSE: Duration = Duration::from_secs(2);
const KEY_REQUESTS_AT_ONCE: u32 = 30;

/// Connections whose requests are counted at one time; each is forgotten within a minute.
const MAX_COUNTED_KEYS: usize = 100_000;

impl OAuth {
    /// Puts the server together. Client ids have a key of their own, because clients keep their
    /// ids for ever.
    pub fn new(
        settings: OAuthSettings,
        sign_in: Arc<SignIn>,
        keys: &SealingKeys,
        client_id_key: &SealingKeys,
    ) -> Self {
        let issuer = settings.issuer.clone();
        Self {
            tokens: AccessTokens::new(keys, &issuer),
            client_ids: client_id_key.sealer(Purpose::ClientId, &issuer),
            codes: keys.sealer(Purpose::Code, &issuer),
            refresh_tokens: keys.sealer(Purpose::RefreshToken, &issuer),
            requests: keys.sealer(Purpose::SignIn, &issuer),
            documents: client_document::Documents::new(settings.local_client_documents),
            used_codes: Marks::new(MAX_USED_CODES),
            key_requests: Rates::new(KEY_REQUEST_PAUSE, KEY_REQUESTS_AT_ONCE, MAX_COUNTED_KEYS),
            settings,
            sign_in,
        }
    }

    /// The browser flow behind this server.
    pub fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }
}

/// An error as OAuth clients read it (RFC 6749, 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OAuthError {
    status: StatusCode,
    code: &'static str,
    description: &'static str,
    /// When to come back.
    wait_seconds: Option<u64>,
}

impl OAuthError {
    const fn new(code: &'static str, description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, description, wait_seconds: None }
    }

    /// Nobody knows the client; a client then registers anew.
    const fn invalid_client() -> Self {
        Self::client_flaw("unknown client; register again")
    }

    /// The client's document is none, or not one for this server.
    const fn client_flaw(description: &'static str) -> Self {
        let error = Self::new("invalid_client", description);
        Self { status: StatusCode::UNAUTHORIZED, ..error }
    }

    /// What the log says of it.
    fn refused(&self) -> Refused {
        Refused { why: Some(self.description), ..Refused::new(self.code) }
    }

    const fn invalid_grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    /// An outage is never the grant's fault: a client must not drop its tokens for it.
    const fn unavailable() -> Self {
        let words = "the sign-in service does not answer; try again in a minute";
        let error = Self::new("temporarily_unavailable", words);
        Self { status: StatusCode::SERVICE_UNAVAILABLE, wait_seconds: Some(10), ..error }
    }

    /// It comes too often. Never the grant's fault either.
    fn too_often(wait: Duration) -> Self {
        let words = "this was asked for too often; try again later";
        let error = Self::new("temporarily_unavailable", words);
        let wait_seconds = Some(wait.as_secs() + 1);
        Self { status: StatusCode::TOO_MANY_REQUESTS, wait_seconds, ..error }
    }
}

impl axum::response::IntoResponse for OAuthError {
    fn into_response(self) -> axum::response::Response {
        let body = json!({ "error": self.code, "error_description": self.description });
        let mut response = json_response(self.status, &body);
        if let Some(seconds) = self.wait_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        self.refused().on(response)
    }
}

/// JSON that nobody may keep (RFC 6749, 5.1).
fn json_response(status: StatusCode, body: &serde_json::Value) -> axum::response::Response {
    let mut response = axum::response::Response::new(axum::body::Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
