//! The connect page: from sign-in to a working assistant.
//!
//! Knows neither OAuth nor MCP. Keeps nothing but marks: what a signed-in person's page needs
//! travels sealed in their browser. A key is made by POST only, and shown once.

mod account;
mod clients;
mod install_links;
mod key_check;
mod making;
mod new_key;
mod page;
mod session;
mod snippets;

use std::sync::Arc;

use tokio_util::task::TaskTracker;

pub use account::ACCOUNT_PATH;
pub use clients::{ClientCard, Guide, PLACEHOLDER_KEY, cards};
pub use install_links::InstallLink;
pub use key_check::KeyCheck;
pub use page::is_for_people;
pub use snippets::{Snippet, by_key};

use self::making::Makings;
use crate::{
    marks::Marks,
    pages::{Fixed, Footer},
    seal::{Purpose, Sealer, SealingKeys},
    signin::{KeyPolicy, SignIn},
};

/// What the page needs to know.
#[derive(Debug, Clone)]
pub struct ConnectSettings {
    /// Public origin.
    pub origin: String,
    /// Origin of PropelAuth's sign-in pages, for the policy of pages with a sign-in form.
    pub sign_in_origin: String,
    /// Who may get a key; `None` while sign-in is off.
    pub policy: Option<KeyPolicy>,
    /// What stands below every page.
    pub footer: Footer,
}

/// The connect page.
pub struct Connect {
    settings: ConnectSettings,
    front: Fixed,
    /// `None` while sign-in is off: the page then explains keys.
    sign_in: Option<Arc<SignIn>>,
    key_check: Arc<KeyCheck>,
    sessions: Sealer,
    /// Sessions whose people signed out; each mark outlives its session.
    signed_out: Marks<[u8; 16], ()>,
    makings: Arc<Makings>,
}

/// Sessions remembered as ended. Above it the browser's cookie goes and a copy of it stays good
/// for its minutes; only people with an account can get there.
const MAX_SIGNED_OUT: usize = 100_000;

impl Connect {
    /// Puts the page together. `tasks` owns keys that are being made when their browser leaves.
    pub fn new(
        settings: ConnectSettings,
        sign_in: Option<Arc<SignIn>>,
        key_check: KeyCheck,
        keys: &SealingKeys,
        tasks: TaskTracker,
    ) -> Self {
        let sessions = keys.sealer(Purpose::Account, &settings.origin);
        let (key_check, makings) = (Arc::new(key_check), Arc::new(Makings::new(tasks)));
        let front = page::front(&settings, sign_in.is_some());
        let signed_out = Marks::new(MAX_SIGNED_OUT);
        Self { settings, front, sign_in, key_check, sessions, signed_out, makings }
    }
}

#[cfg(test)]
mod tests;
