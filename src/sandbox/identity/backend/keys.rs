//! The Backend API's calls about end-user API keys.
//!
//! A key's value is answered once, by the call that made it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::fields::Fields;
use super::refusal::Refusal;
use super::{page, usual_page};
use crate::sandbox::calendar::Moment;
use crate::sandbox::identity::api_keys::{ApiKey, NewKey};
use crate::sandbox::identity::{Identity, State as Known};

pub(super) fn router() -> Router<Arc<Identity>> {
    Router::new()
        .route("/", get(list_live).post(create))
        .route("/archived", get(list_archived))
        .route("/validate", post(validate))
        .route("/validate_imported", post(validate_imported))
        .route("/import", post(import))
        .route("/usage", get(usage))
        .route("/{api_key_id}", get(describe).patch(change).delete(delete))
}

async fn create(State(identity): State<Arc<Identity>>, body: Bytes) -> Result<Response, Refusal> {
    let (known, now) = (&mut *identity.lock(), identity.now());
    let new = read_new_key(known, Fields::read(&body)?, now)?;
    if known.orders.org_api_keys_disabled && new.org_id.is_some() {
        return Err(Refusal::field("org_id", "organization API keys are not enabled"));
    }
    let value = known.orders.next_api_key.take();
    let key = known.api_keys.make(new, value, now);
    let key = key.ok_or_else(|| Refusal::field("org_id", "has too many keys"))?;
    let answer = json!({"api_key_id": key.api_key_id, "api_key_token": key.token});
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

async fn import(State(identity): State<Arc<Identity>>, body: Bytes) -> Result<Response, Refusal> {
    let (known, now) = (&mut *identity.lock(), identity.now());
    let mut fields = Fields::read(&body)?;
    let value = fields.text("imported_api_key")?.filter(|value| !value.is_empty());
    let value = value.ok_or_else(|| Refusal::field("imported_api_key", "is required"))?;
    let new = read_new_key(known, fields, now)?;
    let key = known.api_keys.import(new, value, now);
    let key = key.ok_or_else(|| Refusal::field("imported_api_key", "exists already"))?;
    Ok((StatusCode::CREATED, Json(json!({"api_key_id": key.api_key_id}))).into_response())
}

fn read_new_key(known: &Known, mut fields: Fields, now: i64) -> Result<NewKey, Refusal> {
    let org_id = match fields.text("org_id")? {
        None => None,
        Some(org_id) => Some(known.directory.organization(&org_id).ok_or(Refusal::NotFound)?),
    };
    let person = match fields.text("user_id")? {
        None => None,
        Some(user_id) => Some(known.directory.person(&user_id).ok_or(Refusal::NotFound)?),
    };
    let org_id = org_id.map(|organization| organization.tenant_id);
    if let Some((org_id, person)) = org_id.zip(person)
        && person.role_in(org_id).is_none()
    {
        return Err(Refusal::field("user_id", "is not a member of the organization"));
    }
    let new = NewKey {
        user_id: person.map(|person| person.user_id),
        org_id,
        display_name: fields.text("display_name")?,
        metadata: fields.object("metadata")?.unwrap_or_default(),
        expires_at: read_expiry(&mut fields, now)?,
    };
    fields.finish()?;
    Ok(new)
}

fn read_expiry(fields: &mut Fields, now: i64) -> Result<Option<i64>, Refusal> {
    let expires_at = fields.integer("expires_at_seconds")?;
    match expires_at {
        Some(expires_at) if expires_at <= now => {
            Err(Refusal::field("expires_at_seconds", "must be in the future"))
        }
        expires_at => Ok(expires_at),
    }
}

async fn describe(
    State(identity): State<Arc<Identity>>,
    Path(api_key_id): Path<String>,
) -> Result<Response, Refusal> {
    let (known, now) = (&mut *identity.lock(), identity.now());
    let is_null = known.orders.missing_key_is_null;
    let missing = if is_null { Refusal::Null } else { Refusal::NotFound };
    let key = known.api_keys.live(&api_key_id, now).ok_or(missing)?;
    Ok(Json(key.to_json()).into_response())
}

/// What is left out stays; metadata is replaced as a whole.
async fn change(
    State(identity): State<Arc<Identity>>,
    Path(api_key_id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let (known, now) = (&mut *identity.lock(), identity.now());
    let key = known.api_keys.live(&api_key_id, now).ok_or(Refusal::NotFound)?;
    let mut fields = Fields::read(&body)?;
    let expires_at = read_expiry(&mut fields, now)?;
    let metadata = fields.object("metadata")?;
    let never_expires = fields.flag("set_to_never_expire")?;
    fields.finish()?;
    if never_expires && expires_at.is_some() {
        return Err(Refusal::field("set_to_never_expire", "contradicts expires_at_seconds"));
    }
    if never_expires || expires_at.is_some() {
        key.expires_at = expires_at;
    }
    if let Some(metadata) = metadata {
        key.metadata = metadata;
    }
    // The real service sends no body here, and clients must not expect one.
    Ok(StatusCode::OK)
}

async fn delete(
    State(identity): State<Arc<Identity>>,
    Path(api_key_id): Path<String>,
) -> Result<Response, Refusal> {
    let now = identity.now();
    match identity.lock().api_keys.end(now, |key| key.api_key_id == api_key_id) {
        true => Ok(Json(json!({})).into_response()),
        false => Err(Refusal::NotFound),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    org_id: Option<String>,
    user_id: Option<String>,
    user_email: Option<String>,
    api_key_type: Option<String>,
    #[serde(default = "usual_page")]
    page_size: usize,
    #[serde(default)]
    page_number: usize,
}

async fn list_live(
    State(identity): State<Arc<Identity>>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Response, Refusal> {
    let (Query(query), now) = (query?, identity.now());
    list(&identity.lock(), &query, |key| key.is_live(now))
}

async fn list_archived(
    State(identity): State<Arc<Identity>>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Response, Refusal> {
    let (Query(query), now) = (query?, identity.now());
    list(&identity.lock(), &query, |key| !key.is_live(now))
}

fn list(
    known: &Known,
    query: &ListQuery,
    is_listed: impl Fn(&ApiKey) -> bool,
) -> Result<Response, Refusal> {
    let type_ = query.api_key_type.as_deref().map(str::to_ascii_uppercase);
    if type_.as_deref().is_some_and(|type_| !["ORG", "PERSONAL"].contains(&type_)) {
        return Err(Refusal::field("api_key_type", "is ORG or PERSONAL"));
    }
    let is_meant = |key: &&ApiKey| {
        let email = key.user_id.and_then(|id| known.directory.person(id)).map(|user| user.email);
        let kind = if key.org_id.is_some() { "ORG" } else { "PERSONAL" };
        let meets = |wanted: &Option<String>, own| wanted.is_none() || wanted.as_deref() == own;
        meets(&query.org_id, key.org_id)
            && meets(&query.user_id, key.user_id)
            && meets(&query.user_email, email)
            && meets(&type_, Some(kind))
            && is_listed(key)
    };
    let rows: Vec<Value> = known.api_keys.all().filter(is_meant).map(ApiKey::to_json).collect();
    let most = known.orders.most_keys_a_page.unwrap_or(usize::MAX);
    let page_size = query.page_size.min(most);
    let trick = known.orders.key_list;
    let pages = rows.len().div_ceil(page_size.max(1));
    let number = trick.map_or(query.page_number, |it| it.given_for(query.page_number, pages));
    let mut page = page("api_keys", "total_api_keys", rows, page_size, number);
    page["current_page"] = json!(query.page_number);
    if let Some(trick) = trick {
        trick.twist(query.page_number, &mut page);
    }
    Ok(Json(page).into_response())
}

async fn validate(State(identity): State<Arc<Identity>>, body: Bytes) -> Result<Response, Refusal> {
    answer_for(&identity, &body, false)
}

async fn validate_imported(
    State(identity): State<Arc<Identity>>,
    body: Bytes,
) -> Result<Response, Refusal> {
    answer_for(&identity, &body, true)
}

fn answer_for(identity: &Identity, body: &Bytes, is_imported: bool) -> Result<Response, Refusal> {
    let mut fields = Fields::read(body)?;
    let token = fields.text("api_key_token")?.unwrap_or_default();
    fields.finish()?;
    let token = token.strip_prefix("Bearer ").unwrap_or(&token);
    let (known, now) = (&mut *identity.lock(), identity.now());
    let key = known.api_keys.validate(token, is_imported, now);
    let key = key.ok_or_else(|| Refusal::field("api_key_token", "is not valid"))?;
    let person = key.user_id.and_then(|user_id| known.directory.person(user_id));
    let mut answer = json!({
        "metadata": key.metadata,
        "user_id": key.user_id,
        "org_id": key.org_id,
    });
    if let Some(person) = person {
        answer["user"] = Value::Object(person.to_json(false));
    }
    if let Some(org) = key.org_id.and_then(|org_id| known.directory.organization(org_id)) {
        answer["org"] = json!({
            "org_id": org.tenant_id,
            "org_name": org.name,
            "is_saml_configured": false,
            "can_setup_saml": false,
            "max_users": null,
            "metadata": {},
        });
    }
    let membership = person
        .zip(key.org_id)
        .and_then(|(person, org_id)| Some(person.membership_to_json(person.membership(org_id)?)));
    if let Some(membership) = membership {
        answer["user_in_org"] = membership;
    }
    Ok(Json(answer).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsageQuery {
    date: String,
    org_id: Option<String>,
    user_id: Option<String>,
    api_key_id: Option<String>,
}

async fn usage(
    State(identity): State<Arc<Identity>>,
    query: Result<Query<UsageQuery>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(query) = query?;
    let day = Moment::parse_date(&query.date);
    let day = day.ok_or_else(|| Refusal::field("date", "must be YYYY-MM-DD"))?.millis() / 1000;
    let known = identity.lock();
    let keys = known.api_keys.all().filter(|key| {
        let meets = |wanted: &Option<String>, own| wanted.is_none() || wanted.as_deref() == own;
        meets(&query.org_id, key.org_id)
            && meets(&query.user_id, key.user_id)
            && meets(&query.api_key_id, Some(&key.api_key_id))
    });
    let count: u64 = keys.map(|key| key.validations_on(day)).sum();
    Ok(Json(json!({"count": count})).into_response())
}
