//! Our authorization server: thin, and without a memory.
//!
//! Client ids, codes and tokens are sealed values that clients carry; the one state of a
//! connection is its key at PropelAuth. Who signs in is `signin`'s business.

mod authorize;
mod client;
mod client_document;
mod client_ids;
mod code;
mod code_use;
mod consent;
mod consent_form;
mod error;
mod known_callbacks;
mod late_uses;
mod metadata;
mod parameters;
mod public_address;
mod redirects;
mod refresh;
mod refresh_token;
mod refused_uris;
mod registration;
mod request;
mod revoke;
mod rotation;
pub(crate) mod routes;
mod scopes;
mod token;
mod uri;

use std::{sync::Arc, time::Duration};

pub(crate) use redirects::Redirects;

use self::{
    client::OAuthClient, code::AuthorizationCode, consent_form::ConsentForm,
    refresh_token::RefreshToken,
};
use crate::{
    auth::{AccessTokens, WellKnown},
    limits::Rates,
    marks::Marks,
    origin::Origin,
    seal::{SealingKeys, Ticket},
    signin::{Choices, Flow, SignIn},
};

/// What the authorization server needs to know.
#[derive(Debug, Clone)]
pub struct OAuthSettings {
    /// Issuer: the public origin, byte for byte.
    pub issuer: Origin,
    /// Which redirect URIs may come at all.
    pub redirects: Redirects,
    /// Where protected-resource documents stand.
    pub well_known: WellKnown,
    /// Life of an access token.
    pub access_token_life: Duration,
    /// Life of a connection by sign-in, whatever its refreshes.
    pub sign_in_life: Duration,
    /// Nothing here writes, so that nobody is asked to allow it.
    pub reads_only: bool,
    /// Client documents may be on this machine: for the demo and tests only.
    pub local_client_documents: bool,
}

/// The authorization server.
pub struct OAuth {
    settings: OAuthSettings,
    sign_in: Arc<SignIn>,
    flow: Flow<Self>,
    choices: Choices<Self>,
    tokens: AccessTokens,
    client_ids: Ticket<OAuthClient>,
    consents: Ticket<ConsentForm>,
    codes: Ticket<AuthorizationCode>,
    refresh_tokens: Ticket<RefreshToken>,
    documents: client_document::Documents,
    marks: Marks,
    /// Requests about a key that PropelAuth has to be asked for.
    key_requests: Rates<String>,
    late_uses: late_uses::LateUses,
}

/// A refresh or revocation of one connection: thirty at once, because a client's windows share
/// their token and wake together, then one in two seconds.
const KEY_REQUEST_PAUSE: Duration = Duration::from_secs(2);
const KEY_REQUESTS_AT_ONCE: u32 = 30;

/// Connections whose requests are counted at one time; each is forgotten within a minute.
const MAX_COUNTED_KEYS: usize = 100_000;

impl OAuth {
    /// Puts the server together. Client ids have a key of their own, because clients keep their
    /// ids for ever.
    pub fn new(
        settings: OAuthSettings,
        sign_in: Arc<SignIn>,
        keys: &SealingKeys,
        client_id_key: &SealingKeys,
        marks: Marks,
    ) -> Self {
        let issuer = settings.issuer.as_str();
        Self {
            flow: Flow::new(Arc::clone(&sign_in)),
            choices: Choices::new(Arc::clone(&sign_in)),
            tokens: AccessTokens::new(keys, issuer),
            client_ids: Ticket::new(client_id_key, issuer),
            consents: Ticket::new(keys, issuer),
            codes: Ticket::new(keys, issuer),
            refresh_tokens: Ticket::new(keys, issuer),
            documents: client_document::Documents::new(settings.local_client_documents),
            marks,
            key_requests: Rates::new(KEY_REQUEST_PAUSE, KEY_REQUESTS_AT_ONCE, MAX_COUNTED_KEYS),
            late_uses: late_uses::LateUses::new(),
            settings,
            sign_in,
        }
    }
}

#[cfg(test)]
mod tests;
