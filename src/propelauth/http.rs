//! Requests to PropelAuth with deadlines and limits, and what a failed one means.
//!
//! Not for reading what an answer says. Nothing of a request or a body gets into an error.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};

use crate::{origin::HttpUrl, tls};

/// Longest wait for a TCP and TLS handshake: a person waits for the page.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest wait for a whole answer: a sign-in makes up to four requests in a row, and browsers
/// and proxies give up after 30 s.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How long an unused connection is kept. Below the 60 s after which load balancers drop it
/// silently.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(50);

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
    NoAnswer(#[source] reqwest::Error),
    /// The answer is larger than we hold.
    #[error("PropelAuth's answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit it broke.
        limit_bytes: usize,
    },
    /// The answer is not what PropelAuth's documentation describes.
    #[error("PropelAuth's {0} can't be read")]
    Malformed(&'static str),
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
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

/// Connections to PropelAuth; clones share them.
#[derive(Clone)]
pub(super) struct Http(Client);

impl Http {
    pub(super) fn new(proxy: Option<&HttpUrl>) -> reqwest::Result<Self> {
        let mut default_headers = HeaderMap::new();
        default_headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let mut builder = Client::builder()
            .user_agent(concat!("wiv-mcp/", env!("CARGO_PKG_VERSION")))
            .default_headers(default_headers)
            .tls_backend_preconfigured(tls::client_config())
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .tcp_nodelay(true);
        if let Some(proxy) = proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy.as_str())?);
        }
        Ok(Self(builder.build()?))
    }

    pub(super) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.0.request(method, url)
    }
}

/// Sends a request once and reads its answer, never more than the limit of it.
pub(super) async fn send(request: RequestBuilder, limit_bytes: usize) -> Result<Answer, Outage> {
    let response = request.send().await.map_err(no_answer)?;
    let status = response.status();
    let body = read(response, limit_bytes).await?;
    Ok(Answer { status, body })
}

async fn read(mut response: Response, limit_bytes: usize) -> Result<Bytes, Outage> {
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await.map_err(no_answer)? {
        if body.len() + piece.len() > limit_bytes {
            return Err(Outage::TooLarge { limit_bytes });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

fn no_answer(error: reqwest::Error) -> Outage {
    // Addresses hold ids of people and keys: not for the log.
    Outage::NoAnswer(error.without_url())
}

/// Names and values as in a query or a form's body.
pub(super) fn form(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{}={}", encoded(name), encoded(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// A text with all but RFC 3986's unreserved characters escaped.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
