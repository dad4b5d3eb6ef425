//! Authorization codes: sealed, for a minute, for one client and one URI.
//!
//! Not for using them up; `code_use` does.

use serde::{Deserialize, Serialize};

use super::request::AuthorizeRequest;
use crate::{
    marks::MarkKind,
    seal::{Payload, Purpose},
    signin::random_text,
};

/// Life of a code, in seconds.
pub(super) const LIFE_SECONDS: u64 = 60;

// Remembered longer than it lives, so that it never works twice.
const _: () = assert!(MarkKind::UsedCode.life_seconds() >= 2 * LIFE_SECONDS);

/// What is inside a code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AuthorizationCode {
    pub(super) user_id: String,
    pub(super) org_id: String,
    pub(super) request: AuthorizeRequest,
    /// Tells codes apart (RFC 7519, 4.1.7).
    pub(super) jti: String,
}

impl Payload for AuthorizationCode {
    const PURPOSE: Purpose = Purpose::Code;
}

impl AuthorizationCode {
    pub(super) fn new(request: &AuthorizeRequest, user_id: &str, org_id: &str) -> Self {
        // The state went back already.
        let request = AuthorizeRequest { state: None, ..request.clone() };
        let (user_id, org_id) = (user_id.to_owned(), org_id.to_owned());
        Self { user_id, org_id, request, jti: random_text() }
    }
}
