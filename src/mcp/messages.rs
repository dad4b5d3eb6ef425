//! Messages written out: a response is its id and a result or an error.
//!
//! Knows the envelope only, not what a result holds.

use super::{Error, jsonrpc::Id};

/// Room for the envelope around a result.
const ENVELOPE_BYTES: usize = 64;

/// A response whose result is JSON text already.
pub(super) fn response_result(id: &Id, result: &[u8]) -> Vec<u8> {
    let mut body = begin(Some(id), result.len());
    body.extend_from_slice(b",\"result\":");
    body.extend_from_slice(result);
    body.push(b'}');
    body
}

/// A response that is an error.
pub(crate) fn response_error(id: Option<&Id>, error: &Error) -> Vec<u8> {
    let mut body = begin(id, error.message.len());
    body.extend_from_slice(b",\"error\":{\"code\":");
    body.extend_from_slice(error.code.number().to_string().as_bytes());
    body.extend_from_slice(b",\"message\":");
    write_string(&mut body, &error.message);
    body.extend_from_slice(b"}}");
    body
}

/// An error that answers no request in particular: the body of a refusal by a transport.
pub(crate) fn refusal(error: &Error) -> Vec<u8> {
    response_error(None, error)
}

/// The envelope's beginning, up to the id; a response without one says null
/// (JSON-RPC 2.0, section 5).
pub(super) fn begin(id: Option<&Id>, size: usize) -> Vec<u8> {
    let id = id.map_or(&b"null"[..], Id::as_json);
    let mut body = Vec::with_capacity(ENVELOPE_BYTES + id.len() + size);
    body.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    body.extend_from_slice(id);
    body
}

/// A JSON string with its quotes.
pub(super) fn write_string(body: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(body, text).expect("writing to memory does not fail");
}
