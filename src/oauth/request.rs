//! A client's request, verified: what travels through consent and sign-in to the code.
//!
//! Not for how it is checked or answered.

use serde::{Deserialize, Serialize};

/// Longest `state` that is carried for a client, in bytes. Some put all that they know into it.
const MAX_STATE_BYTES: usize = 4096;

/// Most that the cookies of a sign-in may carry of a request, in bytes: a state of that length,
/// though each of its bytes is a quotation mark and needs two, and everything else.
const MAX_BYTES: usize = 2 * MAX_STATE_BYTES + 1024;

/// A client's request, verified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// Hash of the client id: ids are too long for a cookie.
    pub(super) client: String,
    pub(super) name: String,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) challenge: String,
    pub(super) resource: String,
    pub(super) write: bool,
}

impl AuthorizeRequest {
    /// Whether it fits into the cookies that carry it.
    pub(super) fn is_carriable(&self) -> bool {
        let is_short = self.state.as_ref().is_none_or(|state| state.len() <= MAX_STATE_BYTES);
        is_short && serde_json::to_string(self).is_ok_and(|text| text.len() <= MAX_BYTES)
    }

    /// Where the browser goes with an answer (RFC 6749, 4.1.2; RFC 9207).
    pub(super) fn location(&self, issuer: &str, parameters: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", issuer);
        let separator = if self.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{separator}{}", self.redirect_uri, query.finish())
    }
}
