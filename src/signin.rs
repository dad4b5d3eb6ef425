//! The browser flow: sign in at PropelAuth, choose the organization, get a key.
//!
//! Shared by OAuth and the connect page; knows neither. Keeps nothing but marks: between its
//! steps the flow travels sealed in a cookie of the browser that began it.

mod budget;
mod cookie;
mod flow;
mod keys;
mod organizations;
mod sweep;

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue, header};

pub use cookie::{Cookies, Step, same, sha256};
pub(crate) use cookie::{STEP_SECONDS, random_text};
pub use flow::{Choice, Flow, FlowError, Next, Return};
pub use keys::{KeyPolicy, MadeBy, MadeKey, Refused, Standing, is_ours};
pub use organizations::ShownOrganization;
pub use sweep::{Bounds, Sweep, Swept};

use crate::{
    propelauth::PropelAuth,
    seal::{Purpose, Sealer, SealingKeys},
};

/// What sign-in needs to know.
#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// Public origin.
    pub origin: String,
    /// Who may get a key.
    pub policy: KeyPolicy,
    /// Life of a key.
    pub key_life: Duration,
}

/// Sign-in at PropelAuth.
pub struct SignIn {
    propelauth: Arc<PropelAuth>,
    settings: SignInSettings,
    sealer: Sealer,
    cookies: Cookies,
    budget: budget::Budget,
}

impl SignIn {
    /// Puts sign-in together.
    pub fn new(propelauth: Arc<PropelAuth>, settings: SignInSettings, keys: &SealingKeys) -> Self {
        let sealer = keys.sealer(Purpose::SignIn, &settings.origin);
        let cookies = Cookies::new(settings.origin.starts_with("https://"));
        Self { propelauth, settings, sealer, cookies, budget: budget::Budget::new() }
    }

    /// The sweep of keys by this sign-in's policy.
    pub fn sweep(&self) -> Sweep {
        Sweep::new(Arc::clone(&self.propelauth), self.settings.policy)
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
}

#[cfg(test)]
mod tests;
