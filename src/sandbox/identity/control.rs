//! The control routes of the identity provider: people, keys, tokens, settings.
//!
//! Faults, calls and the clock are the same for every stand-in and live in
//! `sandbox::control`, which also puts these routes below `/_control`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Identity;
use super::api_keys::NewKey;
use super::directory::Membership;
use super::jwt::Trick;
use super::key_lists::ListTrick;
use super::role::Role;
use crate::sandbox::control::bad_request;

pub(crate) fn router() -> Router<Arc<Identity>> {
    Router::new()
        .route("/membership", post(set_membership))
        .route("/user", post(set_user))
        .route("/users/{user}", delete(delete_user))
        .route("/organization", post(set_organization))
        .route("/organizations/{org}", delete(delete_organization))
        .route("/keys", get(list_keys).post(make_keys))
        .route("/keys/{api_key_id}", delete(delete_key))
        .route("/rotate_keys", post(rotate_keys))
        .route("/impersonate", post(impersonate))
        .route("/token", post(twist_next_token))
        .route("/settings", post(set_settings))
}

/// What is wrong with an order.
enum Refusal {
    Unreadable(serde_json::Error),
    Unknown(&'static str),
}

type Answer = Result<Json<Value>, Refusal>;

/// People by address or id, organizations by name or id.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetMembership {
    user: String,
    org: String,
    /// Null takes the person out.
    role: Option<Role>,
}

async fn set_membership(State(identity): State<Arc<Identity>>, body: Bytes) -> Answer {
    let order: SetMembership = read(&body)?;
    let (state, now) = (&mut *identity.lock(), identity.now());
    let organization = state.directory.organization_named(&order.org).cloned();
    let organization = organization.ok_or(Refusal::Unknown("organization"))?;
    let person = state.directory.person_mut(&order.user).ok_or(Refusal::Unknown("user"))?;
    let (user_id, org_id) = (person.user_id, organization.tenant_id);
    person.leave(org_id);
    match order.role {
        Some(role) => person.memberships.push(Membership { organization, role }),
        None if state.orders.invalidate_org_api_key_upon_user_removal => {
            state
                .api_keys
                .end(now, |key| key.user_id == Some(user_id) && key.org_id == Some(org_id));
        }
        None => {}
    }
    Ok(Json(Value::Object(person.to_json(true))))
}

/// What is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetUser {
    email: String,
    enabled: Option<bool>,
    locked: Option<bool>,
    /// In every organization, in place of what the role gives.
    permissions: Option<Vec<String>>,
}

async fn set_user(State(identity): State<Arc<Identity>>, body: Bytes) -> Answer {
    let order: SetUser = read(&body)?;
    let state = &mut *identity.lock();
    let person = state.directory.person_mut(&order.email).ok_or(Refusal::Unknown("user"))?;
    person.enabled = order.enabled.unwrap_or(person.enabled);
    person.locked = order.locked.unwrap_or(person.locked);
    person.permissions = order.permissions.or(person.permissions.take());
    Ok(Json(Value::Object(person.to_json(true))))
}

/// Whose keys stay: PropelAuth's documentation says nothing else of organizations' keys.
async fn delete_user(State(identity): State<Arc<Identity>>, Path(user): Path<String>) -> Answer {
    let removed = identity.lock().directory.remove_person(&user);
    removed.ok_or(Refusal::Unknown("user"))?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetOrganization {
    org: String,
    /// Any text: people choose names, and not always kindly.
    name: String,
}

async fn set_organization(State(identity): State<Arc<Identity>>, body: Bytes) -> Answer {
    let order: SetOrganization = read(&body)?;
    let renamed = identity.lock().directory.rename_organization(&order.org, &order.name);
    renamed.ok_or(Refusal::Unknown("organization"))?;
    Ok(Json(json!({})))
}

/// Ends its keys too.
async fn delete_organization(
    State(identity): State<Arc<Identity>>,
    Path(org): Path<String>,
) -> Answer {
    let (state, now) = (&mut *identity.lock(), identity.now());
    let organization = state.directory.organization_named(&org);
    let org_id = organization.ok_or(Refusal::Unknown("organization"))?.tenant_id;
    state.directory.remove_organization(org_id);
    state.api_keys.end(now, |key| key.org_id == Some(org_id));
    Ok(Json(json!({})))
}

/// With their values, so that a test can search for them where they must not be.
async fn list_keys(State(identity): State<Arc<Identity>>) -> Json<Value> {
    let (state, now) = (identity.lock(), identity.now());
    let keys = state.api_keys.all().map(|key| {
        let mut row = key.to_json();
        row["api_key_token"] = json!(key.token);
        row["is_live"] = json!(key.is_live(now));
        row
    });
    Json(json!({"keys": keys.collect::<Vec<_>>()}))
}

/// Many keys at once, as if others had made them. What is absent is in none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MakeKeys {
    count: usize,
    user: Option<String>,
    org: Option<String>,
    #[serde(default)]
    metadata: Value,
}

async fn make_keys(State(identity): State<Arc<Identity>>, body: Bytes) -> Answer {
    let order: MakeKeys = read(&body)?;
    let (state, now) = (&mut *identity.lock(), identity.now());
    let user_id = match &order.user {
        Some(name) => Some(state.directory.person_mut(name).ok_or(Refusal::Unknown("user"))?),
        None => None,
    };
    let user_id = user_id.map(|person| person.user_id);
    let org_id = match &order.org {
        Some(name) => {
            let found = state.directory.organization_named(name);
            Some(found.ok_or(Refusal::Unknown("organization"))?.tenant_id)
        }
        None => None,
    };
    for _ in 0..order.count {
        let new = NewKey {
            user_id,
            org_id,
            display_name: None,
            metadata: order.metadata.clone(),
            expires_at: None,
        };
        state.api_keys.make(new, None, now).ok_or(Refusal::Unknown("room for more keys"))?;
    }
    Ok(Json(json!({})))
}

async fn delete_key(
    State(identity): State<Arc<Identity>>,
    Path(api_key_id): Path<String>,
) -> Answer {
    let now = identity.now();
    match identity.lock().api_keys.end(now, |key| key.api_key_id == api_key_id) {
        true => Ok(Json(json!({}))),
        false => Err(Refusal::Unknown("key")),
    }
}

async fn rotate_keys(State(identity): State<Arc<Identity>>) -> Json<Value> {
    Json(json!({"kid": identity.signing.rotate().await.current.kid}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Impersonate {
    /// Who is behind every login from now on; null ends it.
    email: Option<String>,
}

async fn impersonate(State(identity): State<Arc<Identity>>, body: Bytes) -> Answer {
    let order: Impersonate = read(&body)?;
    let state = &mut *identity.lock();
    let find = |email: String| state.directory.person_at(&email).ok_or(Refusal::Unknown("user"));
    let impersonator = order.email.map(find).transpose()?.map(|person| person.user_id);
    state.orders.impersonator = impersonator;
    Ok(Json(json!({"impersonator_user_id": impersonator})))
}

async fn twist_next_token(State(identity): State<Arc<Identity>>, body: Bytes) -> Answer {
    let trick: Option<Trick> = read(&body)?;
    identity.lock().orders.next_access_token = trick;
    Ok(Json(json!({})))
}

/// What is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetSettings {
    invalidate_org_api_key_upon_user_removal: Option<bool>,
    missing_key_is_null: Option<bool>,
    org_api_keys_enabled: Option<bool>,
    /// The value of the next key that is made.
    next_api_key: Option<String>,
    most_keys_a_page: Option<usize>,
    key_list: Option<ListTrick>,
    /// Lists tell the truth again.
    #[serde(default)]
    honest_lists: bool,
}

async fn set_settings(State(identity): State<Arc<Identity>>, body: Bytes) -> Answer {
    let order: SetSettings = read(&body)?;
    let orders = &mut identity.lock().orders;
    if let Some(on) = order.invalidate_org_api_key_upon_user_removal {
        orders.invalidate_org_api_key_upon_user_removal = on;
    }
    if let Some(on) = order.missing_key_is_null {
        orders.missing_key_is_null = on;
    }
    if let Some(on) = order.org_api_keys_enabled {
        orders.org_api_keys_disabled = !on;
    }
    if order.next_api_key.is_some() {
        orders.next_api_key = order.next_api_key;
    }
    orders.most_keys_a_page = order.most_keys_a_page.or(orders.most_keys_a_page);
    orders.key_list = order.key_list.or(orders.key_list).filter(|_| !order.honest_lists);
    Ok(Json(json!({
        "invalidate_org_api_key_upon_user_removal": orders.invalidate_org_api_key_upon_user_removal,
        "missing_key_is_null": orders.missing_key_is_null,
        "org_api_keys_enabled": !orders.org_api_keys_disabled,
    })))
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(Refusal::Unreadable)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Refusal::Unreadable(error) => bad_request(&error.to_string()),
            Refusal::Unknown(thing) => {
                let body = Json(json!({"error": format!("unknown {thing}")}));
                (StatusCode::NOT_FOUND, body).into_response()
            }
        }
    }
}
