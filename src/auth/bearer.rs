//! Access tokens: sealed here, carried by clients, opened on each request.
//!
//! Nothing is looked up and nothing is kept. The key inside is of use at WIV only as long as
//! PropelAuth knows it, so that deleting it ends the token at once.

use serde::{Deserialize, Serialize};

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
    /// For another server or another resource.
    #[error("the access token is for another resource")]
    OtherResource,
}

/// Seals and opens the access tokens of this server.
#[derive(Debug, Clone)]
pub struct AccessTokens {
    tickets: Ticket<AccessToken>,
    issuer: String,
    resources: Vec<String>,
}

impl AccessTokens {
    /// `issuer` is the public origin. `/mcp` and `/sse` are one audience: a token for either is
    /// good for both.
    pub fn new(keys: &SealingKeys, issuer: &str) -> Self {
        Self {
            tickets: Ticket::new(keys, issuer),
            issuer: issuer.to_owned(),
            resources: ["/mcp", "/sse"].map(|path| format!("{issuer}{path}")).into(),
        }
    }

    /// The resource that a request means: ours by name, or `/mcp` when none is named. Of several
    /// the first, because all are one audience. `None` when one is foreign.
    pub fn resource<'n>(&self, named: impl IntoIterator<Item = &'n str>) -> Option<&str> {
        let all: Option<Vec<&str>> = named.into_iter().map(|one| self.own_resource(one)).collect();
        all?.first().copied().or_else(|| self.mcp())
    }

    /// Scheme, host and port are compared as what they mean (RFC 3986, 6.2); a path as it is
    /// spelled, but for one slash at its end, which clients add.
    fn own_resource(&self, named: &str) -> Option<&str> {
        let (origin, path) = Origin::split(named)?;
        if origin.as_str() != self.issuer {
            return None;
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        if path.is_empty() {
            return self.mcp();
        }
        let own = self.resources.iter().map(String::as_str);
        own.into_iter().find(|resource| resource.strip_prefix(&self.issuer) == Some(path))
    }

    fn mcp(&self) -> Option<&str> {
        self.resources.first().map(String::as_str)
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
        if token.iss != self.issuer || !self.resources.contains(&token.aud) {
            return Err(BearerError::OtherResource);
        }
        if token.iat > unix_seconds() + LEEWAY_SECONDS {
            return Err(BearerError::Expired);
        }
        let key = token.key.key().ok_or(BearerError::NotATokenOfOurs)?;
        let grant = Grant {
            scopes: Scopes::parse(&token.scope),
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
