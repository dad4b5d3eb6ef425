//! What the headers of a request say about its body and its revision.
//!
//! Reads headers only; decides nothing about credentials.

mod mirrored;

use http::{HeaderMap, HeaderName, StatusCode, header};

pub(super) use mirrored::check as check_mirrored;

use super::Refusal;
use crate::mcp::Named;

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

#[cfg(test)]
mod tests;
