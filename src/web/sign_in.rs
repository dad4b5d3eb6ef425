//! Routes of the authorization server and of its pages.
//!
//! Present only while sign-in is on; without it these paths answer like any unknown one.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use super::{Service, layers::preflight};
use crate::{
    oauth::OAuth,
    signin::{FlowError, Next as FlowNext, Step},
    telemetry::TraceId,
};

/// Every route of the authorization server.
pub(super) fn routes(oauth: Arc<OAuth>) -> Router {
    let mut router = Router::new()
        .route("/oauth/register", cross_origin(post(register)))
        .route("/oauth/token", cross_origin(post(token)))
        .route("/oauth/revoke", cross_origin(post(revoke)))
        .route("/oauth/authorize", get(authorize).post(decide))
        .route("/oauth/callback", get(callback))
        .route("/oauth/organization", post(organization));
    for (path, body) in oauth.documents() {
        router = router.route(path, cross_origin(get(async move || document(body))));
    }
    router.with_state(oauth)
}

/// Checks the host, as on MCP routes. Pages of any origin may read documents and tokens: the
/// credential is in the request, never in a cookie.
pub(super) async fn guard(
    State(service): State<Arc<Service>>,
    request: Request,
    next: Next,
) -> Response {
    if let Err(refusal) = service.origins.check_host(request.headers(), request.uri()) {
        return refusal.into_response();
    }
    next.run(request).await
}

/// Answers preflights and lets pages of any origin read the answer.
fn cross_origin(route: MethodRouter<Arc<OAuth>>) -> MethodRouter<Arc<OAuth>> {
    route.options(async || preflight("GET, POST, OPTIONS")).layer(axum::middleware::map_response(
        async |mut response: Response| {
            let any = HeaderValue::from_static("*");
            response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
            response
        },
    ))
}

fn document(body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

async fn register(State(oauth): State<Arc<OAuth>>, request: Request) -> Response {
    oauth.register(request.into_body()).await.into_response()
}

async fn token(State(oauth): State<Arc<OAuth>>, headers: HeaderMap, body: Body) -> Response {
    oauth.token(&headers, body).await.into_response()
}

async fn revoke(State(oauth): State<Arc<OAuth>>, headers: HeaderMap, body: Body) -> Response {
    oauth.revoke(&headers, body).await.into_response()
}

async fn authorize(State(oauth): State<Arc<OAuth>>, request: Request) -> Response {
    let id = TraceId::of(request.extensions()).to_string();
    oauth.authorize(request.uri().query().unwrap_or_default(), &id).await
}

async fn decide(State(oauth): State<Arc<OAuth>>, request: Request) -> Response {
    let id = TraceId::of(request.extensions()).to_string();
    let (parts, body) = request.into_parts();
    oauth.decide(&parts.headers, body, &id).await
}

/// PropelAuth sends the browser back, with a code or with an error.
async fn callback(State(oauth): State<Arc<OAuth>>, request: Request) -> Response {
    let id = TraceId::of(request.extensions()).to_string();
    let headers = request.headers();
    let query = request.uri().query().unwrap_or_default();
    let flow = oauth.came_back(headers, query).await;
    let next = oauth.sign_in().next_of(headers);
    let mut response = go_on(&oauth, flow, next, &id);
    // The state is used: coming back once more begins anew.
    let cleared = oauth.sign_in().cookies().clear(Step::SignIn);
    response.headers_mut().append(header::SET_COOKIE, cleared);
    response
}

async fn organization(State(oauth): State<Arc<OAuth>>, request: Request) -> Response {
    let id = TraceId::of(request.extensions()).to_string();
    let (parts, body) = request.into_parts();
    let flow = oauth.organization_chosen(&parts.headers, body).await;
    go_on(&oauth, flow, None, &id)
}

/// What the flow was for decides where it goes on.
fn go_on(
    oauth: &OAuth,
    flow: Result<crate::signin::Flow, FlowError>,
    next: Option<FlowNext>,
    request_id: &str,
) -> Response {
    match flow {
        Ok(flow) => match &flow.next {
            FlowNext::Authorize(asked) => oauth.signed_in(&flow, asked, request_id),
            FlowNext::Connect => oauth.flow_failed(None, &FlowError::NotThisBrowser, request_id),
        },
        Err(error) => oauth.flow_failed(next, &error, request_id),
    }
}
