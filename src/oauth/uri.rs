//! Addresses as browsers read them, taken only where that is how they are spelled.
//!
//! Not for which addresses are let in. Two readers of one text never disagree on it then.

use url::{Position, Url};

/// Reads an address without user and fragment (URL Standard). Only what browsers leave out may
/// be more or less in the text: a scheme's own port, and the slash of an empty path.
pub(super) fn parse(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || url.fragment().is_some() {
        return None;
    }
    let rest = text.strip_prefix(&url[..Position::AfterHost])?;
    let own_port = match url.scheme() {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    let port = &url[Position::AfterHost..Position::AfterPort];
    let rest = rest.strip_prefix(if port.is_empty() { own_port } else { port }).unwrap_or(rest);
    is_path(&url, rest).then_some(url)
}

/// What stands behind the host, as it is spelled in `text`; `""` for no path at all.
pub(super) fn behind_host<'t>(url: &Url, text: &'t str) -> &'t str {
    let host = url[..Position::AfterHost].len();
    let rest = text.get(host..).unwrap_or_default();
    rest.find(['/', '?']).map_or("", |start| &rest[start..])
}

fn is_path(url: &Url, text: &str) -> bool {
    let path = &url[Position::AfterPort..];
    let has_none = text.is_empty() || text.starts_with('?');
    text == path || (has_none && path.strip_prefix('/') == Some(text))
}
