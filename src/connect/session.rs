//! Who is signed in, and which form a request answers.
//!
//! Sealed into the browser's cookie for ten minutes from the last page; another browser's forms
//! don't fit it.

use std::time::Duration;

use aws_lc_rs::digest;
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use super::Connect;
use crate::{
    clock::unix_seconds,
    pages::Form,
    signin::{FlowError, STEP_SECONDS, SignIn, Step, random_text, same},
};

/// Longest time between sign-in and a new one, in seconds, however busy the person is.
const LONGEST_SESSION_SECONDS: u64 = 3600;

/// How long a session is remembered as ended: longer than it could have gone on.
const ENDED_FOR: Duration = Duration::from_secs(LONGEST_SESSION_SECONDS + STEP_SECONDS);

/// How long an offer to make a key is good: as long as the page that it is on.
pub(super) const OFFER_LIFE: Duration = Duration::from_secs(STEP_SECONDS);

/// A signed-in person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) user_id: String,
    pub(super) email: String,
    /// What our forms carry and no other site knows.
    pub(super) form: String,
    /// What the next page tells.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) notice: Option<Notice>,
    signed_in_at: u64,
    expires_at: u64,
}

/// What was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Notice {
    /// A key ended.
    Revoked,
    /// The key was not there (any more).
    NotThere,
}

/// The number that an offer is told apart by.
pub(super) type OfferNumber = [u8; 16];

/// A key that may be made once.
#[derive(Debug, Serialize, Deserialize)]
struct Offer {
    user_id: String,
    number: String,
    expires_at: u64,
}

impl Session {
    pub(super) fn new(user_id: &str, email: &str) -> Self {
        let now = unix_seconds();
        Self {
            user_id: user_id.into(),
            email: email.into(),
            form: random_text(),
            notice: None,
            signed_in_at: now,
            expires_at: now + STEP_SECONDS,
        }
    }

    /// What all cookies of a session have in common.
    fn mark(&self) -> [u8; 16] {
        let hash = digest::digest(&digest::SHA256, self.form.as_bytes());
        *hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes")
    }

    /// With this for the next page to tell.
    pub(super) fn telling(self, notice: Option<Notice>) -> Self {
        Self { notice, ..self }
    }
}

impl Connect {
    /// The session's cookie, good for another ten minutes within the hour.
    pub(super) fn cookie(&self, sign_in: &SignIn, session: &Session) -> HeaderValue {
        let end = session.signed_in_at + LONGEST_SESSION_SECONDS;
        let expires_at = end.min(unix_seconds() + STEP_SECONDS);
        let session = Session { expires_at, ..session.clone() };
        sign_in.cookies().set(Step::Account, &self.seal(&session))
    }

    /// Who is signed in in this browser.
    pub(super) fn session(
        &self,
        sign_in: &SignIn,
        headers: &HeaderMap,
    ) -> Result<Session, FlowError> {
        sign_in
            .cookies()
            .get(Step::Account, headers)
            .and_then(|sealed| self.open::<Session>(sealed))
            .filter(|session| session.expires_at > unix_seconds())
            .filter(|session| self.signed_out.get(&session.mark()).is_none())
            .ok_or(FlowError::NotThisBrowser)
    }

    /// Ends a session: every cookie of it, wherever it is.
    pub(super) fn end(&self, session: &Session) {
        if !self.signed_out.set(session.mark(), (), ENDED_FOR) {
            tracing::warn!("a session's end could not be remembered: too many ended lately");
        }
    }

    /// Who sends a form, if it is one of the pages that this browser was given.
    pub(super) fn sender(
        &self,
        sign_in: &SignIn,
        headers: &HeaderMap,
        form: &Form,
    ) -> Result<Session, FlowError> {
        let session = self.session(sign_in, headers)?;
        let fits = form.get("form").is_some_and(|text| same(text, &session.form));
        if fits && sign_in.is_own_form(headers) {
            return Ok(session);
        }
        Err(FlowError::NotThisBrowser)
    }

    /// What lets the person make one key.
    pub(super) fn offer(&self, session: &Session) -> String {
        self.seal(&Offer {
            user_id: session.user_id.clone(),
            number: random_text(),
            expires_at: unix_seconds() + STEP_SECONDS,
        })
    }

    /// The number of an offer that this person was made, while it is good.
    pub(super) fn offered(
        &self,
        session: &Session,
        sealed: &str,
    ) -> Result<OfferNumber, FlowError> {
        self.open::<Offer>(sealed)
            .filter(|offer| offer.user_id == session.user_id && offer.expires_at > unix_seconds())
            .and_then(|offer| offer.number.as_bytes().first_chunk().copied())
            .ok_or(FlowError::NotThisBrowser)
    }

    fn seal(&self, value: &impl Serialize) -> String {
        self.sessions.seal(&serde_json::to_vec(value).expect("texts and numbers become JSON"))
    }

    fn open<T: for<'d> Deserialize<'d>>(&self, sealed: &str) -> Option<T> {
        serde_json::from_slice(&self.sessions.open(sealed).ok()?).ok()
    }
}
