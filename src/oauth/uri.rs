//! Addresses as browsers read them, taken only where that is how they are spelled.
//!
//! Not for which addresses are let in. Two readers of one text never disagree on it then.

use std::borrow::Cow;

use url::{Position, Url};

/// Reads an address without user and fragment (URL Standard), spelled as here in every letter.
pub(super) fn parse(text: &str) -> Option<Url> {
    parse_in_any_case(text).filter(|url| text.starts_with(&url[..Position::AfterHost]))
}

/// Reads an address without user and fragment (URL Standard). Scheme and host may be in capitals,
/// which mean the same (RFC 3986, 6.2.2.1); beside that only what browsers leave out may
/// be more or less in the text: a scheme's own port, and the slash of an empty path.
pub(super) fn parse_in_any_case(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || url.fragment().is_some() {
        return None;
    }
    let place = &url[..Position::AfterHost];
    let (spelled, rest) = text.split_at_checked(place.len())?;
    if !spelled.eq_ignore_ascii_case(place) {
        return None;
    }
    let own_port = match url.scheme() {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    let port = &url[Position::AfterHost..Position::AfterPort];
    let rest = rest.strip_prefix(if port.is_empty() { own_port } else { port }).unwrap_or(rest);
    is_path(&url, rest).then_some(url)
}

/// The address with scheme and host in small letters, and the rest as it is spelled.
pub(super) fn in_small_letters(text: &str) -> Cow<'_, str> {
    match parse_in_any_case(text) {
        Some(url) if !text.starts_with(&url[..Position::AfterHost]) => {
            let place = &url[..Position::AfterHost];
            [place, &text[place.len()..]].concat().into()
        }
        _ => text.into(),
    }
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
