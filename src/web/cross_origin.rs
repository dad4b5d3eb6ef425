//! What pages of other origins may send and read (Fetch standard, CORS).
//!
//! By hand, and not by tower-http's layer: that one answers preflights with 200 and without
//! `Allow`, and before a host and its origin are checked.

use axum::{body::Body, middleware, response::Response, routing::MethodRouter};
use http::{HeaderValue, StatusCode, header};

/// Headers of a request that browsers may send from pages, answered to a preflight.
const ALLOWED_HEADERS: &str = "Content-Type, Accept, Authorization, X-API-Key, Mcp-Session-Id, \
MCP-Protocol-Version, Last-Event-ID, Mcp-Method, Mcp-Name";

/// Adds what a page of an allowed origin needs to read a response (Fetch standard, CORS).
pub(super) fn allow_origin(response: &mut Response, origin: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Mcp-Session-Id, WWW-Authenticate, X-Request-Id"),
    );
}

/// Answers `OPTIONS`. `allow` lists the route's methods.
pub(super) fn preflight(allow: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static(allow));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(allow));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED_HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    response
}

/// Answers preflights and lets pages of any origin read the answer: the credential is in the
/// request, never in a cookie.
pub(super) fn cross_origin<S: Clone + Send + Sync + 'static>(
    route: MethodRouter<S>,
) -> MethodRouter<S> {
    let allow_all = middleware::map_response(async |mut response: Response| {
        let any = HeaderValue::from_static("*");
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
        response
    });
    route.options(async || preflight("GET, POST, OPTIONS")).layer(allow_all)
}
