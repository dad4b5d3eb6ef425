//! The steps of the flow and the sealed state between them.
//!
//! A state opens only in the browser that began it, within ten minutes, once per cookie.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    SignIn,
    cookie::{STEP_SECONDS, Step, random_text, same, sha256},
    keys::Refused,
};
use crate::{
    clock::unix_seconds,
    propelauth::{BackendError, LoginError, Membership, User},
};

/// What the flow is for; comes back unchanged at its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Next {
    /// An OAuth client asked; its request, as `oauth` sealed it.
    Authorize(Value),
    /// The person wants a key from the connect page.
    Connect,
}

/// Why a flow can't go on, in words for the person.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// Cookie or state missing, old, or of another browser.
    #[error("this sign-in was not begun in this browser, or it is too old; begin again")]
    NotThisBrowser,
    /// The person, or PropelAuth, said no.
    #[error("the sign-in was cancelled")]
    Cancelled,
    /// PropelAuth did not vouch for anybody.
    #[error("PropelAuth did not accept the sign-in; begin again")]
    NotSignedIn,
    /// Support staff act in a person's name.
    #[error("keys are not made while somebody else acts in a person's name")]
    Impersonated,
    /// This person gets no key.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// PropelAuth does not answer.
    #[error("the sign-in service does not answer; try again in a minute")]
    Unavailable,
}

impl FlowError {
    /// Whether trying again later can help: an outage, never the person's fault.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable)
    }
}

/// What the browser carries while the person is at PropelAuth.
#[derive(Serialize, Deserialize)]
struct AtPropelAuth {
    state: String,
    verifier: String,
    expires_at: u64,
    next: Next,
}

/// A person who signed in, with the organizations a key may be made for.
#[derive(Debug)]
pub struct Flow {
    /// What the flow is for.
    pub next: Next,
    /// PropelAuth's id of the person.
    pub user_id: String,
    /// Shown, so that a person sees in whose name they act.
    pub email: String,
    /// At least one.
    pub organizations: Vec<Membership>,
}

/// A choice that the person has to make, sealed into the form.
#[derive(Serialize, Deserialize)]
struct OpenChoice {
    next: Next,
    user_id: String,
    email: String,
    organizations: BTreeMap<String, String>,
    form: String,
    expires_at: u64,
}

/// The organization page: its form's hidden value, its cookie, and what to show.
pub struct Choice {
    /// Hidden field.
    pub sealed: String,
    /// `Set-Cookie` that ties the form to this browser.
    pub cookie: HeaderValue,
}

impl SignIn {
    /// Begins: where to send the browser, and the cookie to give it.
    pub fn begin(&self, next: Next) -> (String, HeaderValue) {
        let (state, verifier) = (random_text(), random_text());
        let location =
            self.propelauth.authorize_url(&self.callback_url(), &state, &sha256(&verifier));
        let expires_at = unix_seconds() + STEP_SECONDS;
        let carried = AtPropelAuth { state: sha256(&state), verifier, expires_at, next };
        (location, self.cookies.set(Step::SignIn, &self.seal(&carried)))
    }

    /// What the flow is for, when only that is needed: to tell a client that its person said no.
    pub fn next_of(&self, headers: &HeaderMap) -> Option<Next> {
        let carried: AtPropelAuth = self.open(self.cookies.get(Step::SignIn, headers)?)?;
        (carried.expires_at > unix_seconds()).then_some(carried.next)
    }

    /// The browser came back from PropelAuth.
    ///
    /// # Errors
    /// When it is not the browser that left, or PropelAuth or the policy says no.
    pub async fn finish(
        &self,
        headers: &HeaderMap,
        state: Option<&str>,
        code: Option<&str>,
    ) -> Result<Flow, FlowError> {
        let carried: AtPropelAuth = self
            .cookies
            .get(Step::SignIn, headers)
            .and_then(|sealed| self.open(sealed))
            .ok_or(FlowError::NotThisBrowser)?;
        let state = state.ok_or(FlowError::NotThisBrowser)?;
        if carried.expires_at <= unix_seconds() || !same(&sha256(state), &carried.state) {
            return Err(FlowError::NotThisBrowser);
        }
        let code = code.ok_or(FlowError::Cancelled)?;
        let login = self
            .propelauth
            .login(code, &carried.verifier, &self.callback_url())
            .await
            .map_err(|error| told(&error))?;
        let user = self.person(&login.user_id).await?;
        let organizations = self.allowed(&user)?;
        Ok(Flow { next: carried.next, user_id: user.user_id, email: user.email, organizations })
    }

    /// Makes the organization page's form.
    pub fn offer(&self, flow: &Flow) -> Choice {
        let form = random_text();
        let organizations = flow
            .organizations
            .iter()
            .map(|membership| (membership.org_id.clone(), membership.org_name.clone()))
            .collect();
        let choice = OpenChoice {
            next: flow.next.clone(),
            user_id: flow.user_id.clone(),
            email: flow.email.clone(),
            organizations,
            form: sha256(&form),
            expires_at: unix_seconds() + STEP_SECONDS,
        };
        Choice { sealed: self.seal(&choice), cookie: self.cookies.set(Step::Form, &form) }
    }

    /// The person chose. Membership is looked at again, because time has passed.
    ///
    /// # Errors
    /// When the form is not of this browser, or the organization not one that was offered.
    pub async fn choose(
        &self,
        headers: &HeaderMap,
        sealed: &str,
        organization: &str,
    ) -> Result<Flow, FlowError> {
        let choice: OpenChoice = self.open(sealed).ok_or(FlowError::NotThisBrowser)?;
        let form = self.cookies.get(Step::Form, headers).ok_or(FlowError::NotThisBrowser)?;
        if choice.expires_at <= unix_seconds() || !same(&sha256(form), &choice.form) {
            return Err(FlowError::NotThisBrowser);
        }
        if !choice.organizations.contains_key(organization) {
            return Err(FlowError::NotThisBrowser);
        }
        let membership = self.membership(&choice.user_id, organization).await?;
        Ok(Flow {
            next: choice.next,
            user_id: choice.user_id,
            email: choice.email,
            organizations: vec![membership],
        })
    }

    /// The person as PropelAuth knows them now.
    pub(super) async fn person(&self, user_id: &str) -> Result<User, FlowError> {
        match self.propelauth.user(user_id).await {
            Ok(Some(user)) => Ok(user),
            Ok(None) => Err(Refused::Disabled.into()),
            Err(error) => Err(unavailable(&error)),
        }
    }

    fn seal(&self, value: &impl Serialize) -> String {
        self.sealer.seal(&serde_json::to_vec(value).expect("texts and numbers become JSON"))
    }

    fn open<T: for<'d> Deserialize<'d>>(&self, sealed: &str) -> Option<T> {
        serde_json::from_slice(&self.sealer.open(sealed).ok()?).ok()
    }
}

fn told(error: &LoginError) -> FlowError {
    tracing::warn!(error = error as &dyn std::error::Error, "a sign-in failed");
    match error {
        LoginError::Unavailable(_) => FlowError::Unavailable,
        LoginError::Impersonated => FlowError::Impersonated,
        _ => FlowError::NotSignedIn,
    }
}

/// What PropelAuth's Backend API says besides an answer is never the person's fault.
pub(super) fn unavailable(error: &BackendError) -> FlowError {
    tracing::warn!(error = error as &dyn std::error::Error, "PropelAuth gave no answer");
    FlowError::Unavailable
}
