//! Where nothing is served: in words, before any look at credentials.
//!
//! Not for refusals of what is served.

use axum::{extract::Request, response::Response};
use http::StatusCode;

use super::Service;
use crate::{bounds::Toolset, pages::is_for_people, telemetry::TraceId, transport::Refusal};

/// JSON for unknown paths: clients that probe for metadata parse what they get. A page for
/// people, but not where clients probe.
pub(super) fn nothing_here(service: &Service, request: &Request) -> Response {
    let path = request.uri().path();
    let is_probed =
        path.starts_with("/.well-known/") || ["/register", "/authorize", "/token"].contains(&path);
    if is_for_people(request.headers()) && !is_probed {
        return service.front.nothing_here(TraceId::of(request.extensions()));
    }
    let views = if path.starts_with("/mcp/") || path.starts_with("/sse/") {
        let toolsets = Toolset::ALL.map(Toolset::as_str).join(", ");
        format!("; views end in /readonly or /x/ and toolsets with commas between: {toolsets}")
    } else {
        String::new()
    };
    let message = format!("nothing is served at this path; {}{views}", mcp_addresses(service));
    Refusal::new(StatusCode::NOT_FOUND, "not_found", message).at(path)
}

/// The routes that stand for one method say which in `Allow`, as axum sets it.
pub(super) fn no_such_method(service: &Service, request: &Request) -> Response {
    let message = format!("{} is not served here; {}", request.method(), mcp_addresses(service));
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
        .at(request.uri().path())
}

/// What whoever missed the address is told: some clients are given the origin alone, or the path
/// twice.
fn mcp_addresses(service: &Service) -> String {
    let origin = service.origins.public.as_str();
    format!("MCP clients use {origin}/mcp or {origin}/sse")
}
