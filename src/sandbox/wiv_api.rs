//! The stand-in WIV API: its operations, who may call them, and what it remembers.
//!
//! It knows no faults; those lie around it, as do most control routes. Paths and shapes
//! are documented by WIV for running workflows, searching cases and listing customers;
//! the rest is assumed. Handlers are plain functions over memory and wait for nothing.

mod access;
mod case_changes;
mod case_lists;
mod cases;
mod conditions;
mod customers;
mod executions;
mod generation;
mod jobs;
mod opensearch;
mod refusal;
mod request;
mod runs;
mod scrolls;
mod spaces;
mod state;
mod summaries;
mod summary;
mod workflows;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, RawPathParamsRejection};
use axum::extract::{RawPathParams, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on, post};

use super::clock::Clock;
use super::identity::Identity;
use access::{Access, Audience, Effect};
use refusal::Refusal;
pub(crate) use request::Operation;
use request::Request;
pub(crate) use state::WivApi;

use Audience::{Msp, Own};
use Effect::{Read, Write};

#[rustfmt::skip]
pub(crate) static OPERATIONS: &[Operation] = &[
    Operation { method: "GET", path: "/workflows", audience: Own, effect: Read, answer: workflows::list },
    Operation { method: "GET", path: "/workflows/{workflow_id}", audience: Own, effect: Read, answer: workflows::get },
    Operation { method: "PUT", path: "/workflows/{workflow_id}", audience: Own, effect: Write, answer: workflows::put },
    Operation { method: "GET", path: "/spaces", audience: Own, effect: Read, answer: spaces::list },
    Operation { method: "GET", path: "/spaces/{space_id}", audience: Own, effect: Read, answer: spaces::get },
    Operation { method: "GET", path: "/spaces/{space_id}/resources", audience: Own, effect: Read, answer: spaces::resources },
    Operation { method: "GET", path: "/workflows/folders", audience: Own, effect: Read, answer: spaces::list_folders },
    Operation { method: "GET", path: "/workflows/folders/{folder_id}", audience: Own, effect: Read, answer: spaces::get_folder },
    Operation { method: "POST", path: "/workflows/{workflow_id}/run", audience: Own, effect: Write, answer: executions::start },
    Operation { method: "GET", path: "/executions", audience: Own, effect: Read, answer: executions::list },
    Operation { method: "GET", path: "/workflows/{workflow_id}/executions", audience: Own, effect: Read, answer: executions::list },
    Operation { method: "POST", path: "/workflows/{workflow_id}/executions/{execution_id}/stop", audience: Own, effect: Write, answer: executions::stop },
    Operation { method: "GET", path: "/workflows/{workflow_id}/executions/{execution_id}", audience: Own, effect: Read, answer: executions::get },
    Operation { method: "GET", path: "/v2/cases", audience: Own, effect: Read, answer: cases::list },
    Operation { method: "POST", path: "/v2/cases/search", audience: Own, effect: Read, answer: cases::search },
    Operation { method: "POST", path: "/v2/cases/summary", audience: Own, effect: Read, answer: summary::summarize },
    Operation { method: "GET", path: "/v2/cases/filters", audience: Own, effect: Read, answer: cases::filters },
    Operation { method: "GET", path: "/v2/cases/filters/{filter_name}/values", audience: Own, effect: Read, answer: cases::filter_values },
    Operation { method: "POST", path: "/v2/cases/query", audience: Own, effect: Read, answer: opensearch::query },
    Operation { method: "POST", path: "/v2/cases/msp/search", audience: Msp, effect: Read, answer: cases::search },
    Operation { method: "POST", path: "/v2/cases/msp/summary", audience: Msp, effect: Read, answer: summary::summarize },
    Operation { method: "GET", path: "/v2/cases/msp/filters/{filter_name}/values", audience: Msp, effect: Read, answer: cases::filter_values },
    Operation { method: "GET", path: "/v2/cases/msp/types", audience: Msp, effect: Read, answer: cases::types },
    Operation { method: "POST", path: "/v2/cases/msp/query", audience: Msp, effect: Read, answer: opensearch::query },
    Operation { method: "GET", path: "/msp/customers", audience: Msp, effect: Read, answer: customers::list },
    Operation { method: "POST", path: "/workflows/generate", audience: Own, effect: Write, answer: generation::generate },
    Operation { method: "GET", path: "/workflows/generate/{request_id}", audience: Own, effect: Read, answer: generation::get },
];

/// What one stand-in answers from, for both of its routers.
pub(crate) fn state(clock: Arc<Clock>, identity: Arc<Identity>) -> Arc<WivApi> {
    Arc::new(WivApi::new(clock, identity))
}

/// What it can be told beside the routes of the API.
pub(crate) fn control_router(api: &Arc<WivApi>) -> Router {
    Router::new().route("/cases", post(case_changes::change)).with_state(Arc::clone(api))
}

pub(crate) fn router(api: &Arc<WivApi>) -> Router {
    let mut router = Router::new();
    for operation in OPERATIONS {
        let method = operation.method.parse().ok();
        let filter = method.and_then(|method: Method| MethodFilter::try_from(method).ok());
        let filter = filter.expect("the table of operations names methods of HTTP");
        let handler = move |State(api): State<Arc<WivApi>>,
                            path: Result<RawPathParams, RawPathParamsRejection>,
                            uri: Uri,
                            headers: HeaderMap,
                            body: Result<Bytes, BytesRejection>| async move {
            respond(answer(&api, operation, path.ok(), &uri, &headers, body.ok()))
        };
        router = router.route(operation.path, on(filter, handler));
    }
    let unknown = |State(api): State<Arc<WivApi>>, headers: HeaderMap| async move {
        respond(Access::of(&headers, api.world, &api.identity).and(Err(Refusal::not_found("Path"))))
    };
    let wrong_method = |State(api): State<Arc<WivApi>>, headers: HeaderMap| async move {
        respond(
            Access::of(&headers, api.world, &api.identity).and(Err(Refusal::method_not_allowed())),
        )
    };
    router.fallback(unknown).method_not_allowed_fallback(wrong_method).with_state(Arc::clone(api))
}

fn answer(
    api: &WivApi,
    operation: &'static Operation,
    path: Option<RawPathParams>,
    uri: &Uri,
    headers: &HeaderMap,
    body: Option<Bytes>,
) -> Result<String, Refusal> {
    let access = Access::of(headers, api.world, &api.identity)?;
    access.permit(operation.audience, operation.effect)?;
    let path = path.ok_or_else(|| Refusal::bad_request("The path is not UTF-8"))?;
    let body = body.ok_or_else(|| Refusal::too_large("The body is too large or incomplete"))?;
    (operation.answer)(&Request::new(api, operation, access, &path, uri, body)?)
}

fn respond(answer: Result<String, Refusal>) -> Response {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    match answer {
        Ok(body) => ([(header::CONTENT_TYPE, JSON)], body).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}
