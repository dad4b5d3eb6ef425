//! Origins and base URLs, parsed once.
//!
//! Not a general URL parser: what settings and `Host` headers need. Hosts are lower-case names
//! or IP addresses without wildcards, users or passwords; two equal origins have equal texts.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use http::Uri;
use http::uri::Scheme;

/// Scheme, host and port of a web server, as browsers write it in an `Origin` header.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    text: String,
    host: String,
    port: u16,
    is_https: bool,
}

/// An `http` or `https` URL without user, query and fragment, to append paths to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HttpUrl {
    text: String,
    origin: Origin,
}

impl Origin {
    /// Reads an origin; a lone slash at its end is dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let (origin, path) = split(text)?;
        path.is_empty().then_some(origin)
    }

    /// The origin of a listener on this machine, for a server without a public URL.
    pub fn of_listener(address: SocketAddr) -> Self {
        let host = match address.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        Self::new(false, host, address.port())
    }

    fn new(is_https: bool, host: String, port: u16) -> Self {
        let scheme = if is_https { "https" } else { "http" };
        let text = if port == default_port(is_https) {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        };
        Self { text, host, port, is_https }
    }

    /// `scheme://host`, with the port if it is not the scheme's own; no slash at the end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the scheme is `https`.
    pub const fn is_https(&self) -> bool {
        self.is_https
    }

    /// The port, the scheme's own if none is named.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether the host is this machine by name or address.
    pub fn is_loopback(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        match host.parse::<IpAddr>() {
            Ok(ip) => ip.is_loopback(),
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        }
    }

    /// Whether a `Host` header names this origin's host and port.
    pub fn host_header_matches(&self, header: &str) -> bool {
        let (host, port) = match header.rsplit_once(':') {
            // A colon inside brackets belongs to an IPv6 address.
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (header, ""),
        };
        let port_matches = if host.len() == header.len() {
            self.port == default_port(self.is_https)
        } else {
            port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse() == Ok(self.port)
        };
        port_matches && host.eq_ignore_ascii_case(&self.host)
    }
}

impl HttpUrl {
    /// Reads a URL; slashes at its end are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let (origin, path) = split(text)?;
        Some(Self { text: format!("{origin}{path}"), origin })
    }

    /// The URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Origin({})", self.text)
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for HttpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HttpUrl({})", self.text)
    }
}

/// Splits a URL into origin and path, the path without slashes at its end.
fn split(text: &str) -> Option<(Origin, String)> {
    // `Uri` drops a fragment silently.
    if text.contains('#') {
        return None;
    }
    let uri: Uri = text.parse().ok()?;
    let is_https = match uri.scheme()? {
        scheme if *scheme == Scheme::HTTPS => true,
        scheme if *scheme == Scheme::HTTP => false,
        _ => return None,
    };
    let authority = uri.authority()?;
    if authority.as_str().contains('@') || uri.query().is_some() {
        return None;
    }
    let host = host(authority.host())?;
    // `Authority` reads a port that is empty or too large as none.
    let port = match authority.as_str().strip_prefix(authority.host())? {
        "" => default_port(is_https),
        _ => authority.port_u16().filter(|port| *port > 0)?,
    };
    let path = uri.path().trim_end_matches('/').to_owned();
    Some((Origin::new(is_https, host, port), path))
}

/// A host in its one spelling: no empty labels, no wildcards, addresses in their usual form.
fn host(text: &str) -> Option<String> {
    if let Some(address) = text.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(allowed);
    if !text.split('.').all(is_label) {
        return None;
    }
    // A name of digits alone is an address to every client, so it must be a whole one.
    let last = text.rsplit('.').next()?;
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse::<Ipv4Addr>().ok()?;
    }
    Some(text.to_ascii_lowercase())
}

const fn default_port(is_https: bool) -> u16 {
    if is_https { 443 } else { 80 }
}

#[cfg(test)]
mod tests;
