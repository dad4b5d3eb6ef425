//! The connect page: from sign-in to a working assistant.
//!
//! Knows neither OAuth nor MCP. `Front` is always there; `Account` only with sign-in. Keeps
//! nothing but marks: what a signed-in person's page needs travels sealed in their browser. A key
//! is made by POST only, and shown once.

mod account;
mod account_page;
mod clients;
mod front;
mod install_links;
mod listed;
mod making;
mod new_key;
pub(crate) mod routes;
mod session;
mod signed_in;
mod snippets;

use std::sync::Arc;

use tokio_util::task::TaskTracker;

pub use clients::{ClientCard, PLACEHOLDER_KEY, cards};
pub use front::Front;
pub use snippets::{by_key, in_a_line};

use self::{
    making::Makings,
    session::{AccountSession, Offer},
};
use crate::{
    admission::Gate,
    marks::Marks,
    seal::{SealingKeys, Ticket},
    signin::{Flow, SignIn},
};

/// The part of the page that is there only with sign-in: the signed-in person's.
pub struct Account {
    sign_in: Arc<SignIn>,
    flow: Flow<Self>,
    gate: Arc<Gate>,
    sessions: Ticket<AccountSession>,
    offers: Ticket<Offer>,
    marks: Marks,
    makings: Arc<Makings>,
}

impl Account {
    /// Puts it together. `tasks` owns keys that are being made when their browser leaves.
    pub fn new(
        sign_in: Arc<SignIn>,
        gate: Arc<Gate>,
        keys: &SealingKeys,
        marks: Marks,
        tasks: TaskTracker,
    ) -> Self {
        let audience = sign_in.origin().as_str();
        Self {
            flow: Flow::new(Arc::clone(&sign_in)),
            sessions: Ticket::new(keys, audience),
            offers: Ticket::new(keys, audience),
            gate,
            makings: Arc::new(Makings::new(marks.clone(), tasks)),
            marks,
            sign_in,
        }
    }
}

#[cfg(test)]
mod tests;
