//! The connect page: from sign-in to a working assistant.
//!
//! Knows neither OAuth nor MCP. Keeps nothing but marks: what a signed-in person's page needs
//! travels sealed in their browser. A key is made by POST only, and shown once.

mod account;
mod clients;
mod install_links;
mod key_check;
mod new_key;
mod page;
mod session;
mod snippets;

use std::sync::Arc;

pub use clients::{ClientCard, Guide, PLACEHOLDER_KEY, cards};
pub use install_links::InstallLink;
pub use key_check::KeyCheck;
pub use page::is_for_people;
pub use snippets::{Snippet, by_key};

use crate::{
    marks::Marks,
    seal::{Purpose, Sealer, SealingKeys},
    signin::SignIn,
};

/// What the page needs to know.
#[derive(Debug, Clone)]
pub struct ConnectSettings {
    /// Public origin.
    pub origin: String,
    /// Origin of PropelAuth's sign-in pages, for the policy of pages with a sign-in form.
    pub sign_in_origin: String,
    /// Where people get help.
    pub support_url: Option<String>,
    /// The privacy text.
    pub privacy_url: Option<String>,
}

/// The connect page.
pub struct Connect {
    settings: ConnectSettings,
    /// `None` while sign-in is off: the page then explains keys.
    sign_in: Option<Arc<SignIn>>,
    key_check: KeyCheck,
    sessions: Sealer,
    /// Offers that a key was made from; each lives longer than its offer.
    used_offers: Marks<[u8; 16], ()>,
}

/// Offers remembered as used. Above it no key is made: failing closed costs a minute's wait.
const MAX_USED_OFFERS: usize = 100_000;

impl Connect {
    /// Puts the page together.
    pub fn new(
        settings: ConnectSettings,
        sign_in: Option<Arc<SignIn>>,
        key_check: KeyCheck,
        keys: &SealingKeys,
    ) -> Self {
        let sessions = keys.sealer(Purpose::Account, &settings.origin);
        let used_offers = Marks::new(MAX_USED_OFFERS);
        Self { settings, sign_in, key_check, sessions, used_offers }
    }
}

#[cfg(test)]
mod tests;
