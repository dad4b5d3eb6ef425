//! Messages written out: a response is its id and a result or an error.
//!
//! Knows the envelope and what a revision puts into every result, not what a result holds.

use serde_json::Value;

use super::{Context, Error, Host, RequestId};

/// Room for the envelope around a result.
const ENVELOPE_BYTES: usize = 64;

/// A response whose result is JSON text already, of a revision that adds nothing to it.
pub(super) fn response_result(id: &RequestId, result: &[u8]) -> Vec<u8> {
    let mut body = begin(Some(id), result.len());
    body.extend_from_slice(b",\"result\":");
    body.extend_from_slice(result);
    body.push(b'}');
    body
}

/// A response that is an error.
pub(super) fn response_error(id: Option<&RequestId>, error: &Error) -> Vec<u8> {
    let mut body = begin(id, error.message.len());
    body.extend_from_slice(b",\"error\":");
    write_error(&mut body, error);
    body.push(b'}');
    body
}

/// An error as an object.
pub(super) fn write_error(body: &mut Vec<u8>, error: &Error) {
    body.extend_from_slice(b"{\"code\":");
    body.extend_from_slice(error.code.number().to_string().as_bytes());
    body.extend_from_slice(b",\"message\":");
    write_string(body, &error.message);
    if let Some(data) = &error.data {
        body.extend_from_slice(b",\"data\":");
        body.extend_from_slice(data.as_bytes());
    }
    body.push(b'}');
}

/// An error that answers no request in particular: the body of a refusal by a transport.
pub(crate) fn refusal(error: &Error) -> Vec<u8> {
    response_error(None, error)
}

/// How long a client may keep a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Nothing is said about it.
    Unsaid,
    /// Lists and the server's description: they change with a release.
    List,
    /// Contents: they change at any time.
    Contents,
}

/// How long a list is fresh. A new release is seen after that time at the latest; a client
/// that asks more often gets nothing from it.
const LIST_TTL_MS: &[u8] = b"300000";

/// A result that is complete, member by member, and what its revision puts into every result.
pub(super) struct ResultWriter {
    body: Vec<u8>,
    is_empty: bool,
    /// The subscription that the result ends.
    subscription: Option<RequestId>,
    /// What kind of result it is.
    kind: &'static str,
}

impl ResultWriter {
    /// `size` is the expected number of bytes of the members.
    pub(super) fn begin(id: &RequestId, size: usize) -> Self {
        let mut body = begin(Some(id), size);
        body.extend_from_slice(b",\"result\":{");
        Self { body, is_empty: true, subscription: None, kind: "complete" }
    }

    /// A result of another kind than a complete one.
    pub(super) fn of_type(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    /// Says in `_meta` which subscription the result ends.
    pub(super) fn of_subscription(self, id: &RequestId) -> Self {
        Self { subscription: Some(id.clone()), ..self }
    }

    /// The place to write a member's value to. The name needs no escapes.
    pub(super) fn member(&mut self, name: &str) -> &mut Vec<u8> {
        self.separate();
        self.body.push(b'"');
        self.body.extend_from_slice(name.as_bytes());
        self.body.extend_from_slice(b"\":");
        &mut self.body
    }

    /// The place to write several members to, at least one.
    pub(super) fn members(&mut self) -> &mut Vec<u8> {
        self.separate();
        &mut self.body
    }

    /// A member whose value is at hand.
    pub(super) fn value(&mut self, name: &str, value: &Value) {
        let body = self.member(name);
        serde_json::to_writer(body, value).expect("writing to memory does not fail");
    }

    pub(super) fn finish<H: Host>(mut self, host: &H, context: &Context, keep: Keep) -> Vec<u8> {
        let revision = context.revision;
        if revision.result_type {
            let kind = self.kind;
            write_string(self.member("resultType"), kind);
        }
        if revision.cache_hints && keep != Keep::Unsaid {
            let ttl_ms = if keep == Keep::List { LIST_TTL_MS } else { b"0" };
            self.member("ttlMs").extend_from_slice(ttl_ms);
            // What a caller sees depends on the caller's grant, also where it happens to be the
            // same for all.
            self.member("cacheScope").extend_from_slice(b"\"private\"");
        }
        if revision.server_info_in_results {
            let server = host.implementation();
            let body = self.member("_meta");
            body.extend_from_slice(b"{\"io.modelcontextprotocol/serverInfo\":{\"name\":");
            write_string(body, &server.name);
            body.extend_from_slice(b",\"title\":");
            write_string(body, &server.title);
            body.extend_from_slice(b",\"version\":");
            write_string(body, &server.version);
            body.push(b'}');
            if let Some(id) = self.subscription.take() {
                self.body.push(b',');
                write_subscription(&mut self.body, &id);
            }
            self.body.push(b'}');
        }
        self.body.extend_from_slice(b"}}");
        self.body
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.is_empty) {
            self.body.push(b',');
        }
    }
}

/// `notifications/subscriptions/acknowledged` of a subscription to nothing.
pub(super) fn acknowledged(subscription: &RequestId) -> Vec<u8> {
    let mut body = Vec::with_capacity(192);
    body.extend_from_slice(
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",",
    );
    body.extend_from_slice(b"\"params\":{\"notifications\":{},\"_meta\":{");
    write_subscription(&mut body, subscription);
    body.extend_from_slice(b"}}}");
    body
}

/// The member of `_meta` that names a subscription (basic/patterns/subscriptions).
fn write_subscription(body: &mut Vec<u8>, id: &RequestId) {
    body.extend_from_slice(b"\"io.modelcontextprotocol/subscriptionId\":");
    body.extend_from_slice(id.as_json());
}

/// The envelope's beginning, up to the id; a response without one says null
/// (JSON-RPC 2.0, section 5).
fn begin(id: Option<&RequestId>, size: usize) -> Vec<u8> {
    let id = id.map_or(&b"null"[..], RequestId::as_json);
    let mut body = Vec::with_capacity(ENVELOPE_BYTES + id.len() + size);
    body.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    body.extend_from_slice(id);
    body
}

/// A JSON string with its quotes.
pub(super) fn write_string(body: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(body, text).expect("writing to memory does not fail");
}
