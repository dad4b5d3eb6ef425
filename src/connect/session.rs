//! A signed-in person's session, and the offer of one key: what is sealed of them.
//!
//! Not for cookies and forms. Good for ten minutes from the last page.

use serde::{Deserialize, Serialize};

use crate::{
    clock::unix_seconds,
    marks::MarkKind,
    seal::{Payload, Purpose},
    signin::{STEP_SECONDS, random_text},
};

/// Longest time between sign-in and a new one, in seconds, however busy the person is.
pub(super) const LONGEST_SESSION_SECONDS: u64 = 3600;

// An ended session is remembered for longer than it could have gone on, and an offer for longer
// than it is good.
const _: () = assert!(
    MarkKind::EndedSession.life_seconds() >= LONGEST_SESSION_SECONDS + STEP_SECONDS
        && MarkKind::UsedOffer.life_seconds() > STEP_SECONDS
);

/// A signed-in person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct AccountSession {
    pub(super) user_id: String,
    pub(super) email: String,
    /// What our forms carry and no other site knows.
    pub(super) form: String,
    /// What the next page tells.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) notice: Option<Notice>,
    pub(super) signed_in_at: u64,
}

impl Payload for AccountSession {
    const PURPOSE: Purpose = Purpose::Account;
}

/// What was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Notice {
    /// A key ended.
    Revoked,
    /// The key was not there (any more).
    NotThere,
}

/// A key that may be made once.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Offer {
    pub(super) user_id: String,
    pub(super) number: String,
}

impl Payload for Offer {
    const PURPOSE: Purpose = Purpose::KeyOffer;
}

impl AccountSession {
    pub(super) fn new(user_id: &str, email: &str) -> Self {
        Self {
            user_id: user_id.into(),
            email: email.into(),
            form: random_text(),
            notice: None,
            signed_in_at: unix_seconds(),
        }
    }

    /// With this for the next page to tell.
    pub(super) fn telling(self, notice: Option<Notice>) -> Self {
        Self { notice, ..self }
    }
}

/// The part of a key's id by which people tell their keys apart.
pub(super) fn reference(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}
