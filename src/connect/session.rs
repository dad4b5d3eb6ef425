//! Who is signed in, and which form a request answers.
//!
//! Sealed into the browser's cookie for ten minutes from the last page; another browser's forms
//! don't fit it.

use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use super::Connect;
use crate::{
    clock::unix_seconds,
    pages::Form,
    signin::{FlowError, STEP_SECONDS, SignIn, Step, random_text, same},
};

/// A signed-in person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) user_id: String,
    pub(super) email: String,
    /// What our forms carry and no other site knows.
    pub(super) form: String,
    expires_at: u64,
}

/// A key that may be made once.
#[derive(Debug, Serialize, Deserialize)]
struct Offer {
    user_id: String,
    number: String,
    expires_at: u64,
}

impl Session {
    pub(super) fn new(user_id: &str, email: &str) -> Self {
        let expires_at = unix_seconds() + STEP_SECONDS;
        Self { user_id: user_id.into(), email: email.into(), form: random_text(), expires_at }
    }
}

impl Connect {
    /// The session's cookie, good for another ten minutes.
    pub(super) fn cookie(&self, sign_in: &SignIn, session: &Session) -> HeaderValue {
        let session = Session { expires_at: unix_seconds() + STEP_SECONDS, ..session.clone() };
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
            .ok_or(FlowError::NotThisBrowser)
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

    /// Uses an offer up; `false` when it was used before.
    pub(super) fn take_offer(&self, session: &Session, sealed: &str) -> Result<bool, FlowError> {
        let offer = self
            .open::<Offer>(sealed)
            .filter(|offer| offer.user_id == session.user_id && offer.expires_at > unix_seconds());
        let offer = offer.ok_or(FlowError::NotThisBrowser)?;
        let number = offer.number.as_bytes().first_chunk();
        let number = number.ok_or(FlowError::NotThisBrowser)?;
        let life = std::time::Duration::from_secs(STEP_SECONDS + 60);
        Ok(self.used_offers.set_once(*number, (), life))
    }

    fn seal(&self, value: &impl Serialize) -> String {
        self.sessions.seal(&serde_json::to_vec(value).expect("texts and numbers become JSON"))
    }

    fn open<T: for<'d> Deserialize<'d>>(&self, sealed: &str) -> Option<T> {
        serde_json::from_slice(&self.sessions.open(sealed).ok()?).ok()
    }
}
