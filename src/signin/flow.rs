//! The steps of the flow and the sealed state between them.
//!
//! A state opens only in the browser that began it, within ten minutes, once.

use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    SignIn,
    cookie::{STEP_SECONDS, Step, random_text, same, sha256},
    keys::Refused,
};
use crate::{
    caller::Address,
    clock::unix_seconds,
    propelauth::{BackendError, LoginError, Membership, User},
    telemetry::Causes,
};

/// What the flow is for; comes back unchanged at its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Next {
    /// An OAuth client asked; its request, as `oauth` sealed it.
    Authorize(Value),
    /// The person wants a key from the connect page, for the client that its card names.
    Connect(Option<String>),
}

/// Why a flow can't go on, in words for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// Cookie or state missing, old, or of another browser.
    #[error("the sign-in took more than ten minutes, or was begun in another browser; begin again")]
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
    /// A form came without its choice.
    #[error("no organization was chosen; go back and choose one")]
    NothingChosen,
    /// As many keys as one person may have in one organization.
    #[error("you have as many keys for this organization as one person may have; revoke one first")]
    TooManyKeys,
    /// PropelAuth makes no key here, as when its setting for organization keys is off.
    #[error("no key can be made for this organization; WIV's support can tell why")]
    KeyRefused,
    /// More sign-ins came to nothing lately than PropelAuth is to be troubled with.
    #[error("many people sign in just now; reload this page in {seconds} seconds")]
    Busy {
        /// When to come back.
        seconds: u64,
    },
    /// PropelAuth does not answer, or is pressed.
    #[error("the sign-in service can't help just now; try again in a minute")]
    Unavailable,
    /// PropelAuth may have ended a key, but its answer did not come.
    #[error("the sign-in service broke off while it ended the key")]
    EndUnknown,
    /// PropelAuth may have made a key, but its answer did not come.
    #[error(
        "the sign-in service broke off while it made the key, so there is none to show; if My \
         connections lists it, revoke it there, then make another"
    )]
    KeyLost,
}

impl FlowError {
    /// Whether trying again later can help: an outage, never the person's fault.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable | Self::KeyLost | Self::EndUnknown)
    }

    /// The status of a page that tells it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NothingChosen => StatusCode::BAD_REQUEST,
            Self::TooManyKeys => StatusCode::CONFLICT,
            Self::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
            error if error.is_outage() => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::FORBIDDEN,
        }
    }

    /// Why, in a short code for the log.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotThisBrowser => "not_this_browser",
            Self::Cancelled => "cancelled",
            Self::NotSignedIn => "not_signed_in",
            Self::Impersonated => "impersonated",
            Self::Refused(Refused::Disabled) => "account_disabled",
            Self::Refused(Refused::NoOrganization) => "no_organization",
            Self::Refused(Refused::NotAllowed) => "role_not_allowed",
            Self::NothingChosen => "nothing_chosen",
            Self::TooManyKeys => "too_many_keys",
            Self::KeyRefused => "key_not_made",
            Self::Unavailable => "sign_in_unavailable",
            Self::EndUnknown => "key_end_unknown",
            Self::KeyLost => "key_lost",
            Self::Busy { .. } => "too_many_sign_ins",
        }
    }

    /// When to come back, in seconds, where that is known.
    pub fn wait_seconds(&self) -> Option<u64> {
        match self {
            Self::Busy { seconds } => Some(*seconds),
            error => error.is_outage().then_some(10),
        }
    }

    /// The page's sentence.
    pub fn sentence(&self) -> String {
        let mut text = self.to_string();
        text[..1].make_ascii_uppercase();
        text + "."
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

/// How the browser came back from PropelAuth (RFC 6749, 4.1.2).
#[derive(Debug, Clone, Copy)]
pub struct Return<'q> {
    /// What it was sent with.
    pub state: Option<&'q str>,
    /// To be traded for who signed in.
    pub code: Option<&'q str>,
    /// Why there is no code.
    pub error: Option<&'q str>,
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
    /// For an OAuth client at least one; the connect page looks for itself.
    pub organizations: Vec<Membership>,
}

/// A choice that the person has to make, sealed into the form.
#[derive(Serialize, Deserialize)]
struct OpenChoice {
    next: Next,
    user_id: String,
    email: String,
    /// Ids.
    organizations: Vec<String>,
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

    /// The browser came back from PropelAuth; `address` is where it is, where that is known.
    ///
    /// # Errors
    /// When it is not the browser that left, or PropelAuth or the policy says no.
    pub async fn finish(
        &self,
        headers: &HeaderMap,
        came: Return<'_>,
        address: Option<Address>,
    ) -> Result<Flow, FlowError> {
        let carried: AtPropelAuth = self
            .cookies
            .get(Step::SignIn, headers)
            .and_then(|sealed| self.open(sealed))
            .ok_or(FlowError::NotThisBrowser)?;
        let state = came.state.ok_or(FlowError::NotThisBrowser)?;
        if carried.expires_at <= unix_seconds() || !same(&sha256(state), &carried.state) {
            return Err(FlowError::NotThisBrowser);
        }
        // Who may not come now may come later, with the same state. One that was used costs
        // nobody anything.
        if self.budget.was_used(&carried.state) {
            return Err(FlowError::NotThisBrowser);
        }
        // Also one without a code is counted: its state is a mark, and marks have an end.
        let callback = self.budget.callback(address)?;
        self.budget.use_up(&carried.state)?;
        let code = came.code.ok_or(match came.error {
            Some("server_error" | "temporarily_unavailable") => FlowError::Unavailable,
            _ => FlowError::Cancelled,
        })?;
        let login = self
            .propelauth
            .login(code, &carried.verifier, &self.callback_url())
            .await
            .map_err(|error| told(&error));
        // An outage is no stranger's doing either.
        if login.as_ref().map_or_else(FlowError::is_outage, |_| true) {
            callback.was_good();
        }
        let login = login?;
        let user = self.person(&login.user_id).await?;
        let organizations = match carried.next {
            Next::Authorize(_) => self.allowed(&user)?,
            // Who may make no key may still see and revoke those there are.
            Next::Connect(_) => Vec::new(),
        };
        Ok(Flow { next: carried.next, user_id: user.user_id, email: user.email, organizations })
    }

    /// Makes the organization page's form.
    pub fn offer(&self, flow: &Flow) -> Choice {
        let form = random_text();
        let offered = flow.organizations.iter().map(|membership| membership.org_id.clone());
        let choice = OpenChoice {
            next: flow.next.clone(),
            user_id: flow.user_id.clone(),
            email: flow.email.clone(),
            organizations: offered.collect(),
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
        if !choice.organizations.iter().any(|offered| offered == organization) {
            return Err(FlowError::NotThisBrowser);
        }
        self.budget.use_up(&choice.form)?;
        let membership = self.membership(&choice.user_id, organization).await;
        let membership = membership.inspect_err(|error| {
            if error.is_outage() {
                self.budget.give_back(&choice.form);
            }
        })?;
        Ok(Flow {
            next: choice.next,
            user_id: choice.user_id,
            email: choice.email,
            organizations: vec![membership],
        })
    }

    /// The person as PropelAuth knows them now; never one who is blocked, locked or gone.
    pub(super) async fn person(&self, user_id: &str) -> Result<User, FlowError> {
        match self.propelauth.user(user_id).await {
            Ok(Some(user)) if user.enabled && !user.locked => Ok(user),
            Ok(_) => Err(Refused::Disabled.into()),
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
    tracing::warn!(error = %Causes(error), "a sign-in failed");
    match error {
        LoginError::Unavailable(_) => FlowError::Unavailable,
        LoginError::Impersonated => FlowError::Impersonated,
        _ => FlowError::NotSignedIn,
    }
}

/// What PropelAuth's Backend API says besides an answer is never the person's fault.
pub(super) fn unavailable(error: &BackendError) -> FlowError {
    tracing::warn!(error = %Causes(error), "PropelAuth did not do what it was asked");
    FlowError::Unavailable
}
