//! Which redirect URIs may come at all, and when two are the same.
//!
//! Texts are compared whole, but for capitals in scheme and host, and read as browsers read them; only the
//! port of a literal loopback host is ignored (RFC 8252, 7.3). Private schemes only where a whole address of theirs is known.

use std::{borrow::Cow, net::IpAddr};

use url::{Host, Position, Url};

use super::{known_callbacks, public_address::is_public, uri};
use crate::origin::Origin;

/// What the operator lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redirects {
    /// The known clients' and loopback.
    Known,
    /// Those, and the operator's own, each exactly.
    KnownAnd(Vec<String>),
    /// Any https on the public internet, beside the known ones.
    Any,
}

/// Longest redirect URI, in bytes. It travels in a cookie beside others.
const MAX_URI_BYTES: usize = 512;

/// Hosts that mean this computer, literally.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

impl Redirects {
    /// Reads `any`, or `known`, alone or in a list with the operator's URIs, comma-separated;
    /// `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let (known, uris): (Vec<_>, Vec<_>) = entries.partition(|entry| *entry == "known");
        match (known.as_slice(), uris.as_slice()) {
            ([], ["any"]) => Some(Self::Any),
            (["known"], []) => Some(Self::Known),
            (["known"], uris) if uris.iter().all(|uri| may_be_listed(uri)) => {
                Some(Self::KnownAnd(uris.iter().map(|uri| (*uri).to_owned()).collect()))
            }
            _ => None,
        }
    }

    /// Whether a client may register this URI.
    pub(super) fn allows(&self, uri: &str) -> bool {
        if !is_short_text(uri) {
            return false;
        }
        self.trusts(uri) || (*self == Self::Any && is_public_https(uri))
    }

    /// Whether a browser may be sent there by itself, with an error: a known place, this
    /// computer, or one that the operator named. Anywhere else only its person goes (RFC 9700,
    /// 4.11.2).
    pub(super) fn trusts(&self, uri: &str) -> bool {
        let uri = &*uri::in_small_letters(uri);
        let is_listed = match self {
            Self::KnownAnd(uris) => uris.iter().any(|listed| uri::in_small_letters(listed) == uri),
            Self::Known | Self::Any => false,
        };
        is_listed || known_callbacks::has(uri) || is_loopback(uri)
    }
}

fn is_short_text(uri: &str) -> bool {
    uri.len() <= MAX_URI_BYTES && uri.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What an operator can add: https, anywhere, or a private scheme of an app. Never a scheme that
/// browsers themselves act on.
fn may_be_listed(uri: &str) -> bool {
    const BROWSERS: [&str; 12] = [
        "http",
        "https",
        "ws",
        "wss",
        "ftp",
        "file",
        "data",
        "javascript",
        "vbscript",
        "blob",
        "about",
        "view-source",
    ];
    // With a host, or as `com.example.app:/path` (RFC 8252, 7.1).
    let is_private = || {
        uri::parse(uri).is_some_and(|url| {
            let behind = uri.strip_prefix(url.scheme()).and_then(|rest| rest.strip_prefix(":/"));
            !BROWSERS.contains(&url.scheme())
                && behind
                    .is_some_and(|behind| !matches!(behind, "" | "/") && !behind.contains('\\'))
        })
    };
    is_short_text(uri) && (is_private() || is_plain_https(uri) || is_loopback(uri))
}

/// Whether a request's redirect URI is the one that was registered.
pub(super) fn matches(registered: &str, requested: &str) -> bool {
    if uri::in_small_letters(registered) == uri::in_small_letters(requested) {
        return true;
    }
    match (loopback(registered), loopback(requested)) {
        (Some((host, path)), Some((other_host, other_path))) => {
            host == other_host && path == other_path
        }
        _ => false,
    }
}

/// Whether two URIs lead to the same listener by the same path: equal, but for an empty path on
/// this computer.
pub(super) fn are_same(one: &str, other: &str) -> bool {
    let port = |uri| uri::parse_in_any_case(uri).and_then(|url| url.port_or_known_default());
    uri::in_small_letters(one) == uri::in_small_letters(other)
        || (is_loopback(one) && matches(one, other) && port(one) == port(other))
}

/// Whether the URI leads to an app on the person's own computer, where any program can listen on
/// a port or claim a private scheme.
pub(super) fn leads_to_this_computer(uri: &str) -> bool {
    is_loopback(uri) || uri::parse_in_any_case(uri).is_none_or(|url| url.scheme() != "https")
}

fn is_loopback(uri: &str) -> bool {
    loopback(uri).is_some()
}

/// Host of a loopback URI, and what stands behind it without the port. No path is a slash, as in
/// the request that comes to the listener.
fn loopback(text: &str) -> Option<(&'static str, Cow<'_, str>)> {
    let url = uri::parse_in_any_case(text).filter(|url| url.scheme() == "http")?;
    let host = LOOPBACK.into_iter().find(|host| url.host_str() == Some(host))?;
    let behind = uri::behind_host(&url, text);
    let path = if behind.starts_with('/') { behind.into() } else { format!("/{behind}").into() };
    Some((host, path))
}

fn is_plain_https(uri: &str) -> bool {
    plain_https(uri).is_some()
}

/// https with a plain host: no user, no fragment, no dot segments.
fn plain_https(text: &str) -> Option<Url> {
    let url = uri::parse_in_any_case(text).filter(|url| url.scheme() == "https")?;
    Origin::parse(&url[..Position::BeforePath]).is_some().then_some(url)
}

/// https on the public internet: no address of a private network, and no name that only one has.
fn is_public_https(uri: &str) -> bool {
    match plain_https(uri).as_ref().and_then(Url::host) {
        Some(Host::Ipv4(address)) => is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_public(IpAddr::V6(address)),
        Some(Host::Domain(name)) => {
            name.rsplit_once('.').is_some_and(|(_, last)| !PRIVATE_NAMES.contains(&last))
        }
        None => false,
    }
}

/// Last labels of names that are of this computer or of one network (RFC 6761, 6762, 8375, and
/// ICANN's reservation of `internal`).
const PRIVATE_NAMES: [&str; 7] =
    ["localhost", "local", "internal", "intranet", "lan", "home", "arpa"];

/// Host of a URI with its port, or its scheme if it is a private one: what a person is shown.
pub(super) fn destination(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "https" | "http") => {
            url[Position::BeforeHost..Position::BeforePath].to_owned()
        }
        Ok(url) => url.scheme().to_owned(),
        Err(_) => text.to_owned(),
    }
}
