//! What the routes work with.
//!
//! Not for what they do; made by `app`.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::Origins;
use crate::{
    auth::Auth,
    connect::{Account, Front},
    oauth::OAuth,
    signin::Callback,
    tools::Tools,
    transport::Endpoint,
};

/// What the routes work with.
pub struct Service {
    /// The MCP transports.
    pub endpoint: Arc<Endpoint<Tools>>,
    /// Makes callers.
    pub auth: Auth,
    /// The connect page.
    pub front: Arc<Front>,
    /// `None` while sign-in is off.
    pub sign_in: Option<SignInService>,
    /// What `/.well-known/openai-apps-challenge` answers.
    pub openai_challenge: Option<String>,
    /// Who may call from where.
    pub origins: Origins,
    /// Cancelled when the server begins to drain.
    pub closing: CancellationToken,
}

/// What is there only with sign-in.
#[derive(Clone)]
pub struct SignInService {
    /// The authorization server.
    pub oauth: Arc<OAuth>,
    /// The signed-in person's part of the connect page.
    pub account: Arc<Account>,
    /// Where browsers come back to.
    pub callback: Arc<Callback>,
}
