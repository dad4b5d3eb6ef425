//! The way to PropelAuth and back: who left, and that the same browser returns.
//!
//! Not for what comes after. A state opens only in the browser that began it, within ten
//! minutes, once.

use std::{marker::PhantomData, sync::Arc, time::Duration};

use axum::response::Response;
use http::header;
use serde::{Deserialize, Serialize};

use super::{
    SignIn,
    continuation::{Continuation, Person},
    cookie::{FlowStep, STEP_SECONDS, random_text, same, sha256},
    error::{FlowError, told},
};
use crate::{
    caller::Address,
    pages::see_other,
    seal::{Payload, Purpose, Ticket},
};

/// Begins the sign-ins of one use.
pub struct Flow<C: Continuation> {
    sign_in: Arc<SignIn>,
    tickets: Ticket<Left<C>>,
}

/// What the browser carries while the person is at PropelAuth.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Left<C: Continuation> {
    pub(super) secrets: Secrets,
    pub(super) carried: C::Carried,
    #[serde(skip)]
    of: PhantomData<fn() -> C>,
}

impl<C: Continuation> Payload for Left<C> {
    const PURPOSE: Purpose = C::AT_PROPELAUTH;
}

/// What ties the person's return to the browser that left.
#[derive(Serialize, Deserialize)]
pub(super) struct Secrets {
    /// Hash of the state.
    state: String,
    /// PKCE's (RFC 7636).
    verifier: String,
}

/// How the browser came back from PropelAuth (RFC 6749, 4.1.2).
#[derive(Debug, Clone, Copy)]
pub(super) struct Return<'q> {
    /// What it was sent with.
    pub(super) state: Option<&'q str>,
    /// To be traded for who signed in.
    pub(super) code: Option<&'q str>,
    /// Why there is no code.
    pub(super) error: Option<&'q str>,
    /// Where the browser is, where that is known.
    pub(super) address: Option<Address>,
}

impl<C: Continuation> Flow<C> {
    /// The flow of one use.
    pub fn new(sign_in: Arc<SignIn>) -> Self {
        let tickets = sign_in.tickets();
        Self { sign_in, tickets }
    }

    /// Sends the browser to PropelAuth, with what is needed when it is back.
    pub fn begin(&self, carried: C::Carried) -> Response {
        let (state, verifier) = (random_text(), random_text());
        let SignIn { propelauth, cookies, .. } = &*self.sign_in;
        let location =
            propelauth.authorize_url(&self.sign_in.callback_url(), &state, &sha256(&verifier));
        let secrets = Secrets { state: sha256(&state), verifier };
        let left = Left::<C> { secrets, carried, of: PhantomData };
        let sealed = self.tickets.issue(&left, Duration::from_secs(STEP_SECONDS));
        let mut response = see_other(&location);
        for cookie in cookies.set_in_parts(FlowStep::SignIn, &sealed) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

impl SignIn {
    /// The browser came back: who its person is.
    ///
    /// # Errors
    /// When it is not the browser that left, or PropelAuth does not vouch for anybody.
    pub(super) async fn finish(
        &self,
        left: &Secrets,
        came: Return<'_>,
    ) -> Result<Person, FlowError> {
        let state = came.state.ok_or(FlowError::NotThisBrowser)?;
        if !same(&sha256(state), &left.state) {
            return Err(FlowError::NotThisBrowser);
        }
        // Who may not come now may come later, with the same state. One that was used costs
        // nobody anything.
        if self.budget.was_used(&left.state).await? {
            return Err(FlowError::NotThisBrowser);
        }
        // Also one without a code is counted: its state is a mark, and marks have an end.
        let callback = self.budget.callback(came.address)?;
        self.budget.use_up(&left.state).await?;
        let code = came.code.ok_or(match came.error {
            Some("server_error" | "temporarily_unavailable") => FlowError::Unavailable,
            _ => FlowError::Cancelled,
        })?;
        let login = self
            .propelauth
            .login(code, &left.verifier, &self.callback_url())
            .await
            .map_err(|error| told(&error));
        // An outage is no stranger's doing either.
        if login.as_ref().map_or_else(FlowError::is_outage, |_| true) {
            callback.was_good();
        }
        Ok(self.person(&login?.user_id).await?.into())
    }
}
