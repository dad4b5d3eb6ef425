//! From a client's id to the client.
//!
//! Not for what a client may do. An id is a sealed registration, or the URL of a document.

use super::{OAuth, client::OAuthClient, error::OAuthError};

/// Longest client id looked at, in bytes.
const MAX_ID_BYTES: usize = 5120;

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
