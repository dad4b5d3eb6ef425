//! The guarded fetch of a client document.
//!
//! Against server-side request forgery: the name is resolved once, every address it has must be
//! public, and the connection goes to the address that was checked.

use std::net::SocketAddr;

use tokio::time::{Duration, Instant, timeout_at};

use super::{
    super::{error::OAuthError, public_address::is_public, uri},
    freshness,
};
use crate::{
    limits::Uncounted,
    outbound::{self, NoAnswer, Reach, UnreadAnswer, Via},
};

/// Whole time of a fetch.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Largest document, in bytes.
const MAX_BYTES: usize = 5 * 1024;

/// Why a document was not fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// Not an https URL with a path and nothing odd.
    #[error("the client id is no acceptable URL")]
    Url,
    /// The name leads to an address that is not public, or to none.
    #[error("the client id's host has no public address")]
    Address,
    /// Too slow.
    #[error("the document took too long")]
    Timeout,
    /// Not 200 with JSON of a small size.
    #[error("the answer is no client document")]
    Answer,
    /// Encoded, though that was not asked for.
    #[error("the document is encoded as {0}")]
    Encoded(String),
    /// The connection failed.
    #[error("the document could not be fetched")]
    Http(#[source] reqwest::Error),
    /// The address was connected to too often lately.
    #[error("the document's address is asked too often")]
    TooOften(OAuthError),
}

/// What was fetched.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) body: Vec<u8>,
    /// How long it may be kept; `None`: not at all.
    pub(super) fresh_for: Option<Duration>,
}

/// Fetches a document; `may_connect` has a say once its address is known.
pub(super) async fn document(
    url: &str,
    target: &Target,
    local: bool,
    may_connect: impl Fn(SocketAddr) -> Result<(), OAuthError>,
) -> Result<Fetched, FetchError> {
    let deadline = Instant::now() + TIMEOUT;
    let resolving = timeout_at(deadline, target.resolve(local)).await;
    let address = resolving.unwrap_or(Err(FetchError::Timeout))?;
    may_connect(address).map_err(FetchError::TooOften)?;
    fetch(url, target, address, deadline).await
}

async fn fetch(
    url: &str,
    target: &Target,
    address: SocketAddr,
    deadline: Instant,
) -> Result<Fetched, FetchError> {
    let reach = Reach {
        connect_within: TIMEOUT,
        via: Via::Checked { host: &target.host, address },
        idle_connections: 0,
        large_answers: false,
    };
    let client = outbound::client(reach).map_err(FetchError::Http)?;
    let response = outbound::send(client.get(url), deadline).await.map_err(no_answer)?;
    let is_json = response
        .headers()
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/") && value.contains("json"));
    if response.status() != http::StatusCode::OK || !is_json {
        return Err(FetchError::Answer);
    }
    let fresh_for = freshness::of(response.headers());
    let encoding = outbound::encoding(&response);
    let read = outbound::read(response, MAX_BYTES, deadline, &mut Uncounted).await;
    let body = read.map_err(|unread| match unread {
        UnreadAnswer::NoAnswer(why) => no_answer(why),
        UnreadAnswer::TooLarge => FetchError::Answer,
        UnreadAnswer::NoRoom(never) => match never {},
    })?;
    if let Some(name) = encoding
        && std::str::from_utf8(&body).is_err()
    {
        return Err(FetchError::Encoded(name));
    }
    Ok(Fetched { body: body.into(), fresh_for })
}

fn no_answer(no_answer: NoAnswer) -> FetchError {
    match no_answer {
        NoAnswer::TooLate => FetchError::Timeout,
        NoAnswer::Failed(error) => FetchError::Http(error),
    }
}

/// Where a document is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    host: String,
    port: u16,
}

impl Target {
    /// https on port 443 with a path; no user, query, fragment or dot segments. On this machine
    /// http on any port, when that is let in.
    pub(super) fn parse(text: &str, local: bool) -> Option<Self> {
        let odd = |byte: u8| !byte.is_ascii_graphic() || b"\\%".contains(&byte);
        if text.len() > 1024 || text.bytes().any(odd) {
            return None;
        }
        let url = uri::parse(text)?;
        if url.path() == "/" || url.query().is_some() {
            return None;
        }
        let host = url.host_str()?.to_owned();
        match url.scheme() {
            "https" => {
                let is_name = host.contains('.')
                    && host
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
                (is_name && url.port().is_none()).then_some(Self { host, port: 443 })
            }
            "http" if local => {
                let is_here = matches!(&*host, "127.0.0.1" | "localhost");
                let port = url.port()?;
                is_here.then_some(Self { host, port })
            }
            _ => None,
        }
    }

    /// Whose turns and rates a fetch counts for.
    pub(super) fn host_and_port(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Whose documents share slots: the last two labels of the host, because a site has as many
    /// names below them as it likes. On this machine a port is a site.
    pub(super) fn site(&self) -> String {
        if self.port != 443 {
            return self.host_and_port();
        }
        let mut labels = self.host.rsplit('.');
        let (last, second) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
        format!("{second}.{last}")
    }

    async fn resolve(&self, local: bool) -> Result<SocketAddr, FetchError> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let addresses: Vec<SocketAddr> = found.map_err(|_| FetchError::Address)?.collect();
        let is_good =
            |address: &SocketAddr| is_public(address.ip()) || (local && address.ip().is_loopback());
        if !addresses.iter().all(is_good) {
            return Err(FetchError::Address);
        }
        addresses.first().copied().ok_or(FetchError::Address)
    }
}

#[cfg(test)]
mod tests;
