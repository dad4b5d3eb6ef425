//! Access tokens: sealed here, carried by clients, opened on each request.
//!
//! Nothing is looked up and nothing is kept. The key inside is of use at WIV only as long as
//! PropelAuth knows it, so that deleting it ends the token at once.

use serde::{Deserialize, Serialize};

use super::ProtectedResource;
use crate::{
    caller::{ApiKey, Grant, Scopes},
    clock::unix_seconds,
    origin::Origin,
    seal::{Opened, Payload, Purpose, SealingKeys, Ticket, TicketError},
};

/// How far clocks of instances may differ, in seconds.
const LEEWAY_SECONDS: u64 = 60;

/// What is inside an access token, beside its end. Names are short, because it travels with every
/// request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessToken {
    /// Issuer: our public origin.
    pub iss: String,
    /// The protected resource it is for (RFC 8707).
    pub aud: String,
    /// When it was made, in Unix seconds.
    pub iat: u64,
    /// Granted scopes.
    pub scope: String,
    /// Name of the organization.
    pub org: String,
    /// The person's role in it.
    pub role: String,
    /// Id of the key at PropelAuth, to revoke by.
    pub kid: String,
    /// When the key ends, in Unix seconds.
    pub kexp: u64,
    /// The key itself.
    pub key: SealedKey,
}

impl Payload for AccessToken {
    const PURPOSE: Purpose = Purpose::AccessToken;
}

/// A key on its way into or out of a sealed value; never shown.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedKey(String);

impl SealedKey {
    /// Wraps a key to be sealed.
    pub fn new(key: &ApiKey) -> Self {
        Self(String::from_utf8_lossy(key.expose()).into_owned())
    }

    /// The key that was sealed.
    pub fn key(&self) -> Option<ApiKey> {
        ApiKey::parse(self.0.as_bytes()).ok()
    }
}

impl std::fmt::Debug for SealedKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SealedKey(redacted)")
    }
}

/// Why a bearer is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BearerError {
    /// Not sealed by us: perhaps a raw API key.
    #[error("the bearer is no token of this server")]
    NotATokenOfOurs,
    /// What stands in a template until somebody fills it in.
    #[error("the bearer is a placeholder")]
    Placeholder,
    /// Its time is over.
    #[error("the access token is expired")]
    Expired,
    /// For another server, or for a narrower view than the address has.
    #[error("the access token is for another resource")]
    OtherResource,
}

/// Seals and opens the access tokens of this server.
#[derive(Debug, Clone)]
pub struct AccessTokens {
    tickets: Ticket<AccessToken>,
    issuer: String,
}

impl AccessTokens {
    /// `issuer` is the public origin. `/mcp` and `/sse` are one audience: a token for either is
    /// good for both, and for narrower views than its own.
    pub fn new(keys: &SealingKeys, issuer: &str) -> Self {
        Self { tickets: Ticket::new(keys, issuer), issuer: issuer.to_owned() }
    }

    /// The resource that a request means: ours by name, or `default` when none is named. Of several
    /// the first, where all are within the `default`. `None` when one is foreign or goes beyond.
    pub fn resource<'n>(
        &self,
        named: impl IntoIterator<Item = &'n str>,
        default: ProtectedResource,
    ) -> Option<ProtectedResource> {
        let is_within =
            |one: &ProtectedResource| one.view.bounds().is_within(default.view.bounds());
        let own = |one| self.own_resource(one).filter(is_within);
        let all: Option<Vec<ProtectedResource>> = named.into_iter().map(own).collect();
        all.map(|all| all.first().copied().unwrap_or(default))
    }

    /// Scheme, host and port are compared as what they mean (RFC 3986, 6.2); a path as it is
    /// spelled, but for one slash at its end, which clients add.
    fn own_resource(&self, named: &str) -> Option<ProtectedResource> {
        let (origin, path) = Origin::split(named)?;
        if origin.as_str() != self.issuer {
            return None;
        }
        match path {
            "" | "/" => Some(ProtectedResource::MCP),
            path => ProtectedResource::at(path),
        }
    }

    /// A resource's address, as tokens carry it.
    pub fn address(&self, resource: ProtectedResource) -> String {
        format!("{}{resource}", self.issuer)
    }

    /// The resource that a token of ours is for.
    pub fn resource_of(&self, aud: &str) -> Option<ProtectedResource> {
        ProtectedResource::at(aud.strip_prefix(&self.issuer)?)
    }

    /// A token that is good until `end`, in Unix seconds.
    pub fn issue(&self, token: &AccessToken, end: u64) -> String {
        self.tickets.issue_until(token, end)
    }

    /// Opens a token whatever its age, as for revoking it.
    ///
    /// # Errors
    /// When it was not sealed here.
    pub fn open(&self, token: &str) -> Result<Opened<AccessToken>, BearerError> {
        Ok(self.tickets.open(token)?)
    }

    /// The key to pass upstream and what was granted.
    ///
    /// # Errors
    /// When the bearer is not good here and now.
    pub fn verify(&self, bearer: &str) -> Result<(ApiKey, Grant), BearerError> {
        let token = self.tickets.redeem(bearer)?;
        let resource = self.resource_of(&token.aud).ok_or(BearerError::OtherResource)?;
        if token.iss != self.issuer {
            return Err(BearerError::OtherResource);
        }
        if token.iat > unix_seconds() + LEEWAY_SECONDS {
            return Err(BearerError::Expired);
        }
        let key = token.key.key().ok_or(BearerError::NotATokenOfOurs)?;
        let grant = Grant {
            scopes: Scopes::parse(&token.scope),
            bounds: resource.view.bounds(),
            organization: token.org,
            role: token.role,
            issued_at: token.iat,
            key_expires_at: token.kexp,
        };
        Ok((key, grant))
    }
}

impl From<TicketError> for BearerError {
    fn from(error: TicketError) -> Self {
        match error {
            // Sealed with a key that is gone: as good as expired, and a client can renew it.
            TicketError::Expired | TicketError::UnknownKey => Self::Expired,
            TicketError::Refused => Self::NotATokenOfOurs,
        }
    }
}
