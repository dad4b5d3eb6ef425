//! What the headers of a request say about its body, its revision and its origin.
//!
//! Reads headers only; decides nothing about credentials.

mod mirrored;

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, StatusCode, Uri, header};

pub(super) use mirrored::check as check_mirrored;

use super::Refusal;
use crate::{mcp::Named, origin::Origin, telemetry::Refused};

/// `MCP-Protocol-Version` (basic/transports, revisions from 2025-06-18).
pub(super) const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// `Mcp-Session-Id` (basic/transports, revisions 2025-03-26 to 2025-11-25).
pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

/// Refuses a body that is not announced as JSON. Any parameter, such as a charset, will do.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"));
    if is_json {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "send the message with `Content-Type: application/json`",
    ))
}

/// Forms of an answer that a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accept {
    /// JSON only, also when nothing is said.
    Json,
    /// An event stream only.
    EventStream,
    /// Either.
    Both,
}

impl Accept {
    /// Reads `Accept`; a wildcard counts for both, and what names neither counts as JSON:
    /// an answer in an unasked form helps more than none.
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let (mut json, mut event_stream) = (false, false);
        for value in headers.get_all(header::ACCEPT) {
            let Ok(value) = value.to_str() else { continue };
            for range in value.split(',') {
                match range.split(';').next().unwrap_or_default().trim() {
                    "*/*" => (json, event_stream) = (true, true),
                    range if range.eq_ignore_ascii_case("application/*") => json = true,
                    range if range.eq_ignore_ascii_case("application/json") => json = true,
                    range if range.eq_ignore_ascii_case("text/*") => event_stream = true,
                    range if range.eq_ignore_ascii_case("text/event-stream") => event_stream = true,
                    _ => {}
                }
            }
        }
        match (json, event_stream) {
            (true, true) => Self::Both,
            (false, true) => Self::EventStream,
            _ => Self::Json,
        }
    }

    pub(super) fn takes_event_stream(self) -> bool {
        self != Self::Json
    }
}

/// A header that stands once and is readable; `None` otherwise.
pub(super) fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// The revision that the headers name.
pub(super) fn revision(headers: &HeaderMap) -> Named<'_> {
    let mut values = headers.get_all(PROTOCOL_VERSION).iter();
    match (values.next(), values.next()) {
        (None, _) => Named::Nothing,
        (Some(value), None) => {
            value.to_str().map_or(Named::Unreadable, |date| Named::One(date.trim()))
        }
        _ => Named::Unreadable,
    }
}

/// Names under which this server may be called, and pages that may call it.
///
/// Against DNS rebinding (basic/transports, "Security Warning"): a page in a browser can make
/// its own host name point at us, but can't forge `Host` or `Origin`.
#[derive(Debug, Clone)]
pub struct Origins {
    /// Where clients reach this server; its pages may call too.
    pub public: Origin,
    /// Further origins of pages that may call.
    pub allowed: Vec<Origin>,
    /// Loopback names count as our host: right when listening there.
    pub loopback_hosts: bool,
    /// Pages served from this machine may call.
    pub loopback_pages: bool,
}

impl Origins {
    /// Refuses requests to another host and from another origin.
    ///
    /// # Errors
    /// 403 with words for the operator, who is the one to mend it.
    pub fn check(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), Refusal> {
        self.check_host(headers, uri)?;
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let allowed = origins.all(|origin| origin.to_str().is_ok_and(|origin| self.allows(origin)));
        if allowed {
            return Ok(());
        }
        let seen = headers.get(header::ORIGIN).map(|origin| origin.as_bytes()).unwrap_or_default();
        let refused = Refused::new("forbidden_origin")
            .seen(&String::from_utf8_lossy(seen))
            .advice("if this page is yours, name its origin in WIV_MCP_ALLOWED_ORIGINS");
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "forbidden_origin",
            "pages of that origin may not call this server; the operator sets \
             WIV_MCP_ALLOWED_ORIGINS",
        )
        .refused(refused))
    }

    /// Refuses requests to another host. A request line may name one too (RFC 9112, 3.2.2).
    ///
    /// # Errors
    /// As above.
    pub fn check_host(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), Refusal> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok());
        let is_one = hosts.next().is_none();
        let is_ours = |host: &str| self.is_our_host(host);
        let in_line = uri.authority().is_none_or(|authority| is_ours(authority.as_str()));
        if !(is_one && in_line && host.is_some_and(is_ours)) {
            let refused = Refused::new("forbidden_host").seen(&hosts_of(headers, uri)).advice(
                "if clients come by this host, set WIV_MCP_PUBLIC_URL to it; behind a proxy, pass \
                 the client's Host on",
            );
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "forbidden_host",
                "this server is not known by that host name; the operator sets WIV_MCP_PUBLIC_URL",
            )
            .refused(refused));
        }
        Ok(())
    }

    /// Whether pages of this origin may call.
    fn allows(&self, origin: &str) -> bool {
        let Some(origin) = Origin::parse(origin) else { return false };
        origin == self.public
            || self.allowed.contains(&origin)
            || (self.loopback_pages && origin.is_loopback())
    }

    fn is_our_host(&self, host: &str) -> bool {
        let is_loopback =
            || Origin::parse(&format!("http://{host}")).is_some_and(|host| host.is_loopback());
        self.public.host_header_matches(host) || (self.loopback_hosts && is_loopback())
    }
}

/// Every host that a request names, for the log. A name before an `@` may be a secret.
fn hosts_of(headers: &HeaderMap, uri: &Uri) -> String {
    let in_headers =
        headers.get_all(header::HOST).iter().map(|host| String::from_utf8_lossy(host.as_bytes()));
    let in_line = uri.authority().map(|authority| authority.as_str().into());
    let hosts: Vec<_> = in_headers.chain(in_line).collect();
    let without_user = |host: &Cow<'_, str>| host.rsplit('@').next().unwrap_or_default().to_owned();
    hosts.iter().map(without_user).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests;
