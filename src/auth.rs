//! Which credential a request carries, and the challenge when it carries none.
//!
//! Decides who calls, not what they may do. A key's goodness is upstream's to decide; here it
//! only has to be possible. There is no way around it, for tests either.

mod address;
mod bearer;
mod callers;
mod challenge;
mod resource;

use std::{net::IpAddr, sync::Arc};

use http::{HeaderMap, HeaderName, header};

use address::Addresses;
pub use bearer::{AccessToken, AccessTokens, BearerError, SealedKey};
pub use callers::Callers;
pub use challenge::{Challenge, Challenges, WellKnown};
pub use resource::{McpEndpoint, ProtectedResource};

use crate::{
    bounds::ToolBounds,
    caller::{Address, ApiKey, ApiKeyError, Caller},
};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Reads credentials.
pub struct Auth {
    callers: Callers,
    challenges: Challenges,
    /// `None`: sign-in is off, and no bearer is good.
    bearers: Option<AccessTokens>,
    addresses: Addresses,
}

impl Auth {
    /// Reads what makes callers.
    pub fn new(callers: Callers, challenges: Challenges, bearers: Option<AccessTokens>) -> Self {
        Self { callers, challenges, bearers, addresses: Addresses::default() }
    }

    /// Takes the word of so many proxies in front on where a client is.
    #[must_use]
    pub fn behind(self, trusted_proxy_hops: u8) -> Self {
        Self { addresses: Addresses::new(trusted_proxy_hops), ..self }
    }

    /// Makes the caller of a request to a resource.
    ///
    /// A key comes first, also beside a bearer: whoever configured it meant it. The bearer then
    /// is the fallback, for the day the key is refused, and who calls if the key can be none: an
    /// assistant that was signed in goes on working, and is told. A bearer has to be granted for
    /// what the address names, or for more. `peer` is the other end of the socket.
    ///
    /// # Errors
    /// A challenge, to be sent with 401, when there is no usable credential.
    pub fn authenticate(
        &self,
        headers: &HeaderMap,
        resource: ProtectedResource,
        peer: Option<IpAddr>,
    ) -> Result<Caller, Challenge> {
        self.read(headers, resource, resource.view.bounds(), peer)
    }

    /// Makes the caller of a message for a stream. Its address names no view: the stream has one,
    /// and what the bearer was granted for is a bound as well, so that any of ours will do.
    ///
    /// # Errors
    /// As for [`authenticate`](Self::authenticate).
    pub fn authenticate_message(
        &self,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
    ) -> Result<Caller, Challenge> {
        self.read(headers, ProtectedResource::SSE, ToolBounds::LEAST, peer)
    }

    /// `least` is what a bearer has to be granted for.
    fn read(
        &self,
        headers: &HeaderMap,
        resource: ProtectedResource,
        least: ToolBounds,
        peer: Option<IpAddr>,
    ) -> Result<Caller, Challenge> {
        let key = key(headers);
        let bearer = bearer(headers).map(|bearer| self.open(bearer, least));
        let caller = match (key, bearer) {
            (Some(Ok(key)), bearer) => {
                let fallback = bearer.and_then(Result::ok).map(Arc::new);
                Ok(Caller { fallback, ..self.callers.caller(key) })
            }
            (key, Some(Ok(caller))) => {
                Ok(Caller { passed_over: key.and_then(Result::err), ..caller })
            }
            (Some(Err(error)), _) => Err(self.challenges.bad_key(resource, error)),
            (None, Some(Err(error))) => Err(self.challenges.bad_bearer(resource, error)),
            (None, None) => Err(self.challenges.nothing(resource)),
        }?;
        Ok(Caller { address: self.addresses.of(headers, peer), view: resource.view, ..caller })
    }

    /// Where a client is, as far as the proxies in front can be believed.
    pub fn address(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> Option<Address> {
        self.addresses.of(headers, peer)
    }

    fn open(&self, bearer: &str, least: ToolBounds) -> Result<Caller, BearerError> {
        self.open_token(bearer, least).map_err(|error| match error {
            BearerError::NotATokenOfOurs if ApiKey::is_placeholder(bearer) => {
                BearerError::Placeholder
            }
            error => error,
        })
    }

    fn open_token(&self, bearer: &str, least: ToolBounds) -> Result<Caller, BearerError> {
        let tokens = self.bearers.as_ref().ok_or(BearerError::NotATokenOfOurs)?;
        let (key, grant) = tokens.verify(bearer)?;
        if !least.is_within(grant.bounds) {
            return Err(BearerError::OtherResource);
        }
        Ok(Caller { grant: Some(Arc::new(grant)), ..self.callers.caller(key) })
    }
}

/// The key of a request. Two keys would be two callers.
fn key(headers: &HeaderMap) -> Option<Result<ApiKey, ApiKeyError>> {
    let mut keys = headers.get_all(API_KEY).iter();
    let first = ApiKey::configured(keys.next()?.as_bytes());
    Some(if keys.next().is_some() { Err(ApiKeyError::Ambiguous) } else { first })
}

/// The bearer of a request (RFC 6750, 2.1); the scheme's case doesn't matter.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (values.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then(|| token.trim())
}

#[cfg(test)]
mod tests;
