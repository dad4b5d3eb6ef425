//! Routes of the authorization server and of its pages.
//!
//! Present only while sign-in is on; without it these paths answer like any unknown one.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{FromRef, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use tracing::{Instrument, error_span};

use super::{Service, layers::preflight};
use crate::{
    caller::Address,
    connect::{Connect, is_for_people},
    oauth::OAuth,
    origin::Origin,
    pages::see_other,
    signin::{Flow, FlowError, Next as FlowNext, Step},
    telemetry::TraceId,
};

/// Who goes on when a person is signed in.
#[derive(Clone)]
struct Rooms {
    oauth: Arc<OAuth>,
    connect: Arc<Connect>,
}

impl FromRef<Rooms> for Arc<OAuth> {
    fn from_ref(rooms: &Rooms) -> Self {
        Self::clone(&rooms.oauth)
    }
}

/// Every route of the authorization server.
pub(super) fn routes(oauth: Arc<OAuth>, connect: Arc<Connect>) -> Router {
    let mut router = Router::new()
        .route("/oauth/register", cross_origin(post(register)))
        .route("/oauth/token", cross_origin(post(token)))
        .route("/oauth/revoke", cross_origin(post(revoke)))
        .route("/oauth/authorize", get(authorize).post(decide))
        .route("/oauth/callback", get(callback))
        .route(
            "/oauth/organization",
            // As on the connect page: opened from the address bar, the form's page is over.
            post(organization).get(async || see_other("/connect")),
        );
    for (path, body) in oauth.documents() {
        router = router.route(path, cross_origin(get(async move || document(body))));
    }
    router.with_state(Rooms { oauth, connect })
}

/// Checks the host, as on MCP routes. Pages of any origin may read documents and tokens: the
/// credential is in the request, never in a cookie.
pub(super) async fn guard(
    State(service): State<Arc<Service>>,
    mut request: Request,
    next: Next,
) -> Response {
    let (headers, uri) = (request.headers(), request.uri());
    if let Err(refusal) = service.origins.check_host(headers, uri) {
        return refusal.into_response();
    }
    if let Some(place) = by_the_settings_name(&service.origins.public, &request) {
        let mut response = see_other(&place);
        response.headers_mut().append(header::SET_COOKIE, SENT_ON);
        return response;
    }
    if let Some(address) = service.address(&request) {
        request.extensions_mut().insert(address);
    }
    // What goes wrong with PropelAuth is logged where it happens, a floor below request ids.
    let span = error_span!("page", request.id = %TraceId::of(request.extensions()));
    next.run(request).instrument(span).await
}

/// What a browser brings back that was sent to the settings' name a moment ago, by the same name:
/// a proxy in between shows us another Host than the browser's, and would send it round for ever.
const SENT_ON: HeaderValue =
    HeaderValue::from_static("wiv-sent-on=1; Path=/; HttpOnly; SameSite=Lax; Max-Age=5");

/// Cookies and forms are bound to one host name. People who came to a server of their own
/// machine by another of its names, such as localhost, go on by the one that the settings name.
fn by_the_settings_name(public: &Origin, request: &Request) -> Option<String> {
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    let is_other_name = || {
        // TLS ends in front of us: the browser's scheme is the settings'.
        let scheme = if public.is_https() { "https" } else { "http" };
        let asked = Origin::parse(&format!("{scheme}://{host}"));
        // Behind a forwarded port the browser's address may be another than this Host.
        asked.is_some_and(|asked| asked != *public && asked.port() == public.port())
    };
    let was_sent_on = || {
        let cookies = request.headers().get_all(header::COOKIE).iter();
        let mut pairs =
            cookies.filter_map(|value| value.to_str().ok()).flat_map(|it| it.split(';'));
        pairs.any(|pair| pair.trim() == "wiv-sent-on=1")
    };
    let is_visit = request.method() == Method::GET && is_for_people(request.headers());
    let path = request.uri().path_and_query()?;
    let goes_on = public.is_loopback() && is_visit && is_other_name() && !was_sent_on();
    goes_on.then(|| format!("{public}{path}"))
}

/// Answers preflights and lets pages of any origin read the answer.
fn cross_origin(route: MethodRouter<Rooms>) -> MethodRouter<Rooms> {
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
async fn callback(State(rooms): State<Rooms>, request: Request) -> Response {
    let id = TraceId::of(request.extensions()).to_string();
    let headers = request.headers();
    let query = request.uri().query().unwrap_or_default();
    let address = request.extensions().get::<Address>().copied();
    let flow = rooms.oauth.came_back(headers, query, address).await;
    let next = rooms.oauth.sign_in().next_of(headers);
    let may_come_again = matches!(flow, Err(FlowError::Busy { .. }));
    let mut response = go_on(&rooms, flow, next, &id);
    if may_come_again {
        return response;
    }
    // The state is used: coming back once more begins anew.
    let cleared = rooms.oauth.sign_in().cookies().clear(Step::SignIn);
    response.headers_mut().append(header::SET_COOKIE, cleared);
    response
}

async fn organization(State(rooms): State<Rooms>, request: Request) -> Response {
    let id = TraceId::of(request.extensions()).to_string();
    let (parts, body) = request.into_parts();
    let flow = rooms.oauth.organization_chosen(&parts.headers, body).await;
    go_on(&rooms, flow, None, &id)
}

/// What the flow was for decides where it goes on.
fn go_on(
    rooms: &Rooms,
    flow: Result<Flow, FlowError>,
    next: Option<FlowNext>,
    request_id: &str,
) -> Response {
    match flow {
        Ok(flow) => match &flow.next {
            FlowNext::Authorize(asked) => rooms.oauth.signed_in(&flow, asked, request_id),
            FlowNext::Connect(_) => rooms.connect.signed_in(&flow, request_id),
        },
        Err(error) if matches!(next, Some(FlowNext::Connect(_))) => {
            rooms.connect.failed(&error, request_id)
        }
        Err(error) => rooms.oauth.flow_failed(next, &error, request_id),
    }
}
