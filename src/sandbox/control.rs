//! The routes that steer a stand-in, and the layer that obeys them.
//!
//! Loopback only, because the stand-in listens nowhere else; they need no key. Requests
//! to them are neither recorded nor met by faults.

use std::future::pending;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, response};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::calls::Calls;
use super::clock::Clock;
use super::faults::{self, Faults, Kind, Rule};
use super::server::Connection;

/// Below it lie the control routes.
pub(crate) const ROOT: &str = "/_control";

#[derive(Clone)]
struct Control {
    clock: Arc<Clock>,
    calls: Arc<Calls>,
    faults: Arc<Faults>,
}

/// The router with control routes beside it, more of them if it has any, and faults
/// before it.
pub(crate) fn controlled(router: Router, clock: Arc<Clock>, more: Router) -> Router {
    let control = Control { clock, calls: Arc::default(), faults: Arc::default() };
    let routes = Router::new()
        .route("/faults", put(put_fault).delete(delete_faults))
        .route("/calls", get(list_calls).delete(delete_calls))
        .route("/clock", post(advance_clock))
        .with_state(control.clone())
        .merge(more);
    let obeying = router.layer(middleware::from_fn_with_state(control, obey));
    Router::new().nest(ROOT, routes).fallback_service(obeying)
}

async fn put_fault(State(control): State<Control>, body: Bytes) -> Response {
    match serde_json::from_slice::<Rule>(&body) {
        Err(error) => bad_request(&error.to_string()),
        Ok(rule) => match control.faults.put(rule) {
            Some(rules) => Json(json!({"faults": rules})).into_response(),
            None => bad_request("too many rules; delete them first"),
        },
    }
}

async fn delete_faults(State(control): State<Control>) -> Json<Value> {
    control.faults.clear();
    Json(json!({"faults": []}))
}

async fn list_calls(State(control): State<Control>) -> Json<Value> {
    Json(control.calls.answer())
}

async fn delete_calls(State(control): State<Control>) -> Json<Value> {
    control.calls.clear();
    Json(json!({"calls": []}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_s: u64,
}

async fn advance_clock(State(control): State<Control>, body: Bytes) -> Response {
    match serde_json::from_slice::<Advance>(&body) {
        Err(error) => bad_request(&error.to_string()),
        Ok(Advance { advance_s }) => match control.clock.advance(advance_s) {
            Some(now) => {
                Json(json!({"now": now.to_rfc3339(), "unix_seconds": control.clock.unix_seconds()}))
                    .into_response()
            }
            None => bad_request("the clock can be advanced by a hundred years in all"),
        },
    }
}

pub(crate) fn bad_request(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": error}))).into_response()
}

/// Records the request and lets it meet its fault, if one is ordered for it.
async fn obey(State(control): State<Control>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    control.calls.record(&head);
    let Some(fault) = control.faults.meet(&head) else {
        return next.run(Request::from_parts(head, body)).await;
    };
    tokio::time::sleep(fault.delay).await;
    let connection = head.extensions.get::<Connection>().cloned();
    let request = Request::from_parts(head, body);
    match fault.kind {
        Kind::Slow => next.run(request).await,
        Kind::TooManyRequests => faults::too_many_requests(),
        Kind::PlainTooManyRequests => faults::plain_too_many_requests(),
        Kind::KeyOverLimit => faults::key_over_limit(),
        Kind::ServerError => faults::server_error(),
        Kind::NotFound => faults::not_found(),
        Kind::Huge => faults::huge(),
        Kind::Answer => fault.given.into_response(),
        Kind::Cut => {
            let (head, body) = whole(next.run(request).await).await;
            faults::cut(head, &body)
        }
        Kind::Malformed => faults::malformed(&whole(next.run(request).await).await.1),
        Kind::Reset => {
            if let Some(connection) = connection {
                connection.reset();
            }
            // The connection is dropped, and this future with it.
            pending().await
        }
    }
}

/// An answer with its body read; all answers of the stand-in are in memory already.
async fn whole(response: Response<Body>) -> (response::Parts, Bytes) {
    let (head, body) = response.into_parts();
    (head, to_bytes(body, usize::MAX).await.unwrap_or_default())
}
