//! Which revision a POST speaks, by its header, its body and what `initialize` settled.
//!
//! Both eras on one URL: a request that names a revision without `initialize` in its body or its
//! header is held to that revision's rules, everything else to the old ones.

use http::{HeaderMap, StatusCode};

use super::Hints;
use crate::{
    mcp::{
        self, Code, Error, HeaderParameter, LATEST_LEGACY, Revision,
        jsonrpc::{Frame, Message, Request},
    },
    transport::{
        Refusal,
        headers::{self, Named, PROTOCOL_VERSION, check_mirrored},
    },
};

/// The revision of a POST.
///
/// # Errors
/// A refusal with the JSON-RPC error that the revision has for it.
pub(super) fn of_post<'h>(
    headers: &HeaderMap,
    frame: &Frame,
    hints: &Hints,
    parameters: impl FnOnce(&str) -> &'h [HeaderParameter],
) -> Result<&'static Revision, Refusal> {
    let named = headers::revision(headers);
    if let Frame::One(Message::Request(request)) = frame {
        let refuse = |error| {
            let body = mcp::response_error(Some(&request.id), &error);
            Refusal::with_body(StatusCode::BAD_REQUEST, body)
        };
        if let Some(revision) = of_request(headers, named, request).map_err(refuse)? {
            if revision.mirrored_headers {
                check_mirrored(headers, request, parameters).map_err(refuse)?;
            }
            return Ok(revision);
        }
    }
    match named {
        Named::Known(revision) if frame.begins_session() && revision.stateless => Ok(LATEST_LEGACY),
        Named::Known(revision) => Ok(revision),
        Named::Nothing => Ok(hints.revision(headers).unwrap_or(LATEST_LEGACY)),
        Named::Unknown => {
            Err(Refusal::invalid_request("no such revision in `MCP-Protocol-Version`"))
        }
    }
}

/// The revision of a request that stands alone; `None` for one that follows an `initialize`.
fn of_request(
    headers: &HeaderMap,
    named: Named,
    request: &Request,
) -> Result<Option<&'static Revision>, Error> {
    let in_header = match named {
        Named::Known(revision) if revision.stateless => Some(revision),
        _ => None,
    };
    let in_body = request.params.names_revision();
    let Some(date) = in_body.filter(|date| !Revision::is_legacy(date)) else {
        return match in_header {
            // Not even a mistaken header keeps an old client from its beginning.
            Some(_) if in_body.is_none() && &*request.method == "initialize" => Ok(None),
            Some(_) if in_body.is_some() => Err(differs()),
            // What is missing in the body is told with the request's other mistakes.
            found => Ok(found),
        };
    };
    if headers::only(headers, &PROTOCOL_VERSION).map(str::trim) != Some(date) {
        return Err(differs());
    }
    mcp::revision_of(request, LATEST_LEGACY).map(Some)
}

fn differs() -> Error {
    let message = "`MCP-Protocol-Version` must stand once and equal the version in `_meta`";
    Error::new(Code::HeaderMismatch, message)
}
