//! What every page, file and document of OAuth passes: one host, by one name.
//!
//! Not for credentials: pages have cookies and forms, which their rooms check.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use tracing::{Instrument, error_span};

use super::Service;
use crate::{
    origin::Origin,
    pages::{Asset, is_for_people, see_other},
    telemetry::TraceId,
};

/// A file that pages load.
pub(super) fn file(asset: &'static Asset, uri: Uri, headers: HeaderMap) -> Response {
    asset.response(uri.path(), &headers)
}

/// Checks the host, as on MCP routes.
pub(super) async fn guard(
    State(service): State<Arc<Service>>,
    mut request: Request,
    next: Next,
) -> Response {
    let (headers, uri) = (request.headers(), request.uri());
    if let Err(refusal) = service.origins.check_host(headers, uri) {
        return refusal.at(uri.path());
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
