//! Requests to PropelAuth with deadlines and limits, and what a failed one means.
//!
//! Not for reading what an answer says. Nothing of a request or a body gets into an error.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use reqwest::{Client, Method, RequestBuilder};
use tokio::time::Instant;

use crate::{
    limits::Uncounted,
    origin::HttpUrl,
    outbound::{self, NoAnswer, Reach, UnreadAnswer, Via},
};

/// Longest wait for a TCP and TLS handshake: a person waits for the page.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest wait for a whole answer: a sign-in makes up to four requests in a row, and browsers
/// and proxies give up after 30 s.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Unused connections kept: a sign-in makes its requests one after the other.
const IDLE_CONNECTIONS: usize = 64;

/// Largest answer about one thing. PropelAuth's are a few KiB.
pub(super) const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// Largest answer that grows with the number of keys or of a person's organizations, which are
/// hundreds for a service provider.
pub(super) const LONG_BODY_LIMIT_BYTES: usize = 256 * 1024;

/// Why PropelAuth could not be asked. Says nothing about the person, code or key in question.
#[derive(Debug, thiserror::Error)]
pub enum Outage {
    /// No connection, a broken one, or no whole answer in time.
    #[error("no answer from PropelAuth")]
    NoAnswer(#[source] NoAnswer),
    /// The answer is larger than we hold.
    #[error("PropelAuth's answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit it broke.
        limit_bytes: usize,
    },
    /// The answer is not what PropelAuth's documentation describes.
    #[error("PropelAuth's {0} can't be read")]
    Malformed(&'static str),
    /// The answer is encoded, though that was not asked for.
    #[error("PropelAuth's answer is encoded as {0}")]
    Encoded(String),
    /// A status that the request should not get.
    #[error("PropelAuth answered with status {}", .0.as_u16())]
    Status(StatusCode),
    /// PropelAuth limits how often this server may ask.
    #[error("PropelAuth limits how often it may be asked")]
    Throttled,
    /// The client secret or the integration key is wrong or may not do this.
    #[error("PropelAuth refuses this server's own credentials")]
    CredentialsRefused,
    /// The signing keys could not be fetched a moment ago, and are not asked for again yet.
    #[error("PropelAuth's signing keys could not be fetched")]
    NoSigningKeys,
}

/// An answer of any status, its body within the limit.
pub(super) struct HttpAnswer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

/// Connections to PropelAuth; clones share them.
#[derive(Clone)]
pub(super) struct Http(Client);

impl Http {
    pub(super) fn new(proxy: Option<&HttpUrl>) -> reqwest::Result<Self> {
        outbound::client(Reach {
            connect_within: CONNECT_TIMEOUT,
            via: Via::Name { proxy },
            idle_connections: IDLE_CONNECTIONS,
            large_answers: false,
        })
        .map(Self)
    }

    pub(super) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.0.request(method, url)
    }
}

/// Sends a request once and reads its answer, never more than the limit of it.
pub(super) async fn send(
    request: RequestBuilder,
    limit_bytes: usize,
) -> Result<HttpAnswer, Outage> {
    let deadline = Instant::now() + TIMEOUT;
    let response = outbound::send(request, deadline).await.map_err(Outage::NoAnswer)?;
    let status = response.status();
    let encoding = outbound::encoding(&response);
    let read = outbound::read(response, limit_bytes, deadline, &mut Uncounted).await;
    let body = read.map_err(|unread| match unread {
        UnreadAnswer::NoAnswer(no_answer) => Outage::NoAnswer(no_answer),
        UnreadAnswer::TooLarge => Outage::TooLarge { limit_bytes },
        UnreadAnswer::NoRoom(never) => match never {},
    })?;
    match encoding {
        Some(name) if std::str::from_utf8(&body).is_err() => Err(Outage::Encoded(name)),
        _ => Ok(HttpAnswer { status, body }),
    }
}

/// Names and values as in a query or a form's body (RFC 6749, appendix B).
pub(super) fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A text as it stands in a form.
pub(super) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
