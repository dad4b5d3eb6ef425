//! Server-sent events: frames, comments that keep a stream alive, and its headers.
//!
//! Knows no message's meaning. No frame carries an `id:`, because clients would reconnect to
//! resume and there is nothing to resume from.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{body::Body, response::Response};
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderValue, StatusCode, header};
use http_body::Frame;
use tokio::time::{Duration, Instant, Sleep, sleep};
use tokio_stream::Stream;

/// A comment: keeps proxies from closing an idle stream, and clients ignore it.
const KEEP_ALIVE: Bytes = Bytes::from_static(b": keep-alive\n\n");

/// How long a client waits before it comes back after a cut that nobody announced.
pub(super) const RETRY_MS: u64 = 3000;

/// How long a client waits after an end of our own, in milliseconds: soon, but not all at once.
const EARLY_RETRY_MS: std::ops::Range<u64> = 200..1200;

/// The first thing on a stream that answers one request: tells the pause, and is a first byte.
pub(super) fn retry() -> Bytes {
    format!("retry: {RETRY_MS}\n\n").into()
}

/// Tells a client when to come back.
pub(super) fn come_back() -> Bytes {
    let span = (EARLY_RETRY_MS.end - EARLY_RETRY_MS.start) as f64;
    let retry = Duration::from_millis(EARLY_RETRY_MS.start + (random_fraction() * span) as u64);
    format!("retry: {}\n\n", retry.as_millis()).into()
}

/// One message as an event. The JSON has no line breaks of ASCII; those of Unicode are escaped,
/// because some clients end a line at them.
pub(super) fn message(json: &[u8]) -> Bytes {
    const BEFORE: &[u8] = b"event: message\ndata: ";
    const AFTER: &[u8] = b"\n\n";
    let mut frame = BytesMut::with_capacity(BEFORE.len() + json.len() + AFTER.len());
    frame.put_slice(BEFORE);
    let mut written = 0;
    for at in memchr::memchr2_iter(0xc2, 0xe2, json) {
        let (length, escape) = match &json[at..] {
            [0xc2, 0x85, ..] => (2, &b"\\u0085"[..]),
            [0xe2, 0x80, 0xa8, ..] => (3, &b"\\u2028"[..]),
            [0xe2, 0x80, 0xa9, ..] => (3, &b"\\u2029"[..]),
            _ => continue,
        };
        frame.put_slice(&json[written..at]);
        frame.put_slice(escape);
        written = at + length;
    }
    frame.put_slice(&json[written..]);
    frame.put_slice(AFTER);
    frame.freeze()
}

/// A response whose events come from `events`, with keep-alive comments between them.
pub(super) fn response<S>(events: S, keep_alive: Duration) -> Response
where
    S: Stream<Item = Bytes> + Send + 'static,
{
    let body = EventStream {
        events: Box::pin(events),
        idle: Box::pin(sleep(jittered(keep_alive))),
        keep_alive,
    };
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Proxies must neither store, compress nor hold back what passes.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// A duration within a fifth around the given one, so that streams opened together don't all
/// wake up together.
pub(super) fn jittered(duration: Duration) -> Duration {
    duration.mul_f64(0.8 + 0.4 * random_fraction())
}

/// A number in 0..1 for spreading load; no secret hangs on it.
fn random_fraction() -> f64 {
    use std::hash::{BuildHasher, Hasher};
    // Each `RandomState` has keys of its own.
    let random = std::collections::hash_map::RandomState::new().build_hasher().finish();
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

struct EventStream<S> {
    events: Pin<Box<S>>,
    idle: Pin<Box<Sleep>>,
    keep_alive: Duration,
}

impl<S: Stream<Item = Bytes>> http_body::Body for EventStream<S> {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let next = match self.events.as_mut().poll_next(context) {
            Poll::Ready(Some(event)) => event,
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Pending => match self.idle.as_mut().poll(context) {
                Poll::Ready(()) => KEEP_ALIVE,
                Poll::Pending => return Poll::Pending,
            },
        };
        let again = Instant::now() + jittered(self.keep_alive);
        self.idle.as_mut().reset(again);
        Poll::Ready(Some(Ok(Frame::data(next))))
    }
}
