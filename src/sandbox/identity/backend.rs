//! The Backend API: what the product asks server to server, with the integration key.
//!
//! Here are the key check, users and organizations; API keys are in `keys`. It does not
//! care who asks for whom: like the real service, it trusts its caller.

mod fields;
mod keys;
mod refusal;

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::HeaderMap;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::directory::slug;
use super::discovery::bearer;
use super::{INTEGRATION_KEY, Identity};
use refusal::Refusal;

const ROOT: &str = "/api/backend/v1";

pub(crate) fn router(identity: &Arc<Identity>) -> Router {
    let routes = Router::new()
        .route("/user/{user_id}", get(user))
        .route("/user/org/{org_id}", get(members))
        .route("/org/{org_id}", get(organization))
        .route("/token_verification_metadata", get(public_key))
        .nest("/end_user_api_keys", keys::router())
        .fallback(async || Refusal::NotFound)
        .layer(middleware::from_fn(require_integration_key));
    // The same for PropelAuth's other libraries, at an address of its own.
    let verifier_key = get(verifier_key).layer(middleware::from_fn(require_integration_key));
    Router::new()
        .nest(ROOT, routes)
        .route("/api/v1/token_verification_metadata", verifier_key)
        .with_state(Arc::clone(identity))
}

async fn require_integration_key(headers: HeaderMap, request: Request, next: Next) -> Response {
    match bearer(&headers) {
        Some(INTEGRATION_KEY) => next.run(request).await,
        _ => Refusal::Unauthorized.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserQuery {
    #[serde(default)]
    include_orgs: bool,
}

async fn user(
    State(identity): State<Arc<Identity>>,
    Path(user_id): Path<String>,
    query: Result<Query<UserQuery>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(query) = query?;
    let state = identity.lock();
    let person = state.directory.person(&user_id);
    let person = person.ok_or(Refusal::NotFound)?;
    Ok(Json(person.to_json(query.include_orgs)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MembersQuery {
    #[serde(default = "usual_page")]
    page_size: usize,
    #[serde(default)]
    page_number: usize,
    #[serde(default)]
    include_orgs: bool,
    role: Option<String>,
}

/// PropelAuth's own default.
fn usual_page() -> usize {
    10
}

async fn members(
    State(identity): State<Arc<Identity>>,
    Path(org_id): Path<String>,
    query: Result<Query<MembersQuery>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(query) = query?;
    let state = identity.lock();
    if state.directory.organization(&org_id).is_none() {
        return Err(Refusal::NotFound);
    }
    let members = state.directory.members_of(&org_id);
    let members = members
        .filter(|(_, role)| query.role.as_deref().is_none_or(|wanted| wanted == role.name()));
    let rows = members
        .map(|(person, role)| {
            let mut row = person.to_json(query.include_orgs);
            row.insert("role_in_org".to_owned(), json!(role.name()));
            row.insert("additional_roles_in_org".to_owned(), json!([]));
            Value::Object(row)
        })
        .collect();
    let page = page("users", "total_users", rows, query.page_size, query.page_number);
    Ok(Json(page).into_response())
}

/// The form of PropelAuth's lists; pages are counted from 0.
fn page(
    rows_name: &str,
    total_name: &str,
    rows: Vec<Value>,
    page_size: usize,
    page_number: usize,
) -> Value {
    let total = rows.len();
    let begin = page_size.saturating_mul(page_number).min(total);
    let end = begin.saturating_add(page_size).min(total);
    json!({
        rows_name: rows[begin..end],
        total_name: total,
        "current_page": page_number,
        "page_size": page_size,
        "has_more_results": end < total,
    })
}

async fn organization(
    State(identity): State<Arc<Identity>>,
    Path(org_id): Path<String>,
) -> Result<Response, Refusal> {
    let found = identity.lock().directory.organization(&org_id).cloned();
    let found = found.ok_or(Refusal::NotFound)?;
    Ok(Json(json!({
        "org_id": found.tenant_id,
        "name": found.name,
        "url_safe_org_slug": slug(&found),
        "is_saml_configured": false,
        "can_setup_saml": false,
        "metadata": {},
        "max_users": null,
        "domain": null,
        "extra_domains": [],
    }))
    .into_response())
}

async fn public_key(State(identity): State<Arc<Identity>>) -> Json<Value> {
    Json(json!({"public_key_pem": identity.signing.ring().await.current.to_pem()}))
}

async fn verifier_key(State(identity): State<Arc<Identity>>) -> Json<Value> {
    Json(json!({"verifier_key_pem": identity.signing.ring().await.current.to_pem()}))
}
