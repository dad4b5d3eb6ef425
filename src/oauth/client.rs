//! OAuth clients: who they say they are, and where their codes may go.
//!
//! A client is read out of its id: a sealed registration, or the URL of a document.

use serde::{Deserialize, Serialize};

use super::{OAuth, error::OAuthError, redirects};
use crate::{
    pages,
    seal::{Payload, Purpose},
};

/// Longest client name shown, in characters.
const MAX_NAME_CHARS: usize = 60;

/// Longest client id looked at, in bytes.
const MAX_ID_BYTES: usize = 4096;

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

impl OAuth {
    /// Whether an id can be a client's, without a look at any document: whose a code or refresh
    /// token is, its own contents tell.
    ///
    /// # Errors
    /// `invalid_client` for what is no id.
    pub(super) fn check_client_id(&self, id: &str) -> Result<(), OAuthError> {
        let is_known =
            id.len() <= MAX_ID_BYTES && (is_document(id) || self.client_ids.redeem(id).is_ok());
        if is_known { Ok(()) } else { Err(OAuthError::invalid_client()) }
    }

    /// The client of an id.
    ///
    /// # Errors
    /// `invalid_client` for an id that nobody knows.
    pub(super) async fn client(&self, id: &str) -> Result<OAuthClient, OAuthError> {
        if id.len() > MAX_ID_BYTES {
            return Err(OAuthError::invalid_client());
        }
        if is_document(id) {
            let mut client = self.documents.client(id).await?;
            client.redirect_uris.retain(|uri| self.settings.redirects.allows(uri));
            return Ok(client);
        }
        self.client_ids.redeem(id).map_err(|_| OAuthError::invalid_client())
    }
}

/// Whether an id is the address of a document. A sealed one has no colon.
fn is_document(id: &str) -> bool {
    matches!(id.split_once(':'), Some(("https" | "http", _)))
}
