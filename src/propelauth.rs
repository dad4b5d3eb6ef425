//! The client of PropelAuth: who signed in, and the keys made for them.
//!
//! Knows neither browsers nor our own tokens. What it sends goes to the two configured
//! addresses and nowhere else; redirects are never followed. An outage, refused credentials of
//! ours and an unreadable answer are one kind of error, [`Outage`], which says nothing about the
//! person or the key: nobody may be signed out because of one.

mod access_token;
mod backend;
mod http;
mod jwks;
mod key_page;
mod listing;
mod login;
mod records;
mod reply;

use std::time::Duration;

use crate::{
    caller::{ApiKey, Secret},
    origin::HttpUrl,
};

pub use access_token::{Login, TokenFlaw};
pub use backend::is_key_id;
pub use http::Outage;
pub use key_page::Whose;
pub use listing::KeyWalk;
pub use records::{CreatedKey, KeyHolder, KeyRecord, Membership, NewKey, Organization, User};

/// Where PropelAuth is, and our credentials there.
#[derive(Debug, Clone)]
pub struct PropelAuthSettings {
    /// The tenant's own address: sign-in pages, signing keys, issuer of tokens.
    pub auth_url: HttpUrl,
    /// The OAuth client that sign-in uses.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// Base of the Backend API.
    pub api_url: HttpUrl,
    /// The integration key for the Backend API; it must be allowed to write.
    pub api_key: Secret,
    /// HTTP proxy to go through.
    pub proxy: Option<HttpUrl>,
}

/// The client can't be made.
#[derive(Debug, thiserror::Error)]
#[error("the client of PropelAuth could not be made")]
pub struct PropelAuthError(#[source] reqwest::Error);

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The code is wrong, expired, used, or not for this verifier and redirect.
    #[error("PropelAuth refuses the authorization code")]
    Refused,
    /// PropelAuth's token fails a check.
    #[error("the access token can't be trusted")]
    Untrusted(#[source] TokenFlaw),
    /// Support staff signed in as somebody else, who did not ask for a key.
    #[error("the login is an impersonation")]
    Impersonated,
    /// PropelAuth could not say; try again later.
    #[error("PropelAuth is unavailable")]
    Unavailable(#[from] Outage),
}

/// Why the Backend API did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// PropelAuth could not say; try again later.
    #[error("PropelAuth is unavailable")]
    Unavailable(#[from] Outage),
    /// The user or organization used up its own limit.
    #[error("the rate limit of the user or organization is reached")]
    RateLimited {
        /// When to try again.
        wait: Duration,
    },
    /// PropelAuth finds fault with the request.
    #[error("PropelAuth refuses the request: {fields}")]
    Refused {
        /// Its words for each field, for the log.
        fields: String,
    },
}

/// PropelAuth's login and Backend API; made once and shared.
pub struct PropelAuth {
    login: login::LoginApi,
    backend: backend::BackendApi,
}

impl PropelAuth {
    /// Makes the client; connects to nothing yet.
    ///
    /// # Errors
    /// When the proxy's address can't be used.
    pub fn new(settings: PropelAuthSettings) -> Result<Self, PropelAuthError> {
        let http = http::Http::new(settings.proxy.as_ref()).map_err(PropelAuthError)?;
        Ok(Self {
            login: login::LoginApi::new(http.clone(), &settings),
            backend: backend::BackendApi::new(http, &settings),
        })
    }

    /// Where to send a browser to sign in. `code_challenge` is the S256 one of PKCE.
    pub fn authorize_url(&self, redirect_uri: &str, state: &str, code_challenge: &str) -> String {
        self.login.authorize_url(redirect_uri, state, code_challenge)
    }

    /// Who signed in: trades the code for an access token and checks that.
    ///
    /// # Errors
    /// When the code is not good for a token that we trust, or PropelAuth can't be asked.
    pub async fn login(
        &self,
        code: &str,
        code_verifier: &str,
        redirect_uri: &str,
    ) -> Result<Login, LoginError> {
        self.login.login(code, code_verifier, redirect_uri).await
    }

    /// A user with their organizations as they are now; `None` when there is no such user.
    ///
    /// # Errors
    /// When PropelAuth gives no answer that says so.
    pub async fn user(&self, user_id: &str) -> Result<Option<User>, BackendError> {
        self.backend.user(user_id).await
    }

    /// Whether PropelAuth tells who is in an organization: an answer in its own words, and no
    /// gateway's.
    ///
    /// # Errors
    /// When it gives no answer.
    pub async fn tells_members(&self, org_id: &str) -> Result<bool, BackendError> {
        self.backend.tells_members(org_id).await
    }

    /// Makes an API key. PropelAuth doesn't check whether the user may have it.
    ///
    /// # Errors
    /// When no key was made, or none whose answer could be read.
    pub async fn create_key(&self, new: &NewKey) -> Result<CreatedKey, BackendError> {
        self.backend.create_key(new).await
    }

    /// Whose a key is; `None` when it is none of PropelAuth's, or ended.
    ///
    /// # Errors
    /// When PropelAuth gives no answer that says so.
    pub async fn key_owner(&self, key: &ApiKey) -> Result<Option<KeyHolder>, BackendError> {
        self.backend.key_owner(key).await
    }

    /// What is recorded of a key; `None` when it is gone.
    ///
    /// # Errors
    /// When PropelAuth gives no answer that says so.
    pub async fn key(&self, id: &str) -> Result<Option<KeyRecord>, BackendError> {
        self.backend.key(id).await
    }

    /// Sets a key's metadata and, if given, its end in Unix seconds; `false` when it is gone.
    ///
    /// # Errors
    /// When PropelAuth did not confirm the change.
    pub async fn update_key(
        &self,
        id: &str,
        expires_at: Option<u64>,
        metadata: &serde_json::Value,
    ) -> Result<bool, BackendError> {
        self.backend.update_key(id, expires_at, metadata).await
    }

    /// Deletes a key. One that is gone already counts as deleted.
    ///
    /// # Errors
    /// When PropelAuth did not confirm it.
    pub async fn delete_key(&self, id: &str) -> Result<(), BackendError> {
        self.backend.delete_key(id).await
    }

    /// The keys of a user, an organization, both together, or everybody; the first 1,000.
    ///
    /// # Errors
    /// When a page is missing: never a part of the list.
    pub async fn keys(
        &self,
        user_id: Option<&str>,
        org_id: Option<&str>,
    ) -> Result<Vec<KeyRecord>, BackendError> {
        let mut walk = self.walk_keys(Whose { user_id, org_id }, 0);
        let mut keys = Vec::new();
        while keys.len() < MAX_KEYS
            && let Some(page) = walk.next().await?
        {
            keys.extend(page);
        }
        keys.truncate(MAX_KEYS);
        Ok(keys)
    }

    /// A walk over keys to the end of the list, from a page that is counted from 0.
    pub fn walk_keys<'p>(&'p self, whose: Whose<'p>, first_page: usize) -> KeyWalk<'p> {
        KeyWalk::new(&self.backend, whose, first_page)
    }

    /// An organization; `None` when there is none of this id.
    ///
    /// # Errors
    /// When PropelAuth gives no answer that says so.
    pub async fn organization(&self, org_id: &str) -> Result<Option<Organization>, BackendError> {
        self.backend.organization(org_id).await
    }
}

/// Keys of a person that are held at one time: far more than a person has.
const MAX_KEYS: usize = 1000;

/// Whether a text has the form of PropelAuth's ids of users and organizations: a UUID, or alike.
///
/// Ids become parts of paths, where anything else could name another resource.
fn is_user_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests;
