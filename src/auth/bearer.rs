//! Access tokens: sealed here, carried by clients, opened on each request.
//!
//! Nothing is looked up and nothing is kept. The key inside is of use at WIV only as long as
//! PropelAuth knows it, so that deleting it ends the token at once.

use serde::{Deserialize, Serialize};

use crate::{
    caller::{ApiKey, Grant, Scopes},
    clock::unix_seconds,
    seal::{OpenError, Purpose, Sealer, SealingKeys},
};

/// How far clocks of instances may differ, in seconds.
const LEEWAY_SECONDS: u64 = 60;

/// What is inside an access token. Names are short, because it travels with every request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessToken {
    /// Issuer: our public origin.
    pub iss: String,
    /// The protected resource it is for (RFC 8707).
    pub aud: String,
    /// When it was made, in Unix seconds.
    pub iat: u64,
    /// When it ends, in Unix seconds.
    pub exp: u64,
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
    /// Its time is over.
    #[error("the access token is expired")]
    Expired,
    /// For another server or another resource.
    #[error("the access token is for another resource")]
    OtherResource,
}

/// Tells who a bearer stands for. A port: PropelAuth's own tokens could be verified behind it.
pub trait VerifyBearer: Send + Sync {
    /// The key to pass upstream and what was granted.
    ///
    /// # Errors
    /// When the bearer is not good here and now.
    fn verify(&self, bearer: &str) -> Result<(ApiKey, Grant), BearerError>;
}

/// Seals and opens the access tokens of this server.
#[derive(Debug, Clone)]
pub struct AccessTokens {
    sealer: Sealer,
    issuer: String,
    resources: Vec<String>,
}

impl AccessTokens {
    /// `issuer` is the public origin. `/mcp` and `/sse` are one audience: a token for either is
    /// good for both.
    pub fn new(keys: &SealingKeys, issuer: &str) -> Self {
        Self {
            sealer: keys.sealer(Purpose::AccessToken, issuer),
            issuer: issuer.to_owned(),
            resources: ["/mcp", "/sse"].map(|path| format!("{issuer}{path}")).into(),
        }
    }

    /// The resource that a request means: ours by name, with or without a slash at its end, or
    /// `/mcp` when none is named. `None` for a foreign one.
    pub fn resource(&self, named: Option<&str>) -> Option<&str> {
        let Some(named) = named else { return self.resources.first().map(String::as_str) };
        let named = named.trim_end_matches('/');
        if named == self.issuer {
            return self.resources.first().map(String::as_str);
        }
        self.resources.iter().map(String::as_str).find(|resource| *resource == named)
    }

    /// Seals a token.
    pub fn seal(&self, token: &AccessToken) -> String {
        self.sealer.seal(&serde_json::to_vec(token).expect("strings and numbers become JSON"))
    }

    /// Opens a token whatever its age, as for revoking it.
    ///
    /// # Errors
    /// When it was not sealed here.
    pub fn open(&self, token: &str) -> Result<AccessToken, BearerError> {
        let opened = self.sealer.open(token).map_err(|error| match error {
            // Sealed with a key that is gone: as good as expired, and a client can renew it.
            OpenError::UnknownKey => BearerError::Expired,
            OpenError::Malformed | OpenError::Refused => BearerError::NotATokenOfOurs,
        })?;
        serde_json::from_slice(&opened).map_err(|_| BearerError::NotATokenOfOurs)
    }
}

impl VerifyBearer for AccessTokens {
    fn verify(&self, bearer: &str) -> Result<(ApiKey, Grant), BearerError> {
        let token = self.open(bearer)?;
        let now = unix_seconds();
        if token.iss != self.issuer || !self.resources.contains(&token.aud) {
            return Err(BearerError::OtherResource);
        }
        if now >= token.exp || token.iat > now + LEEWAY_SECONDS {
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
