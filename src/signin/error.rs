//! Why a sign-in can't go on, in words for the person, and as a page.
//!
//! Not for what OAuth clients are told: `oauth` translates.

use axum::response::Response;
use http::StatusCode;

use crate::{
    marks::MarksError,
    pages::{Footer, MessagePage, PageLink, with_wait},
    propelauth::{BackendError, LoginError},
    telemetry::{Causes, Refused, TraceId},
};

/// Why a person gets no key, in words for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// Blocked, locked or gone.
    #[error("this account is disabled; an administrator of your organization can help")]
    Disabled,
    /// In no organization.
    #[error("this account belongs to no organization; ask an administrator to invite you")]
    NoOrganization,
    /// In none that allows it.
    #[error(
        "your role does not allow you to connect an assistant; an administrator can give you the \
         permission to manage API keys"
    )]
    NotAllowed,
}

/// Why a flow can't go on, in words for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// Cookie or state missing, old, or of another browser.
    #[error(
        "this page can't be loaded a second time, the sign-in took more than ten minutes, or it was \
         begun in another browser; go back to your assistant and connect again"
    )]
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
    NoKey(#[from] NoKey),
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
    /// What must happen once can't be noted, so that it is not done.
    #[error("too much is going on here just now; try again in a minute")]
    MarksUnavailable,
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
        matches!(
            self,
            Self::Unavailable | Self::MarksUnavailable | Self::KeyLost | Self::EndUnknown
        )
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
            Self::NoKey(NoKey::Disabled) => "account_disabled",
            Self::NoKey(NoKey::NoOrganization) => "no_organization",
            Self::NoKey(NoKey::NotAllowed) => "role_not_allowed",
            Self::NothingChosen => "nothing_chosen",
            Self::TooManyKeys => "too_many_keys",
            Self::KeyRefused => "key_not_made",
            Self::Unavailable => "sign_in_unavailable",
            Self::EndUnknown => "key_end_unknown",
            Self::KeyLost => "key_lost",
            Self::Busy { .. } => "too_many_sign_ins",
            Self::MarksUnavailable => "marks_unavailable",
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

    /// The page for a sign-in that ends here.
    pub fn page(&self, footer: &Footer, request: TraceId) -> Response {
        let (text, request_id) = (self.sentence(), request.to_string());
        let message = MessagePage {
            title: "Not connected",
            text: &text,
            request_id: &request_id,
            link: Some(PageLink { label: "Back to the connect page", path: "/connect" }),
            footer,
        };
        let page = with_wait(message.response(self.status()), self.wait_seconds());
        Refused::new(self.reason()).on(page)
    }
}

/// Single use can't be kept, so that nothing is done.
impl From<MarksError> for FlowError {
    fn from(_: MarksError) -> Self {
        Self::MarksUnavailable
    }
}

/// What a failed login means to its person.
pub(super) fn told(error: &LoginError) -> FlowError {
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
