//! Authorization codes: sealed, for a minute, for one client, one URI, one use.
//!
//! Not for making keys. A second use ends what the first made (RFC 6749, 4.1.2).

use std::sync::{Arc, Mutex};

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use tokio::time::Duration;

use super::{OAuth, OAuthError, authorize::AuthorizeRequest};
use crate::{clock::unix_seconds, signin::random_text};

/// Life of a code, in seconds.
const LIFE_SECONDS: u64 = 60;

/// How long a used code is remembered: ten times its life, so that it never works twice here,
/// and a late second use still tells that somebody else had it.
const REMEMBERED: Duration = Duration::from_secs(10 * LIFE_SECONDS);

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

    fn mark(&self) -> [u8; 16] {
        let hash = digest::digest(&digest::SHA256, self.jti.as_bytes());
        *hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes")
    }
}

/// What became of a code that was used.
#[derive(Debug, Clone, Default)]
pub(super) struct Redemption(Arc<Mutex<Redeemed>>);

#[derive(Debug, Default)]
enum Redeemed {
    /// A key is being made for it.
    #[default]
    Making,
    /// This key was.
    Made(String),
    /// It came again, so that no key of it may live.
    Replayed,
}

impl Redemption {
    /// Notes the key that was made; false when it must end, because the code came again.
    pub(super) fn made(&self, key_id: &str) -> bool {
        let mut redeemed = self.0.lock().expect(UNPOISONED);
        let lives = !matches!(*redeemed, Redeemed::Replayed);
        if lives {
            *redeemed = Redeemed::Made(key_id.to_owned());
        }
        lives
    }

    /// The code came again: the key to end. One that is being made ends when it is.
    fn replayed(&self) -> Option<String> {
        let mut redeemed = self.0.lock().expect(UNPOISONED);
        match std::mem::replace(&mut *redeemed, Redeemed::Replayed) {
            Redeemed::Made(key_id) => Some(key_id),
            Redeemed::Making | Redeemed::Replayed => None,
        }
    }

    /// The key of a replayed code could not be ended: its next use tries again.
    pub(super) fn not_ended(&self, key_id: String) {
        *self.0.lock().expect(UNPOISONED) = Redeemed::Made(key_id);
    }

    fn was_replayed(&self) -> bool {
        let redeemed = self.0.lock().expect(UNPOISONED);
        matches!(*redeemed, Redeemed::Replayed)
    }
}

impl OAuth {
    pub(super) fn seal_code(&self, code: &Code) -> String {
        self.codes.seal(&serde_json::to_vec(code).expect("texts and numbers become JSON"))
    }

    /// Opens a code. Whether it is too old or was used before, `use_code` tells.
    pub(super) fn open_code(&self, code: &str) -> Result<Code, OAuthError> {
        let opened = self.codes.open(code).map_err(|_| BAD)?;
        serde_json::from_slice(&opened).map_err(|_| BAD)
    }

    /// Uses a code up, for one who proved to have begun with it.
    ///
    /// # Errors
    /// When it is too old, or was used; then what it made ends.
    pub(super) async fn use_code(&self, code: &Code) -> Result<Redemption, OAuthError> {
        let redemption = Redemption::default();
        let is_new = code.exp > unix_seconds()
            && self.used_codes.set_once(code.mark(), redemption.clone(), REMEMBERED);
        if is_new {
            return Ok(redemption);
        }
        let Some(first) = self.used_codes.get(&code.mark()) else { return Err(BAD) };
        if let Some(key_id) = first.replayed() {
            tracing::warn!(key_id, "a code was used twice; ending its key");
            if self.sign_in.delete_key(&key_id).await.is_err() {
                first.not_ended(key_id);
                return Err(OAuthError::unavailable());
            }
        }
        Err(OAuthError::invalid_grant("the code was used"))
    }

    /// No key was made, through no fault of the client: the code is good once more.
    pub(super) fn give_code_back(&self, code: &Code, redemption: &Redemption) {
        if !redemption.was_replayed() {
            self.used_codes.forget(&code.mark());
        }
    }
}

const UNPOISONED: &str = "no code panics while it holds this lock";

const BAD: OAuthError = OAuthError::invalid_grant("the code is wrong or expired");
