//! One pooled HTTP client with deadlines, limits and safe repeats.
//!
//! Sends exactly the headers of the contract and nothing else of the caller's request.

use std::{str::FromStr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use tokio::time::{Instant, sleep};

use super::{
    BodyHead, Failure, Verdicts,
    its_clock::ItsClock,
    reading::{self, failure},
    retry::{self, SendOutcome},
};
use crate::{
    caller::{Address, Caller, Fingerprint},
    catalog::UpstreamRequest,
    limits::{Held, Place, Places, Pool, Turn, Turns},
    origin::HttpUrl,
    outbound::{self, Reach, Via},
};

/// Longest wait for a TCP and TLS handshake. A healthy upstream needs well under a second.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Unused connections kept to the one upstream host.
const POOL_MAX_IDLE: usize = 256;

/// Longest wait that is believed, a day. No conversation lasts longer, and larger numbers are
/// mostly dates in disguise or mistakes.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const IMPERSONATED_TENANT: HeaderName = HeaderName::from_static("x-wiv-impersonated-tenant-id");

/// What the client needs to know.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// The API, with its path's prefix.
    pub base_url: HttpUrl,
    /// One call's time, repeats included.
    pub timeout: Duration,
    /// Largest body read, in bytes.
    pub body_limit_bytes: usize,
    /// What may run at one time.
    pub limits: ClientLimits,
    /// HTTP proxy to go through.
    pub proxy: Option<HttpUrl>,
}

/// How much may run at one time.
#[derive(Debug, Clone)]
pub struct ClientLimits {
    /// Calls of one customer.
    pub calls_per_key: usize,
    /// Calls of all customers.
    pub calls: usize,
    /// Requests with keys that nobody knows.
    pub tries: usize,
    /// Such requests from one address.
    pub tries_per_address: usize,
    /// Room for answers.
    pub answers: Arc<Pool<Fingerprint>>,
}

/// The client can't be made.
#[derive(Debug, thiserror::Error)]
#[error("the client of the WIV API could not be made")]
pub struct ClientError(#[from] reqwest::Error);

/// An answer of the WIV API, of any status.
#[derive(Debug)]
pub struct Answer {
    /// Its HTTP status.
    pub status: StatusCode,
    /// `Retry-After`, when it gave one.
    pub retry_after: Option<Duration>,
    /// The whole body, within the limit.
    pub body: Bytes,
    /// What its head says of the body.
    pub head: BodyHead,
    /// The room that it takes until it is dropped.
    _held: Held<Fingerprint>,
}

/// How a request is named towards upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// In `X-Request-Id` and in our log; never zero.
    pub request_id: u128,
    /// In `traceparent`: the trace that the request is part of; never zero.
    pub trace_id: u128,
    /// Whether who began the trace records it.
    pub sampled: bool,
}

/// A request that begins a trace gives it its own name.
impl From<u128> for Trace {
    fn from(request_id: u128) -> Self {
        Self { request_id, trace_id: request_id, sampled: true }
    }
}

/// Connections to the WIV API, shared by all callers.
pub struct Client {
    http: reqwest::Client,
    base_url: String,
    timeout: Duration,
    body_limit_bytes: usize,
    turns: Arc<Turns<Fingerprint>>,
    tries: Arc<Places<Address>>,
    answers: Arc<Pool<Fingerprint>>,
    verdicts: Verdicts,
    its_clock: ItsClock,
}

/// Why a request may be sent now; given back when dropped.
enum Right {
    /// A customer's turn.
    Turn { _turn: Turn<Fingerprint> },
    /// A stranger's try.
    Try(Place<Address>),
    /// A customer's key is looked at again, whatever else runs.
    Look,
}

impl Client {
    /// Makes the client; connects to nothing yet.
    ///
    /// # Errors
    /// When the proxy's address can't be used.
    pub fn new(settings: &ClientSettings) -> Result<Self, ClientError> {
        let http = outbound::client(Reach {
            connect_within: CONNECT_TIMEOUT,
            via: Via::Name { proxy: settings.proxy.as_ref() },
            idle_connections: POOL_MAX_IDLE,
            large_answers: true,
        })?;
        Ok(Self {
            http,
            base_url: settings.base_url.as_str().to_owned(),
            timeout: settings.timeout,
            body_limit_bytes: settings.body_limit_bytes,
            turns: Turns::new(settings.limits.calls_per_key, settings.limits.calls),
            tries: Places::new(settings.limits.tries, settings.limits.tries_per_address),
            answers: Arc::clone(&settings.limits.answers),
            verdicts: Verdicts::new(),
            its_clock: ItsClock::default(),
        })
    }

    /// What is known about keys.
    pub fn verdicts(&self) -> &Verdicts {
        &self.verdicts
    }

    /// What time it is for the WIV API, in Unix seconds; ours, until it answered once.
    pub fn its_time(&self) -> u64 {
        self.its_clock.now()
    }

    /// Room for what is kept of a caller's answers; none is taken yet.
    pub fn room(&self, caller: &Caller) -> Held<Fingerprint> {
        self.answers.nothing(caller.fingerprint)
    }

    /// When a call that begins now must have its answer.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Sends a request with the caller's key, again where that is safe, and reads its answer.
    ///
    /// # Errors
    /// When there is no whole answer. An answer of any status is no error.
    pub async fn send(
        &self,
        caller: &Caller,
        request: &UpstreamRequest,
        trace: impl Into<Trace>,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let right = self.right(caller, deadline).await?;
        self.send_with(right, caller, request, trace.into(), deadline).await
    }

    /// Sends a request to find out about the caller's key: what runs with it already, or with
    /// others, does not delay it.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn look(
        &self,
        caller: &Caller,
        request: &UpstreamRequest,
        trace: impl Into<Trace>,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let right = if self.verdicts.knows(caller) {
            Right::Look
        } else {
            self.stranger(caller, deadline).await?
        };
        self.send_with(right, caller, request, trace.into(), deadline).await
    }

    /// A customer's turn, or a stranger's try.
    async fn right(&self, caller: &Caller, deadline: Instant) -> Result<Right, Failure> {
        if !self.verdicts.knows(caller) {
            match self.stranger(caller, deadline).await {
                // Another request may have made a customer of this one meanwhile.
                Err(_) if self.verdicts.knows(caller) => {}
                right => return right,
            }
        }
        let turn = self.turns.turn(caller.fingerprint, deadline).await;
        Ok(Right::Turn { _turn: turn.map_err(Failure::Busy)? })
    }

    async fn stranger(&self, caller: &Caller, deadline: Instant) -> Result<Right, Failure> {
        let place = self.tries.place(caller.address, deadline).await;
        place.map(Right::Try).map_err(Failure::TooManyTries)
    }

    async fn send_with(
        &self,
        right: Right,
        caller: &Caller,
        request: &UpstreamRequest,
        trace: Trace,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let result = self.send_until_it_stands(caller, request, trace, deadline).await;
        if let Ok(answer) = &result {
            self.verdicts.note(caller.fingerprint, answer.status);
            if let (Right::Try(place), StatusCode::UNAUTHORIZED) = (right, answer.status) {
                place.refused();
            }
        }
        result
    }

    async fn send_until_it_stands(
        &self,
        caller: &Caller,
        request: &UpstreamRequest,
        trace: Trace,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let mut sendings = 0;
        loop {
            sendings += 1;
            let result = self.send_once(caller, request, trace, sendings, deadline).await;
            if !request.repeatable {
                return result;
            }
            let outcome = match &result {
                Ok(answer) if answer.status.is_success() => return result,
                Ok(answer) => SendOutcome::Status(answer.status, answer.retry_after),
                Err(Failure::Unreachable(_) | Failure::Broken(_)) => SendOutcome::NoAnswer,
                Err(_) => return result,
            };
            let remaining = deadline.saturating_duration_since(Instant::now());
            let Some(wait) = retry::wait(outcome, sendings, remaining, jitter(trace.request_id))
            else {
                return result;
            };
            tracing::debug!(?outcome, sendings, ?wait, "repeating a request to the WIV API");
            sleep(wait).await;
        }
    }

    async fn send_once(
        &self,
        caller: &Caller,
        request: &UpstreamRequest,
        trace: Trace,
        sending: u32,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let url = [self.base_url.as_str(), request.path_and_query.as_str()].concat();
        let mut builder = self
            .http
            .request(request.method.clone(), url)
            .header(API_KEY, caller.key.header_value())
            .header(REQUEST_ID, format!("{:032x}", trace.request_id))
            .header(TRACEPARENT, traceparent(trace, sending));
        if let Some(tenant) = &request.impersonated_tenant {
            builder = builder.header(IMPERSONATED_TENANT, tenant.clone());
        }
        if let Some(body) = &request.body {
            builder = builder
                .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .body(body.clone());
        }
        let response = outbound::send(builder, deadline).await.map_err(failure)?;
        let status = response.status();
        let retry_after = seconds(response.headers().get(header::RETRY_AFTER));
        let head = BodyHead::of(&response);
        self.its_clock.note(head.date);
        let mut held = self.room(caller);
        let body = reading::read(response, self.body_limit_bytes, &mut held, deadline).await?;
        Ok(Answer { status, retry_after, body, head, _held: held })
    }
}

/// W3C Trace Context: each sending is a span of its own, named after the request.
fn traceparent(trace: Trace, sending: u32) -> String {
    let Trace { request_id, trace_id, sampled } = trace;
    let span = (request_id as u64).wrapping_add(u64::from(sending)).max(1);
    let flags = if sampled { "01" } else { "00" };
    format!("00-{trace_id:032x}-{span:016x}-{flags}")
}

/// A number in 0..1 that differs from request to request; no secret hangs on it.
fn jitter(trace_id: u128) -> f64 {
    ((trace_id >> 64) as u32) as f64 / f64::from(u32::MAX)
}

/// `Retry-After`, as seconds or as a date (RFC 9110, 10.2.3); some servers send parts of seconds.
/// What is past is now, and what is too far away says nothing.
fn seconds(value: Option<&HeaderValue>) -> Option<Duration> {
    let text = value?.to_str().ok()?.trim();
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let wait = if is_number {
        Duration::try_from_secs_f64(f64::from_str(text).ok()?.ceil()).ok()?
    } else {
        let date = httpdate::parse_http_date(text).ok()?;
        date.duration_since(std::time::SystemTime::now()).unwrap_or_default()
    };
    (wait <= LONGEST_WAIT).then_some(wait)
}
