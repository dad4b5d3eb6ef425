//! Authorization codes: sealed, for a minute, for one client, one URI, one use.

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use tokio::time::Duration;

use super::{OAuth, OAuthError, authorize::AuthorizeRequest};
use crate::{clock::unix_seconds, signin::random_text};

/// Life of a code, in seconds.
const LIFE_SECONDS: u64 = 60;

/// How long a used code is remembered: longer than it lives, so that it never works twice here.
const REMEMBERED: Duration = Duration::from_secs(2 * LIFE_SECONDS);

/// What is inside a code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) user_id: String,
    pub(super) org_id: String,
    pub(super) request: AuthorizeRequest,
    exp: u64,
    jti: String,
}

impl Code {
    pub(super) fn new(request: &AuthorizeRequest, user_id: &str, org_id: &str) -> Self {
        // The state went back already.
        let request = AuthorizeRequest { state: None, ..request.clone() };
        Self {
            user_id: user_id.to_owned(),
            org_id: org_id.to_owned(),
            request,
            exp: unix_seconds() + LIFE_SECONDS,
            jti: random_text(),
        }
    }
}

impl OAuth {
    pub(super) fn seal_code(&self, code: &Code) -> String {
        self.codes.seal(&serde_json::to_vec(code).expect("texts and numbers become JSON"))
    }

    /// Opens a code that is not too old. Whether it was used before, `use_code` tells.
    pub(super) fn open_code(&self, code: &str) -> Result<Code, OAuthError> {
        const BAD: OAuthError = OAuthError::invalid_grant("the code is wrong or expired");
        let opened = self.codes.open(code).map_err(|_| BAD)?;
        let code: Code = serde_json::from_slice(&opened).map_err(|_| BAD)?;
        if code.exp <= unix_seconds() { Err(BAD) } else { Ok(code) }
    }

    /// Marks a code as used; an error when it was.
    pub(super) fn use_code(&self, code: &Code) -> Result<(), OAuthError> {
        let hash = digest::digest(&digest::SHA256, code.jti.as_bytes());
        let mark: [u8; 16] = *hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes");
        if self.used_codes.set_once(mark, (), REMEMBERED) {
            Ok(())
        } else {
            Err(OAuthError::invalid_grant("the code was used"))
        }
    }
}
