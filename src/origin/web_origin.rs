//! The origin of a web server, parsed once.
//!
//! Two equal origins have equal texts. Not for paths: those are a URL's.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use url::Url;

use super::reading;

/// Scheme, host and port of a web server, as browsers write it in an `Origin` header.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    text: String,
    host: String,
    port: u16,
    is_https: bool,
}

impl Origin {
    /// Reads an origin; slashes at its end are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let url = reading::read(text)?;
        (reading::path(&url).is_empty()).then(|| Self::of_url(&url)).flatten()
    }

    /// The origin of an address, and what stands behind it as it is spelled there.
    pub fn split(text: &str) -> Option<(Self, &str)> {
        let host = text.find("://")? + "://".len();
        let behind = text[host..].find(['/', '\\', '?', '#']).map_or(text.len(), |at| host + at);
        let (origin, rest) = text.split_at(behind);
        Some((Self::parse(origin)?, rest))
    }

    /// The origin of a URL that was read.
    pub(super) fn of_url(url: &Url) -> Option<Self> {
        let host = url.host_str()?.to_owned();
        Some(Self::new(url.scheme() == "https", host, url.port_or_known_default()?))
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

    /// Host and port as a `Host` header names them; no port if it is the scheme's own.
    pub fn authority(&self) -> &str {
        let scheme = if self.is_https { "https://" } else { "http://" };
        &self.text[scheme.len()..]
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

const fn default_port(is_https: bool) -> u16 {
    if is_https { 443 } else { 80 }
}
