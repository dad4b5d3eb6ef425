//! Which redirect URIs may come at all, and when two are the same.
//!
//! Strings are parsed once and compared whole; only the port of a literal loopback host is
//! ignored (RFC 8252, 7.3). Private schemes only as exactly the one known.

use crate::origin::Origin;

/// What the operator lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    /// The known clients' and loopback.
    Known,
    /// Any https, beside those.
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
    /// Whether a client may register this URI.
    pub(super) fn allows(self, uri: &str) -> bool {
        if uri.len() > MAX_URI_BYTES || !uri.bytes().all(|byte| byte.is_ascii_graphic()) {
            return false;
        }
        if KNOWN.contains(&uri) || is_loopback(uri) || is_chatgpt(uri) {
            return true;
        }
        self == Self::Any && is_plain_https(uri)
    }
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

/// Host of a URI, or its scheme if it is a private one: what a person is shown.
pub(super) fn destination(uri: &str) -> &str {
    match uri.split_once("://") {
        Some(("https" | "http", rest)) => rest.split(['/', '?']).next().unwrap_or(rest),
        Some((scheme, _)) => scheme,
        None => uri,
    }
}
