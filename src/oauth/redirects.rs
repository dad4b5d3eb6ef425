//! Which redirect URIs may come at all, and when two are the same.
//!
//! Strings are parsed once and compared whole; only the port of a literal loopback host is
//! ignored (RFC 8252, 7.3). Private schemes only as exactly the one known.

use std::net::IpAddr;

use super::public_address::is_public;
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

/// Callbacks of hosted and desktop clients, exactly as they are.
const KNOWN: [&str; 8] = [
    "https://claude.ai/api/mcp/auth_callback",
    "https://claude.com/api/mcp/auth_callback",
    "https://chatgpt.com/connector_platform_oauth_redirect",
    "https://www.cursor.com/agents/mcp/oauth/callback",
    "https://vscode.dev/redirect",
    "https://insiders.vscode.dev/redirect",
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "claude://claude.ai/mcp-auth-callback/sdk",
];

/// ChatGPT's callbacks have one segment of their own behind this.
const CHATGPT_CALLBACK: &str = "https://chatgpt.com/connector/oauth/";

/// Hosts that mean this computer, literally.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

impl Redirects {
    /// Reads `known`, `any`, or `known` and the operator's URIs, comma-separated; `None` for
    /// anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut entries = text.split(',').map(str::trim);
        match (entries.next()?, entries.collect::<Vec<_>>().as_slice()) {
            ("any", []) => Some(Self::Any),
            ("known", []) => Some(Self::Known),
            ("known", uris) if uris.iter().all(|uri| may_be_listed(uri)) => {
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
        let is_listed = match self {
            Self::KnownAnd(uris) => uris.iter().any(|listed| listed == uri),
            Self::Known | Self::Any => false,
        };
        is_listed || KNOWN.contains(&uri) || is_loopback(uri) || is_chatgpt(uri)
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
    let is_private = uri.split_once("://").is_some_and(|(scheme, rest)| {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
        scheme.starts_with(|first: char| first.is_ascii_lowercase())
            && scheme.bytes().all(allowed)
            && !BROWSERS.contains(&scheme)
            && !rest.is_empty()
            && !rest.contains(['#', '\\'])
    });
    is_short_text(uri) && (is_private || is_plain_https(uri) || is_loopback(uri))
}

/// Whether a request's redirect URI is the one that was registered.
pub(super) fn matches(registered: &str, requested: &str) -> bool {
    if registered == requested {
        return true;
    }
    match (loopback(registered), loopback(requested)) {
        (Some((host, path)), Some((other_host, other_path))) => {
            host == other_host && path == other_path
        }
        _ => false,
    }
}

/// Whether the URI leads to an app on the person's own computer, where any program can listen on
/// a port or claim a private scheme.
pub(super) fn leads_to_this_computer(uri: &str) -> bool {
    is_loopback(uri) || !uri.starts_with("https://")
}

fn is_loopback(uri: &str) -> bool {
    loopback(uri).is_some()
}

/// Host and path of a loopback URI, without its port.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if path.contains(['#', '\\']) || authority.contains(['@', '?', '#', '\\']) {
        return None;
    }
    let host = LOOPBACK.into_iter().find(|host| authority.starts_with(host))?;
    let port = &authority[host.len()..];
    let is_port = port.is_empty()
        || port.strip_prefix(':').is_some_and(|port| {
            port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
        });
    is_port.then_some((host, path))
}

fn is_chatgpt(uri: &str) -> bool {
    uri.strip_prefix(CHATGPT_CALLBACK).is_some_and(|id| {
        (1..=128).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}

/// https with a plain host: no user, no fragment, no dot segments.
fn is_plain_https(uri: &str) -> bool {
    let Some(rest) = uri.strip_prefix("https://") else { return false };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    Origin::parse(&format!("https://{authority}")).is_some()
        && !path.contains(['#', '\\'])
        && !path.split(['/', '?']).any(|segment| matches!(segment, "." | ".."))
}

/// https on the public internet: no address of a private network, and no name that only one has.
fn is_public_https(uri: &str) -> bool {
    let authority = uri.strip_prefix("https://").and_then(|rest| rest.split(['/', '?']).next());
    let Some(authority) = authority.filter(|_| is_plain_https(uri)) else { return false };
    let (host, _port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return is_public(address);
    }
    let host = host.to_ascii_lowercase();
    let Some((_, last)) = host.rsplit_once('.') else { return false };
    // Browsers read a last label of digits, also hexadecimal ones, as an address.
    let is_number = last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit());
    !is_number && !PRIVATE_NAMES.contains(&last)
}

/// Last labels of names that are of this computer or of one network (RFC 6761, 6762, 8375, and
/// ICANN's reservation of `internal`).
const PRIVATE_NAMES: [&str; 7] =
    ["localhost", "local", "internal", "intranet", "lan", "home", "arpa"];

/// Host of a URI, or its scheme if it is a private one: what a person is shown.
pub(super) fn destination(uri: &str) -> &str {
    match uri.split_once("://") {
        Some(("https" | "http", rest)) => rest.split(['/', '?']).next().unwrap_or(rest),
        Some((scheme, _)) => scheme,
        None => uri,
    }
}
