//! Handlers of the connect page's routes.
//!
//! Which path leads to which stands in `web/router`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{RawQuery, State},
    response::Response,
};
use http::HeaderMap;

use super::{Account, Front, account::ACCOUNT_PATH};
use crate::{pages::see_other, telemetry::TraceId};

pub(crate) async fn front(State(front): State<Arc<Front>>, headers: HeaderMap) -> Response {
    front.page(&headers)
}

/// While sign-in is off.
pub(crate) async fn no_sign_in(State(front): State<Arc<Front>>, request: TraceId) -> Response {
    front.no_sign_in(request)
}

/// A page that answers a form has the form's address: who opens it again from the address bar
/// gets to the page that the form was on.
pub(crate) async fn to_front() -> Response {
    see_other("/connect")
}

/// The same for forms of the person's page.
pub(crate) async fn to_account() -> Response {
    see_other(ACCOUNT_PATH)
}

pub(crate) async fn sign_in(
    State(account): State<Arc<Account>>,
    request: TraceId,
    headers: HeaderMap,
    body: Body,
) -> Response {
    account.begin(&headers, body, request).await
}

pub(crate) async fn account(
    State(account): State<Arc<Account>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    request: TraceId,
) -> Response {
    account.account(&headers, query.as_deref().unwrap_or_default(), request).await
}

pub(crate) async fn make_key(
    State(account): State<Arc<Account>>,
    request: TraceId,
    headers: HeaderMap,
    body: Body,
) -> Response {
    account.make_key(&headers, body, request).await
}

pub(crate) async fn revoke(
    State(account): State<Arc<Account>>,
    request: TraceId,
    headers: HeaderMap,
    body: Body,
) -> Response {
    account.revoke(&headers, body, request).await
}

pub(crate) async fn sign_out(
    State(account): State<Arc<Account>>,
    headers: HeaderMap,
    request: TraceId,
) -> Response {
    account.sign_out(&headers, request).await
}
