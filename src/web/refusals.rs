//! The one log line of a refused request, which its id leads to.
//!
//! Writes neither paths nor queries, nor methods of a client's own making: people type keys
//! into addresses. A flood of one reason is one line a minute, with a count.

use axum::{
    extract::{MatchedPath, Request},
    response::Response,
};
use http::{Method, StatusCode, header};
use tracing::Level;

use crate::telemetry::{Refused, SeldomByKind, TraceId};

/// Lines a minute and reason of pages, which ask people to quote their id: a person's must be
/// there. Strangers can open pages too, so not all are.
const PAGES_PER_MINUTE: u32 = 10;

static WRITTEN: SeldomByKind = SeldomByKind::new();

/// What a log may say of a request.
pub(super) struct RequestLine {
    pub(super) method: &'static str,
    route: Option<MatchedPath>,
    is_well_known: bool,
}

impl RequestLine {
    /// Of a request whose route was found.
    pub(super) fn of(request: &Request) -> Self {
        Self {
            method: known(request.method()),
            route: request.extensions().get().cloned(),
            is_well_known: request.uri().path().starts_with("/.well-known/"),
        }
    }

    /// The route, never the path.
    pub(super) fn route(&self) -> &str {
        match &self.route {
            Some(route) => route.as_str(),
            None if self.is_well_known => "/.well-known/",
            None => "none",
        }
    }
}

/// Writes the line, if the response is a refusal.
pub(super) fn tell(response: &Response, id: TraceId, asked: &RequestLine) {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return;
    }
    let unnamed = Refused::new(unnamed(status));
    let refused = response.extensions().get::<Refused>().unwrap_or(&unnamed);
    let lines = if is_page(response) { PAGES_PER_MINUTE } else { 1 };
    let Some(held_back) = WRITTEN.pass(refused.reason, lines) else { return };
    macro_rules! write_line {
        ($level:expr) => {
            tracing::event!(
                $level,
                request.id = %id,
                reason = refused.reason,
                why = refused.why,
                status = status.as_u16(),
                method = asked.method,
                route = asked.route(),
                seen = refused.seen.as_deref(),
                advice = refused.advice,
                held_back = (held_back > 0).then_some(held_back),
                "request refused"
            )
        };
    }
    if is_for_the_operator(status, refused) {
        write_line!(Level::WARN);
    } else {
        write_line!(Level::INFO);
    }
}

/// What the operator should look at: limits, our own trouble, a name or setting that is wrong.
/// The rest is clients' own, and frequent by nature.
fn is_for_the_operator(status: StatusCode, refused: &Refused) -> bool {
    let is_trouble = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
    (is_trouble && refused.reason != DRAINING) || refused.advice.is_some()
}

/// The reason of a server that ends because it was told to.
pub(super) const DRAINING: &str = "draining";

fn is_page(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|content_type| content_type.as_bytes().starts_with(b"text/html"))
}

/// A reason for who gave none.
const fn unnamed(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "bad_request",
        StatusCode::UNAUTHORIZED => "unauthorized",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "unknown_method",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::TOO_MANY_REQUESTS => "too_many_requests",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        _ => "other",
    }
}

const fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
