//! Handlers of the MCP addresses: who may ask, and to which transport a method leads.
//!
//! Not for what a transport does with it.

use std::{net::IpAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use http::{HeaderValue, Method, StatusCode, header};

use super::{
    Service,
    cross_origin::{allow_origin, preflight},
    unknown::nothing_here,
};
use crate::{
    auth::ProtectedResource,
    caller::{Address, Caller},
    pages::is_for_people,
    transport::{ClientConnection, Refusal},
};

const MCP_METHODS: &str = "POST, OPTIONS";
const SSE_METHODS: &str = "GET, POST, OPTIONS";

/// `/mcp` and its views: Streamable HTTP. GET has no stream to offer and DELETE no session to end.
pub(super) async fn mcp(State(service): State<Arc<Service>>, request: Request) -> Response {
    let Some(resource) = ProtectedResource::at(request.uri().path()) else {
        return nothing_here(&service, &request);
    };
    service
        .guarded(request, MCP_METHODS, async move |service, request| match *request.method() {
            Method::POST => {
                let caller = service.caller(&request, resource)?;
                Arc::clone(&service.endpoint).post(caller, resource, request).await
            }
            Method::HEAD => {
                service.caller(&request, resource)?;
                Ok(without_body(method_not_allowed(request.method(), MCP_METHODS)))
            }
            _ => Ok(method_not_allowed(request.method(), MCP_METHODS)),
        })
        .await
}

/// `/sse` and its views: opens a stream by GET, speaks Streamable HTTP by POST, because clients that were
/// given this address try that first.
pub(super) async fn sse(State(service): State<Arc<Service>>, request: Request) -> Response {
    let Some(resource) = ProtectedResource::at(request.uri().path()) else {
        return nothing_here(&service, &request);
    };
    service
        .guarded(request, SSE_METHODS, async move |service, request| match *request.method() {
            Method::POST => {
                let caller = service.caller(&request, resource)?;
                Arc::clone(&service.endpoint).post(caller, resource, request).await
            }
            // A Streamable HTTP client that asks for its back-channel: there is none.
            Method::GET if request.headers().contains_key("mcp-session-id") => {
                Ok(method_not_allowed(request.method(), SSE_METHODS))
            }
            Method::GET => {
                let caller = service.caller(&request, resource)?;
                let (parts, _) = request.into_parts();
                Arc::clone(&service.endpoint)
                    .open_stream(caller, resource, &parts.headers, &parts.extensions)
                    .await
            }
            Method::HEAD if request.headers().contains_key("mcp-session-id") => {
                service.caller(&request, resource)?;
                Ok(without_body(method_not_allowed(request.method(), SSE_METHODS)))
            }
            Method::HEAD => {
                service.caller(&request, resource)?;
                Ok(event_stream_head())
            }
            _ => Ok(method_not_allowed(request.method(), SSE_METHODS)),
        })
        .await
}

/// `/messages`: what clients send to their stream.
pub(super) async fn messages(State(service): State<Arc<Service>>, request: Request) -> Response {
    service
        .guarded(request, MCP_METHODS, async |service, request| match *request.method() {
            Method::POST => {
                let caller = service.messages_caller(&request)?;
                Arc::clone(&service.endpoint).post_message(caller, request).await
            }
            Method::HEAD => {
                service.messages_caller(&request)?;
                Ok(without_body(method_not_allowed(request.method(), MCP_METHODS)))
            }
            _ => Ok(method_not_allowed(request.method(), MCP_METHODS)),
        })
        .await
}

impl Service {
    /// What every MCP route does first: host and origin are checked, a preflight is answered,
    /// and a page's origin is told that it may read.
    async fn guarded(
        &self,
        request: Request,
        allow: &'static str,
        serve: impl AsyncFnOnce(&Self, Request) -> Result<Response, Refusal>,
    ) -> Response {
        if let Err(refusal) = self.origins.check(request.headers(), request.uri()) {
            return refusal.into_response();
        }
        let origin = request.headers().get(header::ORIGIN).cloned();
        let person = is_for_people(request.headers())
            .then(|| (request.method().clone(), request.uri().path().to_owned()));
        let mut response = if request.method() == Method::OPTIONS {
            preflight(allow)
        } else {
            serve(self, request).await.unwrap_or_else(Refusal::into_response)
        };
        if let Some((method, path)) = person {
            response = self.front.for_people(&method, response, &path);
        }
        if let Some(origin) = origin {
            allow_origin(&mut response, origin);
        }
        response
    }

    /// Where a client is, where somebody's word on it can be taken.
    pub(super) fn address(&self, request: &Request) -> Option<Address> {
        self.auth.address(request.headers(), peer(request))
    }

    fn messages_caller(&self, request: &Request) -> Result<Caller, Refusal> {
        let caller = self.auth.authenticate_message(request.headers(), peer(request));
        caller.map_err(Refusal::unauthorized)
    }

    fn caller(&self, request: &Request, resource: ProtectedResource) -> Result<Caller, Refusal> {
        let peer = peer(request);
        let caller = self.auth.authenticate(request.headers(), resource, peer);
        caller.map_err(Refusal::unauthorized)
    }
}

/// 405 with the route's methods.
fn method_not_allowed(method: &Method, allow: &'static str) -> Response {
    // mcp-remote reads the status's usual words, anywhere in an error, as a sign; say it plainly.
    let message = format!("{method} is not served here; use {allow}");
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
        .header(header::ALLOW, HeaderValue::from_static(allow))
        .into_response()
}

/// The other end of the request's socket.
fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ClientConnection>().map(|connection| connection.peer().ip())
}

/// `HEAD /sse`: what GET would answer, without opening a stream.
fn event_stream_head() -> Response {
    let mut response = Response::new(Body::empty());
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response
}

fn without_body(response: Response) -> Response {
    let (parts, _) = response.into_parts();
    Response::from_parts(parts, Body::empty())
}
