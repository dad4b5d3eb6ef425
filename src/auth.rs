//! Which credential a request carries, and the challenge when it carries none.
//!
//! Decides who calls, not what they may do. A key's goodness is upstream's to decide; here it
//! only has to be possible.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{
    caller::{ApiKey, ApiKeyError, Caller, Fingerprint},
    seal::HashKey,
};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Reads credentials.
pub struct Auth {
    fingerprints: HashKey,
    connect_url: String,
}

/// A request without a usable credential: what to tell the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Why, and what to do.
    pub message: String,
    /// `WWW-Authenticate` (RFC 9110, 11.6.1).
    pub www_authenticate: HeaderValue,
}

/// What a request carries.
enum Credential {
    Nothing,
    Key(Result<ApiKey, ApiKeyError>),
    Bearer,
}

impl Auth {
    /// `fingerprints` hashes keys; `connect_url` is where a person gets one.
    pub fn new(fingerprints: HashKey, connect_url: String) -> Self {
        Self { fingerprints, connect_url }
    }

    /// Makes the caller of a request.
    ///
    /// # Errors
    /// A challenge, to be sent with 401, when there is no usable credential.
    pub fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, Challenge> {
        match credential(headers) {
            Credential::Key(Ok(key)) => Ok(self.caller(key)),
            Credential::Key(Err(error)) => Err(self.challenge(&format!("{error}; get a key"))),
            Credential::Bearer => {
                Err(self.challenge("send a WIV API key as X-API-Key, not as a bearer; get one"))
            }
            Credential::Nothing => {
                Err(self.challenge("send a WIV API key in the header X-API-Key; get one"))
            }
        }
    }

    /// The caller that a key makes.
    pub fn caller(&self, key: ApiKey) -> Caller {
        let fingerprint = Fingerprint::new(self.fingerprints.hash(key.expose()));
        Caller { key, fingerprint }
    }

    fn challenge(&self, advice: &str) -> Challenge {
        Challenge {
            message: format!("{advice} at {}", self.connect_url),
            www_authenticate: HeaderValue::from_static("Bearer"),
        }
    }
}

/// A key comes first, also beside a bearer: whoever configured it meant it.
fn credential(headers: &HeaderMap) -> Credential {
    let mut keys = headers.get_all(API_KEY).iter();
    match (keys.next(), keys.next()) {
        (Some(key), None) => return Credential::Key(ApiKey::parse(key.as_bytes())),
        // Two keys would be two callers.
        (Some(_), Some(_)) => return Credential::Key(Err(ApiKeyError::Ambiguous)),
        (None, _) => {}
    }
    let has_bearer = headers.get_all(header::AUTHORIZATION).iter().any(|value| {
        value.as_bytes().get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "))
    });
    if has_bearer { Credential::Bearer } else { Credential::Nothing }
}

#[cfg(test)]
mod tests;
