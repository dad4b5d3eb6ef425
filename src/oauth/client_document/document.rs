//! What a client document must say to be believed.
//!
//! Pure. Its words are the client's; nothing in it is proven but where it stands.

use serde::Deserialize;

use super::super::{client::OAuthClient, error::OAuthError, redirects};
use crate::pages::shown_name;

/// What is read of a document (draft-ietf-oauth-client-id-metadata-document; MCP 2026-07-28,
/// client registration).
#[derive(Deserialize)]
struct ClientDocument {
    client_id: String,
    client_name: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    token_endpoint_auth_method: Option<String>,
}

/// Reads a document; its `client_id` must be the URL it came from.
///
/// # Errors
/// `invalid_client` with what is wrong, for the client's maker.
pub(super) fn read(id: &str, body: &[u8]) -> Result<OAuthClient, OAuthError> {
    let flaw = |words| Err(OAuthError::client_flaw(words));
    let Ok(document) = serde_json::from_slice::<ClientDocument>(body) else {
        return flaw(
            "the client’s document can’t be read: an object with client_id, client_name \
                     and redirect_uris",
        );
    };
    if document.client_id != id {
        return flaw("the client_id in the client’s document is not the document’s address");
    }
    if document.redirect_uris.is_empty() {
        return flaw("the client’s document has no redirect_uris");
    }
    let name = document.client_name.unwrap_or_default();
    if shown_name(&name, 1).is_empty() {
        return flaw("the client’s document has no client_name");
    }
    if document.token_endpoint_auth_method.is_some_and(|method| method != "none") {
        return flaw(
            "the client’s document asks for a token_endpoint_auth_method that is not \
                     offered: clients prove themselves by PKCE, so it must be none or absent",
        );
    }
    let mut client = OAuthClient::new(Some(&name), document.redirect_uris);
    client.site = Some(redirects::destination(id));
    Ok(client)
}
