//! `/healthz` and `/readyz`: for platforms, exempt from host checks and credentials.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;

use super::{Service, refusals::DRAINING};
use crate::telemetry::Refused;

/// The process is alive. Asks nobody: a platform restarts what answers no.
pub(super) async fn alive() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// Whether new work should come here: not while draining.
pub(super) async fn ready(State(service): State<Arc<Service>>) -> Response {
    let draining = service.closing.is_cancelled();
    let status = if draining { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let body = json!({
        "status": if draining { "draining" } else { "ready" },
        "bus": "none",
        "streams": service.endpoint.open_streams(),
    });
    let response = (status, Json(body)).into_response();
    if draining { Refused::new(DRAINING).on(response) } else { response }
}
