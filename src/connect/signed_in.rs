//! Who is signed in in this browser, and which form a request answers.
//!
//! Not for what the pages show. Another browser's forms don't fit the session.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};

use super::{
    Account,
    session::{AccountSession, LONGEST_SESSION_SECONDS, Offer},
};
use crate::{
    clock::unix_seconds,
    marks::MarkKind,
    pages::Form,
    signin::{FlowError, FlowStep, STEP_SECONDS, random_text, same},
};

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
        let session = cookie.and_then(|cookie| self.sessions.redeem(&cookie).ok());
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
