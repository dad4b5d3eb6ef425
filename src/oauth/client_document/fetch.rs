//! The guarded fetch of a client document.
//!
//! Against server-side request forgery: the name is resolved once, every address it has must be
//! public, and the connection goes to the address that was checked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::time::{Duration, timeout};

use crate::tls;

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
    /// The connection failed.
    #[error("the document could not be fetched")]
    Http(#[source] reqwest::Error),
}

/// Fetches a document's bytes.
pub(super) async fn document(url: &str, local: bool) -> Result<Vec<u8>, FetchError> {
    timeout(TIMEOUT, fetch(url, local)).await.unwrap_or(Err(FetchError::Timeout))
}

async fn fetch(url: &str, local: bool) -> Result<Vec<u8>, FetchError> {
    let target = Target::parse(url, local).ok_or(FetchError::Url)?;
    let address = target.resolve(local).await?;
    fetch_from(url, &target.host, address).await
}

/// Asks the address that was checked, whatever the name leads to by now.
async fn fetch_from(url: &str, host: &str, address: SocketAddr) -> Result<Vec<u8>, FetchError> {
    let client = reqwest::Client::builder()
        .user_agent(concat!("wiv-mcp/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls::client_config())
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .resolve(host, address)
        .build()
        .map_err(FetchError::Http)?;
    let http = |error: reqwest::Error| FetchError::Http(error.without_url());
    let request = client.get(url).header(http::header::ACCEPT, "application/json");
    let mut response = request.send().await.map_err(http)?;
    let is_json = response
        .headers()
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/") && value.contains("json"));
    if response.status() != http::StatusCode::OK || !is_json {
        return Err(FetchError::Answer);
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(http)? {
        if body.len() + piece.len() > MAX_BYTES {
            return Err(FetchError::Answer);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// Where a document is.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    host: String,
    port: u16,
}

impl Target {
    /// https on port 443 with a path; no user, query, fragment or dot segments. On this machine
    /// http on any port, when that is let in.
    fn parse(url: &str, local: bool) -> Option<Self> {
        let odd = |byte: u8| !byte.is_ascii_graphic() || b"@#?\\%".contains(&byte);
        if url.len() > 1024 || url.bytes().any(odd) {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest.split_once('/')?;
        if path.is_empty() || path.split('/').any(|segment| matches!(segment, "." | "..")) {
            return None;
        }
        match scheme {
            "https" => {
                let host = authority.strip_suffix(":443").unwrap_or(authority);
                let is_name = host.contains('.')
                    && host
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
                is_name.then(|| Self { host: host.to_ascii_lowercase(), port: 443 })
            }
            "http" if local => {
                let (host, port) = authority.split_once(':')?;
                let is_here = matches!(host, "127.0.0.1" | "localhost");
                Some(Self { host: host.to_owned(), port: port.parse().ok()? }).filter(|_| is_here)
            }
            _ => None,
        }
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

/// Whether an address is on the public internet (IANA special-purpose registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19)))
}

/// Only global unicast, and nothing that carries an IPv4 address inside.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let is_global_unicast = segments[0] & 0xe000 == 0x2000;
    let is_teredo_or_special = segments[0] == 0x2001 && segments[1] < 0x0200;
    let is_6to4 = segments[0] == 0x2002;
    let is_documentation = (segments[0] == 0x2001 && segments[1] == 0x0db8)
        || (segments[0] == 0x3fff && segments[1] < 0x1000);
    is_global_unicast && !is_teredo_or_special && !is_6to4 && !is_documentation
}

#[cfg(test)]
mod tests;
