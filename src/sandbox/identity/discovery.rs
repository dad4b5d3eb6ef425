//! The documents that a client of sign-in may read: metadata, public keys, the person.
//!
//! Nothing here changes anything.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Identity, authorize, token};

const JWKS: &str = "/.well-known/jwks.json";
const USERINFO: &str = "/propelauth/oauth/userinfo";

pub(crate) fn router() -> Router<Arc<Identity>> {
    Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route(JWKS, get(jwks))
        .route(USERINFO, get(userinfo))
}

/// The members of a tenant's document, as captured in 2026.
async fn metadata(State(identity): State<Arc<Identity>>) -> Json<Value> {
    let issuer = &identity.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}{}", authorize::PATH),
        "token_endpoint": format!("{issuer}{}", token::PATH),
        "userinfo_endpoint": format!("{issuer}{USERINFO}"),
        "jwks_uri": format!("{issuer}{JWKS}"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": ["openid", "email", "profile"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": [
            "email", "email_verified", "exp", "first_name", "last_name", "iat", "iss", "picture_url"
        ],
    }))
}

async fn jwks(State(identity): State<Arc<Identity>>) -> Json<Value> {
    Json(identity.signing.ring().await.to_jwks())
}

async fn userinfo(State(identity): State<Arc<Identity>>, headers: HeaderMap) -> Response {
    let state = identity.lock();
    let token = bearer(&headers).and_then(|token| state.grants.access_tokens.get(token));
    let live = token.filter(|(_, expires_at)| identity.now() < *expires_at);
    let person = live.and_then(|(user_id, _)| state.directory.person(user_id));
    match person.filter(|person| person.is_welcome()) {
        Some(person) => {
            let mut document = person.to_json(true);
            document.insert("sub".to_owned(), json!(person.user_id));
            Json(document).into_response()
        }
        None => {
            const CHALLENGE: HeaderValue =
                HeaderValue::from_static("Bearer error=\"invalid_token\"");
            let body = Json(json!({"error": "invalid_token"}));
            (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, CHALLENGE)], body)
                .into_response()
        }
    }
}

/// What follows `Bearer` in the request's only `Authorization`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
