//! The `Date` of an answer: the stand-in's own, which is days off the machine's.
//!
//! A date that an answer has already stays, so that a test can order any.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;

use super::clock::Clock;

/// The router, each of whose answers tells the clock's time.
pub(crate) fn dated(router: Router, clock: Arc<Clock>) -> Router {
    router.layer(middleware::from_fn_with_state(clock, date))
}

async fn date(State(clock): State<Arc<Clock>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let micros = u64::try_from(clock.now().micros()).expect("the clock starts after 1970");
    let now = SystemTime::UNIX_EPOCH + Duration::from_micros(micros);
    let text = httpdate::fmt_http_date(now);
    let value = HeaderValue::try_from(text).expect("a date of HTTP is a header's value");
    response.headers_mut().entry(header::DATE).or_insert(value);
    response
}
