//! Handlers of the authorization server's routes.
//!
//! Which path leads to which stands in `web/router`. Not for cross-origin headers.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use super::OAuth;
use crate::telemetry::TraceId;

pub(crate) async fn register(State(oauth): State<Arc<OAuth>>, body: Body) -> Response {
    oauth.register(body).await.into_response()
}

pub(crate) async fn token(
    State(oauth): State<Arc<OAuth>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    oauth.token(&headers, body).await.into_response()
}

pub(crate) async fn revoke(
    State(oauth): State<Arc<OAuth>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    oauth.revoke(&headers, body).await.into_response()
}

pub(crate) async fn authorize(
    State(oauth): State<Arc<OAuth>>,
    RawQuery(query): RawQuery,
    request: TraceId,
) -> Response {
    oauth.authorize(query.as_deref().unwrap_or_default(), request).await
}

pub(crate) async fn decide(
    State(oauth): State<Arc<OAuth>>,
    request: TraceId,
    headers: HeaderMap,
    body: Body,
) -> Response {
    oauth.decide(&headers, body, request).await
}

/// A metadata document, which anybody may keep for a while.
pub(crate) fn document(body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}
