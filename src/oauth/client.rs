//! OAuth clients: who they say they are, and where their codes may go.
//!
//! Not for ids; `client_ids` reads a client out of its own.

use serde::{Deserialize, Serialize};

use super::redirects;
use crate::{
    pages,
    seal::{Payload, Purpose},
};

/// Longest client name shown, in characters.
const MAX_NAME_CHARS: usize = 60;

/// A client, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OAuthClient {
    /// For people; anybody can choose it.
    pub(super) name: String,
    /// Where codes may go.
    pub(super) redirect_uris: Vec<String>,
    /// The host of the client's document, which says its name. Never in a registration.
    #[serde(skip)]
    pub(super) site: Option<String>,
}

/// A registration, which is its own id.
impl Payload for OAuthClient {
    const PURPOSE: Purpose = Purpose::ClientId;
}

impl OAuthClient {
    /// A client with a name that is fit to be shown.
    pub(super) fn new(name: Option<&str>, redirect_uris: Vec<String>) -> Self {
        let name = pages::shown_name(name.unwrap_or_default(), MAX_NAME_CHARS);
        let name = if name.is_empty() { "An assistant".to_owned() } else { name };
        Self { name, redirect_uris, site: None }
    }

    /// Whether a code may go to this URI.
    pub(super) fn may_return_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|registered| redirects::matches(registered, uri))
    }
}
