//! The browser flow: sign in at PropelAuth, choose the organization, get a key.
//!
//! Shared by whoever fills its port `Continuation`; knows none of them. Keeps nothing but marks:
//! between its steps the flow travels sealed in a cookie of the browser that began it.

mod budget;
mod callback;
mod choice;
mod continuation;
mod cookie;
mod error;
mod flow;
mod keys;
mod organizations;
mod people;
mod sweep;

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue, header};

pub use callback::Callback;
pub(crate) use callback::callback;
pub(crate) use choice::organization;
pub use choice::{Choices, InOrganization};
pub use continuation::{Continuation, Person};
pub use cookie::{Cookies, FlowStep, same, sha256};
pub(crate) use cookie::{STEP_SECONDS, random_text};
pub use error::{FlowError, NoKey};
pub use flow::Flow;
pub use keys::{MadeBy, MadeKey, is_ours};
pub use organizations::ShownOrganization;
pub use people::{KeyPolicy, PersonOrganizations};
pub use sweep::{Bounds, Sweep, Swept};

use crate::{
    marks::Marks,
    origin::Origin,
    pages::Footer,
    propelauth::PropelAuth,
    seal::{Payload, SealingKeys, Ticket},
};

/// What sign-in needs to know.
#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// Public origin.
    pub origin: Origin,
    /// Who may get a key.
    pub policy: KeyPolicy,
    /// Life of a key.
    pub key_life: Duration,
    /// What stands below its pages.
    pub footer: Footer,
}

/// Sign-in at PropelAuth.
pub struct SignIn {
    propelauth: Arc<PropelAuth>,
    settings: SignInSettings,
    keys: SealingKeys,
    cookies: Cookies,
    budget: budget::Budget,
}

impl SignIn {
    /// Puts sign-in together.
    pub fn new(
        propelauth: Arc<PropelAuth>,
        settings: SignInSettings,
        keys: SealingKeys,
        marks: Marks,
    ) -> Self {
        let cookies = Cookies::new(settings.origin.is_https());
        Self { propelauth, settings, keys, cookies, budget: budget::Budget::new(marks) }
    }

    /// The sweep of keys by this sign-in's policy.
    pub fn sweep(&self) -> Sweep {
        Sweep::new(Arc::clone(&self.propelauth), self.settings.policy)
    }

    /// The public origin.
    pub fn origin(&self) -> &Origin {
        &self.settings.origin
    }

    /// What stands below the pages of signed-in people.
    pub fn footer(&self) -> &Footer {
        &self.settings.footer
    }

    /// Who may get a key.
    pub fn policy(&self) -> KeyPolicy {
        self.settings.policy
    }

    /// Where PropelAuth sends the browser back to. Registered there, byte for byte.
    fn callback_url(&self) -> String {
        format!("{}/oauth/callback", self.settings.origin)
    }

    /// Whether a form comes from one of our own pages: browsers say so in `Origin` and
    /// `Sec-Fetch-Site`.
    pub fn is_own_form(&self, headers: &HeaderMap) -> bool {
        let is_own_origin = |origin: &HeaderValue| origin == self.settings.origin.as_str();
        let is_own_site = |site: &HeaderValue| site == "same-origin" || site == "none";
        headers.get(header::ORIGIN).is_none_or(is_own_origin)
            && headers.get("sec-fetch-site").is_none_or(is_own_site)
    }

    /// The cookies of the flow.
    pub fn cookies(&self) -> &Cookies {
        &self.cookies
    }

    fn tickets<T: Payload>(&self) -> Ticket<T> {
        Ticket::new(&self.keys, self.settings.origin.as_str())
    }
}

#[cfg(test)]
mod tests;
