//! URLs in the browsers' grammar, as far as settings and `Host` headers may use it.
//!
//! The grammar mends much silently: `1.2.3`, `a/../b`, `\\` and tabs all become something else.
//! Here a text must say what it becomes; else an operator reads one address and we use another.

use url::{Host, Url};

/// Reads an `http` or `https` URL without user, query and fragment.
pub(super) fn read(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_http = matches!(url.scheme(), "http" | "https");
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.port() != Some(0);
    (is_http && is_plain && is_named_plainly(&url) && says_it(text, &url)?).then_some(url)
}

/// The path without slashes at its end.
pub(super) fn path(url: &Url) -> &str {
    url.path().trim_end_matches('/')
}

/// No empty labels and no wildcards, which the grammar lets through.
fn is_named_plainly(url: &Url) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(allowed);
    match url.host() {
        Some(Host::Domain(name)) => name.split('.').all(is_label),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

/// Whether the text is the URL's own, but for what has several right spellings: the case of scheme
/// and host, the scheme's own port, an IPv6 address, a lone slash. A user would be in the text and
/// in none of them.
fn says_it(text: &str, url: &Url) -> Option<bool> {
    let host = match url.host()? {
        Host::Ipv6(_) => text.get(text.find('[')?..=text.find(']')?)?,
        Host::Domain(_) | Host::Ipv4(_) => url.host_str()?,
    };
    let (scheme, path) = (url.scheme(), url.path());
    let with_port = format!("{scheme}://{host}:{}{path}", url.port_or_known_default()?);
    let without = url.port().is_none().then(|| format!("{scheme}://{host}{path}"));
    // Paths are never changed in their case, so only scheme and host can differ in it.
    let is = |spelling: &str| {
        spelling.eq_ignore_ascii_case(text)
            || path == "/" && spelling[..spelling.len() - 1].eq_ignore_ascii_case(text)
    };
    Some(is(&with_port) || without.as_deref().is_some_and(is))
}
