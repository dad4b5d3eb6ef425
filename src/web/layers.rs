//! What happens to every request before its route and to every response after it.
//!
//! The order is set in `router`, a reason for each.

use std::{
    any::Any,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::{Sleep, sleep_until, timeout};

use super::refusals::{self, RequestLine};
use crate::{telemetry::TraceId, transport::Refusal};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request, and writes its one line at `debug` when its head is answered, with another
/// if it is refused.
pub(super) async fn trace(mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = TraceId::random();
    request.extensions_mut().insert(id);
    let asked = RequestLine::of(&request);
    let (parts, body) = request.into_parts();
    let body = SharedBody::new(body);
    let unread = body.clone();
    let mut response = next.run(Request::from_parts(parts, Body::new(body))).await;
    if response.status().is_client_error() {
        unread.read_away().await;
    }
    tracing::debug!(
        method = asked.method,
        route = asked.route(),
        status = response.status().as_u16(),
        duration_us = begun.elapsed().as_micros() as u64,
        request.id = %id,
        "request"
    );
    refusals::tell(&response, id, &asked);
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Refuses a body that is compressed, with what is taken instead (RFC 9110, 15.5.16): this server
/// expands nothing that a stranger sends.
pub(super) async fn uncompressed(request: Request, next: Next) -> Response {
    let is_plain = |coding: &str| coding.is_empty() || coding.eq_ignore_ascii_case("identity");
    let are_plain = |codings: &str| codings.split(',').map(str::trim).all(is_plain);
    let mut codings = request.headers().get_all(header::CONTENT_ENCODING).iter();
    let is_plain = codings.all(|codings| codings.to_str().is_ok_and(are_plain));
    if is_plain || request.method().is_safe() {
        return next.run(request).await;
    }
    let refusal = Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_content_encoding",
        "send the body as it is, without Content-Encoding",
    )
    .header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    refusal.at(request.uri().path())
}

/// Most that is read of a body whose request is refused already, in bytes.
const MAX_UNREAD_BYTES: usize = 64 * 1024;

/// Longest wait for it.
const UNREAD_PATIENCE: Duration = Duration::from_secs(1);

/// Longest time for a request's body, whoever reads it: above what each reader gives itself, so
/// that its own words come first.
const BODY_TIMEOUT: Duration = Duration::from_secs(35);

/// The body did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("the request's body took too long")]
struct BodyTooSlow;

/// A request's body that can be read to its end after its handler let go of it, within a time.
///
/// Clients that send head and body apart may still be sending when a refusal is ready. Answered
/// at once, hyper would close the connection under their hands, and some would never see why.
#[derive(Clone)]
struct SharedBody(Arc<Mutex<Timed>>);

struct Timed {
    body: Body,
    end: tokio::time::Instant,
    /// Made when something is waited for; most bodies are there with their heads.
    timer: Option<Pin<Box<Sleep>>>,
}

impl SharedBody {
    fn new(body: Body) -> Self {
        let end = tokio::time::Instant::now() + BODY_TIMEOUT;
        Self(Arc::new(Mutex::new(Timed { body, end, timer: None })))
    }

    fn lock(&self) -> MutexGuard<'_, Timed> {
        self.0.lock().expect("no code panics while it holds this lock")
    }

    async fn read_away(mut self) {
        let reading = async {
            let mut read = 0;
            while let Some(Ok(frame)) = self.frame().await {
                read += frame.data_ref().map_or(0, Bytes::len);
                if read > MAX_UNREAD_BYTES {
                    return;
                }
            }
        };
        // Too slow or too much: the connection closes, as it would have.
        let _in_time = timeout(UNREAD_PATIENCE, reading).await;
    }
}

impl http_body::Body for SharedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Timed { body, end, timer } = &mut *self.lock();
        let polled = Pin::new(body).poll_frame(context);
        if polled.is_pending() {
            let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(*end)));
            if timer.as_mut().poll(context).is_ready() {
                return Poll::Ready(Some(Err(axum::Error::new(BodyTooSlow))));
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.lock().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.lock().body.size_hint()
    }
}

/// A panic is our bug: the client gets words, the log gets the cause, others notice nothing.
pub(super) fn panicked(cause: Box<dyn Any + Send>) -> http::Response<Body> {
    let cause = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(cause, "a request's handler panicked");
    Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal_error",
        "the server failed; the outcome is unknown",
    )
    .into_response()
}
