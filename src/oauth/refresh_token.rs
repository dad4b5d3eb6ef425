//! What a refresh token carries, sealed.
//!
//! Not for rotation.

use serde::{Deserialize, Serialize};

use crate::{
    auth::SealedKey,
    seal::{Payload, Purpose},
};

/// What is inside a refresh token. It ends with its connection, whatever the refreshes.
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
