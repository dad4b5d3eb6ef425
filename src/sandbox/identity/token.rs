//! The token endpoint: codes and refresh tokens become access tokens.
//!
//! Clients prove themselves with their secret; the public clients that PropelAuth lets in
//! with a verifier alone are refused, because the product is none.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::form::Form;
use super::grants::Login;
use super::jwt::{ACCESS_TOKEN_SECONDS, Writer};
use super::signing::Ring;
use super::{CLIENT_ID, CLIENT_SECRET, Identity, State as Known};

pub(crate) const PATH: &str = "/propelauth/oauth/token";

pub(crate) fn router() -> Router<Arc<Identity>> {
    Router::new().route(PATH, post(exchange))
}

/// RFC 6749, 5.2: the error's code and a word for people.
struct Refusal(&'static str, &'static str);

async fn exchange(
    State(identity): State<Arc<Identity>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = match authenticated_form(&headers, &body) {
        Err(refusal) => Err(refusal),
        Ok(form) => {
            let ring = identity.signing.ring().await;
            let known = &mut *identity.lock();
            let now = identity.now();
            redeem(known, &form, now)
                .and_then(|login| tokens(known, login, &identity.issuer, &ring, now))
        }
    };
    match answer {
        Ok(tokens) => ([NO_STORE], Json(tokens)).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn authenticated_form(headers: &HeaderMap, body: &[u8]) -> Result<Form, Refusal> {
    let unreadable = Refusal("invalid_request", "a parameter is unreadable or there twice");
    let form = Form::parse(body).ok_or(unreadable)?;
    let given = match headers.get(header::AUTHORIZATION) {
        Some(basic) => basic_credentials(basic),
        None => form
            .get("client_id")
            .zip(form.get("client_secret"))
            .map(|(id, secret)| format!("{id}:{secret}")),
    };
    if given != Some(format!("{CLIENT_ID}:{CLIENT_SECRET}")) {
        return Err(Refusal("invalid_client", "unknown client or wrong secret"));
    }
    Ok(form)
}

/// Id and secret with a colon between (RFC 7617). Ours have no letter that form encoding
/// would change, so it needs no undoing.
fn basic_credentials(header: &HeaderValue) -> Option<String> {
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    scheme.eq_ignore_ascii_case("basic").then_some(String::from_utf8(decoded).ok()?)
}

/// Whoever signed in for this code or refresh token, which is used up from then on.
fn redeem(known: &mut Known, form: &Form, now: i64) -> Result<Login, Refusal> {
    match form.get("grant_type") {
        Some("authorization_code") => {
            let code = known.grants.codes.take(form.get("code").unwrap_or_default());
            let code = code.filter(|code| code.is_live(now));
            let code = code.ok_or(Refusal("invalid_grant", "the code is unknown, used or old"))?;
            if form.get("redirect_uri") != Some(&code.redirect_uri) {
                return Err(Refusal("invalid_grant", "the redirect URI is another one"));
            }
            let verifier = form.get("code_verifier").unwrap_or_default();
            let hash = digest(&SHA256, verifier.as_bytes());
            if URL_SAFE_NO_PAD.encode(hash) != code.code_challenge {
                return Err(Refusal("invalid_grant", "the verifier does not fit the challenge"));
            }
            Ok(code.login)
        }
        Some("refresh_token") => {
            let token = form.get("refresh_token").unwrap_or_default();
            let login = known.grants.refresh_tokens.take(token);
            login.ok_or(Refusal("invalid_grant", "the refresh token is unknown or used"))
        }
        _ => Err(Refusal("unsupported_grant_type", "grant_type is missing or unknown")),
    }
}

fn tokens(
    known: &mut Known,
    login: Login,
    issuer: &str,
    ring: &Ring,
    now: i64,
) -> Result<Value, Refusal> {
    let person = known.directory.person(login.user_id).filter(|person| person.is_welcome());
    let person = person.ok_or(Refusal("invalid_grant", "the account is blocked"))?;
    let trick = known.orders.next_access_token.take();
    let writer = Writer { issuer, ring, now };
    let access_token = writer.access_token(person, &login, trick.as_ref());
    if trick.is_none() {
        let holder = (login.user_id, now + ACCESS_TOKEN_SECONDS);
        known.grants.access_tokens.insert(access_token.clone(), holder);
    }
    let mut answer = json!({
        "access_token": access_token,
        "refresh_token": known.grants.refresh_tokens.add(login),
        "expires_in": ACCESS_TOKEN_SECONDS,
        "token_type": "Bearer",
    });
    if login.openid {
        answer["id_token"] = json!(writer.id_token(person));
    }
    Ok(answer)
}

const NO_STORE: (header::HeaderName, HeaderValue) =
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Refusal(error, description) = self;
        let body = Json(json!({"error": error, "error_description": description}));
        if error == "invalid_client" {
            let challenge = (header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
            return (StatusCode::UNAUTHORIZED, [NO_STORE, challenge], body).into_response();
        }
        (StatusCode::BAD_REQUEST, [NO_STORE], body).into_response()
    }
}
