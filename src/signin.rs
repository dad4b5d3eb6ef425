//! The browser flow: sign in at PropelAuth, choose the organization, get a key.
//!
//! Shared by OAuth and the connect page; knows neither. Keeps nothing: between its steps the
//! flow travels sealed in a cookie of the browser that began it.

mod cookie;
mod flow;
mod keys;

use std::{sync::Arc, time::Duration};

pub use cookie::{Cookies, Step, same, sha256};
pub(crate) use cookie::{STEP_SECONDS, random_text};
pub use flow::{Choice, Flow, FlowError, Next};
pub use keys::{KeyPolicy, MadeKey, Refused, is_ours};

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
}

impl SignIn {
    /// Puts sign-in together.
    pub fn new(propelauth: Arc<PropelAuth>, settings: SignInSettings, keys: &SealingKeys) -> Self {
        let sealer = keys.sealer(Purpose::SignIn, &settings.origin);
        let cookies = Cookies::new(settings.origin.starts_with("https://"));
        Self { propelauth, settings, sealer, cookies }
    }

    /// Where PropelAuth sends the browser back to. Registered there, byte for byte.
    fn callback_url(&self) -> String {
        format!("{}/oauth/callback", self.settings.origin)
    }

    /// The cookies of the flow.
    pub fn cookies(&self) -> &Cookies {
        &self.cookies
    }
}

#[cfg(test)]
mod tests;
