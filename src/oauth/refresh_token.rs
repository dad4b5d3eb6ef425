//! What a refresh token carries, sealed.
//!
//! Not for rotation.

use serde::{Deserialize, Serialize};

use crate::{
    auth::SealedKey,
    caller::Scopes,
    seal::{Payload, Purpose},
};

/// What is inside a refresh token: the grant, which no refresh changes. It ends with its connection, whatever the refreshes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RefreshToken {
    pub(super) kid: String,
    pub(super) user_id: String,
    pub(super) org_id: String,
    pub(super) client: String,
    pub(super) aud: String,
    pub(super) write: bool,
    pub(super) generation: u64,
    pub(super) key: SealedKey,
}

impl Payload for RefreshToken {
    const PURPOSE: Purpose = Purpose::RefreshToken;
}

impl RefreshToken {
    /// What the person granted.
    pub(super) const fn granted(&self) -> Scopes {
        Scopes { write: self.write }
    }
}
