//! Who is signed in, and which form a request answers.
//!
//! Sealed into the browser's cookie for ten minutes from the last page; another browser's forms
//! don't fit it.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use super::Account;
use crate::{
    clock::unix_seconds,
    marks::MarkKind,
    pages::Form,
    seal::{Payload, Purpose},
    signin::{FlowError, FlowStep, STEP_SECONDS, random_text, same},
};

/// Longest time between sign-in and a new one, in seconds, however busy the person is.
const LONGEST_SESSION_SECONDS: u64 = 3600;

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
    signed_in_at: u64,
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
    user_id: String,
    number: String,
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

impl Account {
    /// The session's cookie, good for another ten minutes within the hour.
    pub(super) fn cookie(&self, session: &AccountSession) -> HeaderValue {
        let end = session.signed_in_at + LONGEST_SESSION_SECONDS;
        let end = end.min(unix_seconds() + STEP_SECONDS);
        self.sign_in.cookies().set(FlowStep::Account, &self.sessions.issue_until(session, end))
    }

    /// Who is signed in in this browser.
    pub(super) async fn session(&self, headers: &HeaderMap) -> Result<AccountSession, FlowError> {
        let cookie = self.sign_in.cookies().get(FlowStep::Account, headers);
        let session = cookie.and_then(|cookie| self.sessions.redeem(cookie).ok());
        let session = session.ok_or(FlowError::NotThisBrowser)?;
        // What all cookies of a session have in common is their form's text.
        match self.marks.get(MarkKind::EndedSession, &session.form).await? {
            None => Ok(session),
            Some(_) => Err(FlowError::NotThisBrowser),
        }
    }

    /// Ends a session: every cookie of it, wherever it is. Unnoted, a copy of the cookie stays
    /// good for its minutes.
    pub(super) async fn end(&self, session: &AccountSession) {
        if let Err(error) = self.marks.set(MarkKind::EndedSession, &session.form, "").await {
            tracing::warn!(%error, "a session's end could not be remembered");
        }
    }

    /// Who sends a form, if it is one of the pages that this browser was given.
    pub(super) async fn sender(
        &self,
        headers: &HeaderMap,
        form: &Form,
    ) -> Result<AccountSession, FlowError> {
        let session = self.session(headers).await?;
        let fits = form.get("form").is_some_and(|text| same(text, &session.form));
        if fits && self.sign_in.is_own_form(headers) {
            return Ok(session);
        }
        Err(FlowError::NotThisBrowser)
    }

    /// What lets the person make one key, for as long as the page that it is on.
    pub(super) fn offer(&self, session: &AccountSession) -> String {
        let offer = Offer { user_id: session.user_id.clone(), number: random_text() };
        self.offers.issue(&offer, Duration::from_secs(STEP_SECONDS))
    }

    /// The number of an offer that this person was made, while it is good.
    pub(super) fn offered(
        &self,
        session: &AccountSession,
        sealed: &str,
    ) -> Result<String, FlowError> {
        let offer = self.offers.redeem(sealed).map_err(|_| FlowError::NotThisBrowser)?;
        if offer.user_id == session.user_id {
            Ok(offer.number)
        } else {
            Err(FlowError::NotThisBrowser)
        }
    }
}

/// The part of a key's id by which people tell their keys apart.
pub(super) fn reference(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}
