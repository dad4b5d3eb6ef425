//! Every route on one screen.
//!
//! A route checks who may ask and hands the request on; what it does is elsewhere.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    middleware,
    response::Response,
    routing::{any, get},
};
use http::{HeaderValue, Method, StatusCode, header};
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer};

use super::{
    connect, health,
    layers::{allow_origin, method_not_allowed, panicked, preflight, trace},
    sign_in,
};
use crate::{
    auth::{Auth, Resource},
    caller::{Address, Caller},
    connect::{Connect, is_for_people},
    oauth::OAuth,
    telemetry::TraceId,
    tools::Tools,
    transport::{Connection, Endpoint, Origins, Refusal},
};

/// What the routes work with.
pub struct Service {
    /// The MCP transports.
    pub endpoint: Arc<Endpoint<Tools>>,
    /// Makes callers.
    pub auth: Auth,
    /// The authorization server; `None` while sign-in is off.
    pub oauth: Option<Arc<OAuth>>,
    /// The connect page.
    pub connect: Arc<Connect>,
    /// What `/.well-known/openai-apps-challenge` answers.
    pub openai_challenge: Option<String>,
    /// Who may call from where.
    pub origins: Origins,
    /// Cancelled when the server begins to drain.
    pub closing: CancellationToken,
}

/// The service as one router.
pub fn router(service: Arc<Service>) -> Router {
    let connect = Arc::clone(&service.connect);
    let pages = connect::routes(Arc::clone(&connect), service.openai_challenge.clone());
    let sign_in = service.oauth.clone().map(|oauth| sign_in::routes(oauth, connect));
    let pages = pages.merge(sign_in.unwrap_or_default());
    let strict_transport =
        service.origins.public.is_https().then_some(HeaderValue::from_static("max-age=31536000"));
    Router::new()
        .route("/mcp", any(mcp))
        .route("/mcp/", any(mcp))
        .route("/sse", any(sse))
        .route("/sse/", any(sse))
        .route("/messages", any(messages))
        .route("/messages/", any(messages))
        // Some clients append the advertised path to the one they connected to.
        .route("/sse/messages", any(messages))
        .route("/sse/messages/", any(messages))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(nothing_here)
        .with_state(Arc::clone(&service))
        .merge(pages.layer(middleware::from_fn_with_state(service, sign_in::guard)))
        .method_not_allowed_fallback(no_such_method)
        // Innermost: a handler's panic becomes a response that the layers above finish.
        .layer(CatchPanicLayer::custom(panicked))
        // Answers are one caller's own; no cache may keep them.
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        // Browsers then never ask this host without TLS.
        .layer(SetResponseHeaderLayer::overriding(
            header::STRICT_TRANSPORT_SECURITY,
            strict_transport,
        ))
        // Outermost: its time and status are the whole request's.
        .layer(middleware::from_fn(trace))
}

const MCP_METHODS: &str = "POST, OPTIONS";
const SSE_METHODS: &str = "GET, POST, OPTIONS";

/// `/mcp`: Streamable HTTP. GET has no stream to offer and DELETE no session to end.
async fn mcp(State(service): State<Arc<Service>>, request: Request) -> Response {
    service
        .guarded(request, MCP_METHODS, async |service, request| match *request.method() {
            Method::POST => {
                let caller = service.caller(&request, Resource::Mcp)?;
                Arc::clone(&service.endpoint).post(caller, Resource::Mcp, request).await
            }
            Method::HEAD => {
                service.caller(&request, Resource::Mcp)?;
                Ok(without_body(method_not_allowed(request.method(), MCP_METHODS)))
            }
            _ => Ok(method_not_allowed(request.method(), MCP_METHODS)),
        })
        .await
}

/// `/sse`: opens a stream by GET, speaks Streamable HTTP by POST, because clients that were
/// given this address try that first.
async fn sse(State(service): State<Arc<Service>>, request: Request) -> Response {
    service
        .guarded(request, SSE_METHODS, async |service, request| match *request.method() {
            Method::POST => {
                let caller = service.caller(&request, Resource::Sse)?;
                Arc::clone(&service.endpoint).post(caller, Resource::Sse, request).await
            }
            // A Streamable HTTP client that asks for its back-channel: there is none.
            Method::GET if request.headers().contains_key("mcp-session-id") => {
                Ok(method_not_allowed(request.method(), SSE_METHODS))
            }
            Method::GET => {
                let caller = service.caller(&request, Resource::Sse)?;
                let (parts, _) = request.into_parts();
                Arc::clone(&service.endpoint)
                    .open_stream(caller, &parts.headers, &parts.extensions)
                    .await
            }
            Method::HEAD if request.headers().contains_key("mcp-session-id") => {
                service.caller(&request, Resource::Sse)?;
                Ok(without_body(method_not_allowed(request.method(), SSE_METHODS)))
            }
            Method::HEAD => {
                service.caller(&request, Resource::Sse)?;
                Ok(event_stream_head())
            }
            _ => Ok(method_not_allowed(request.method(), SSE_METHODS)),
        })
        .await
}

/// `/messages`: what clients send to their stream.
async fn messages(State(service): State<Arc<Service>>, request: Request) -> Response {
    service
        .guarded(request, MCP_METHODS, async |service, request| match *request.method() {
            Method::POST => {
                let caller = service.caller(&request, Resource::Sse)?;
                Arc::clone(&service.endpoint).post_message(caller, request).await
            }
            Method::HEAD => {
                service.caller(&request, Resource::Sse)?;
                Ok(without_body(method_not_allowed(request.method(), MCP_METHODS)))
            }
            _ => Ok(method_not_allowed(request.method(), MCP_METHODS)),
        })
        .await
}

impl Service {
    /// What every MCP route does first: host and origin are checked, a preflight is answered,
    /// and a page's origin is told that it may read.
    pub(super) async fn guarded(
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
            response = self.connect.for_people(&method, response, &path);
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

    fn caller(&self, request: &Request, resource: Resource) -> Result<Caller, Refusal> {
        let peer = peer(request);
        let caller = self.auth.authenticate(request.headers(), resource, peer);
        caller.map_err(Refusal::unauthorized)
    }
}

/// The other end of the request's socket.
fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<Connection>().map(|connection| connection.peer().ip())
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

/// JSON for unknown paths, before any look at credentials: clients that probe for metadata parse
/// what they get. A page for people, but not where clients probe.
async fn nothing_here(State(service): State<Arc<Service>>, request: Request) -> Response {
    let is_probed = |path: &str| {
        path.starts_with("/.well-known/") || ["/register", "/authorize", "/token"].contains(&path)
    };
    if is_for_people(request.headers()) && !is_probed(request.uri().path()) {
        return service.connect.nothing_here(&TraceId::of(request.extensions()).to_string());
    }
    Refusal::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "nothing is served at this path; MCP clients use /mcp or /sse",
    )
    .into_response()
}

/// The routes that stand for one method say which in `Allow`, as axum sets it.
async fn no_such_method(request: Request) -> Response {
    let message = format!("{} is not served here", request.method());
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message).into_response()
}
