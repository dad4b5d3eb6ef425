//! Who is calling, and the secret types a call carries.
//!
//! Not for deciding whether a credential is good: `auth` reads it, `admission` tries it.
//! A key can't be printed, logged, compared or put into a URL; it leaves only as a header value
//! marked sensitive, towards the WIV API, and to PropelAuth, who made it, when asked whose it is.

mod grant;
mod mistaken_key;

use std::{fmt, net::IpAddr, sync::Arc};

use aws_lc_rs::constant_time;
use http::HeaderValue;

pub use grant::{Grant, Scopes};

use crate::bounds::{ToolBounds, ViewPath};

/// Longest key accepted, in bytes. Far above any key in use, and far below what a proxy in
/// front would let pass as a header.
pub const MAX_KEY_BYTES: usize = 4096;

/// A WIV API key: 1 to 4,096 visible ASCII characters.
#[derive(Clone)]
pub struct ApiKey(HeaderValue);

/// Why a text can't be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// Nothing but white space was given.
    #[error("the API key is empty")]
    Empty,
    /// Longer than [`MAX_KEY_BYTES`].
    #[error("the API key is longer than 4096 bytes")]
    TooLong,
    /// What stands in a template until somebody fills it in.
    #[error(
        "the API key is a placeholder that nobody filled in; put a real key into the client's \
         settings"
    )]
    Placeholder,
    /// Quotes around it.
    #[error("the API key has quotes around it; send it without them")]
    Quoted,
    /// The scheme of another header in front of it.
    #[error("the API key has a scheme such as `Bearer ` in front of it; send the key alone")]
    HasScheme,
    /// The name of a header or a variable in front of it.
    #[error("the API key has a name such as `X-API-Key` in front of it; send the key alone")]
    HasName,
    /// A byte outside visible ASCII.
    #[error("the API key has characters outside visible ASCII")]
    NotVisibleAscii,
    /// More than one was given.
    #[error("two API keys were sent")]
    Ambiguous,
}

impl ApiKey {
    /// Reads a key that a person put somewhere, which may be what stood there before. What an
    /// issuer made is no mistake, however it looks: see [`parse`](Self::parse).
    ///
    /// # Errors
    /// Says what is wrong with the text, never the text.
    pub fn configured(text: &[u8]) -> Result<Self, ApiKeyError> {
        let mistake = |text| mistaken_key::mistake(std::str::from_utf8(text).ok()?);
        match mistake(text.trim_ascii()) {
            Some(mistake) if text.len() <= MAX_KEY_BYTES => Err(mistake),
            _ => Self::parse(text),
        }
    }

    /// Reads a key; white space around it is dropped, as pasted keys often carry some.
    ///
    /// # Errors
    /// Says what is wrong with the text, never the text.
    pub fn parse(text: &[u8]) -> Result<Self, ApiKeyError> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Err(ApiKeyError::Empty);
        }
        if text.len() > MAX_KEY_BYTES {
            return Err(ApiKeyError::TooLong);
        }
        if !text.iter().all(u8::is_ascii_graphic) {
            return Err(ApiKeyError::NotVisibleAscii);
        }
        let mut value = HeaderValue::from_bytes(text).map_err(|_| ApiKeyError::NotVisibleAscii)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// Whether a text is what stands in a template in the place of a credential.
    pub(crate) fn is_placeholder(text: &str) -> bool {
        mistaken_key::is_placeholder(text)
    }

    /// The key as a header value that `http` and `hyper` know to be sensitive.
    pub(crate) fn header_value(&self) -> HeaderValue {
        self.0.clone()
    }

    /// The bytes to derive a user's own sealing keys from, as `call` does.
    pub fn secret_for_derivation(&self) -> &[u8] {
        self.expose()
    }

    /// SHA-256 of the key, to bind sealed values to it. Only for the inside of what is sealed: it
    /// has no key of its own, so that it survives a change of sealing keys.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, self.expose());
        *digest.as_ref().first_chunk().expect("SHA-256 has 32 bytes")
    }

    /// The bytes, for keyed hashing and key derivation only.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey(redacted)")
    }
}

/// A credential of this server's own, such as a client secret: 1 to 4,096 visible ASCII
/// characters.
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// Reads a secret; white space around it is dropped, as files end with a line feed.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let fits = (1..=MAX_KEY_BYTES).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.into()))
    }

    /// Whether two are the same, in a time that tells nothing.
    pub fn is(&self, other: &Self) -> bool {
        let (one, other) = (self.0.as_bytes(), other.0.as_bytes());
        constant_time::verify_slices_are_equal(one, other).is_ok()
    }

    /// The text, to make a header value marked sensitive from.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(redacted)")
    }
}

/// Keyed hash of a key: tells callers apart where the key itself must not be kept.
///
/// Comparing two of them in variable time reveals nothing, because nobody outside can compute
/// one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Wraps the first 16 bytes of a keyed hash.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, to bind sealed values to a caller.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Eight hexadecimal digits: enough to follow one caller through a log.
impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..4].iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fingerprint({self})")
    }
}

/// Where a client is, as far as proxies in front can be believed: one IPv4 address, or the /64
/// that one subscriber of IPv6 has for itself (RFC 6177, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address(IpAddr);

impl Address {
    /// The part of an address that tells subscribers apart.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                Self(IpAddr::V6(network.into()))
            }
            address => Self(address),
        }
    }
}

/// One authenticated request's origin: the key to pass upstream and its keyed hash.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Sent to the WIV API as `X-API-Key`; where sign-in is on, also to PropelAuth, to ask whose it is.
    pub key: ApiKey,
    /// Tells this caller from others in limits, marks and sessions.
    pub fingerprint: Fingerprint,
    /// What a person granted by signing in; `None` for a bare key, which may do what it can.
    pub grant: Option<Arc<Grant>>,
    /// Who calls if WIV refuses the key: the bearer that came beside it.
    pub fallback: Option<Arc<Caller>>,
    /// Why what was configured as a key is not used, and the bearer beside it is.
    pub passed_over: Option<ApiKeyError>,
    /// Where the request came from; `None` where nobody's word on it can be taken.
    pub address: Option<Address>,
    /// The view that the address names at which the caller came, or opened the stream.
    pub view: ViewPath,
}

/// What a request showed of its credentials, without them: enough to know its caller again.
#[derive(Clone, Debug)]
pub struct ShownCredentials {
    credential: ShownCredential,
    /// The bearer that came beside the key.
    fallback: Option<ShownCredential>,
}

#[derive(Clone, Debug)]
struct ShownCredential {
    fingerprint: Fingerprint,
    /// `None` for a bare key.
    grant: Option<Arc<Grant>>,
}

impl ShownCredentials {
    /// The keyed hash of the credential that comes first.
    pub fn fingerprint(&self) -> Fingerprint {
        self.credential.fingerprint
    }
}

impl Caller {
    /// The caller that a bare key makes.
    pub fn of_key(key: ApiKey, fingerprint: Fingerprint) -> Self {
        Self {
            key,
            fingerprint,
            grant: None,
            fallback: None,
            passed_over: None,
            address: None,
            view: ViewPath::WHOLE,
        }
    }

    /// What this caller showed.
    pub fn shown(&self) -> ShownCredentials {
        let credential = |caller: &Self| ShownCredential {
            fingerprint: caller.fingerprint,
            grant: caller.grant.clone(),
        };
        ShownCredentials {
            credential: credential(self),
            fallback: self.fallback.as_deref().map(credential),
        }
    }

    /// This caller, as far as a later request showed the same: what was granted is as the later one
    /// says, and a fallback that was not shown again is left out. `None` for somebody else.
    pub fn as_shown(&self, shown: &ShownCredentials) -> Option<Self> {
        let fallback = self.fallback.as_deref().zip(shown.fallback.as_ref());
        let fallback =
            fallback.and_then(|(fallback, shown)| fallback.with_grant_of(shown)).map(Arc::new);
        Some(Self { fallback, ..self.with_grant_of(&shown.credential)? })
    }

    fn with_grant_of(&self, shown: &ShownCredential) -> Option<Self> {
        let is_same =
            self.fingerprint == shown.fingerprint && self.grant.is_some() == shown.grant.is_some();
        is_same.then(|| Self { grant: shown.grant.clone(), ..self.clone() })
    }

    /// Whether tools that change something may be used, as far as this server has a say. Of the
    /// credential that is used, not of another one in the request.
    pub fn may_write(&self) -> bool {
        self.grant.as_ref().is_none_or(|grant| grant.scopes.write)
    }

    /// Which tools the address and every credential of the request let through: which of them
    /// will be used is not known before WIV was asked.
    pub fn bounds(&self) -> ToolBounds {
        let granted = self.grant.as_ref().map_or(ToolBounds::ALL, |grant| grant.bounds);
        let fallback = self.fallback.as_ref().map_or(ToolBounds::ALL, |fallback| fallback.bounds());
        self.view.bounds().and(granted).and(fallback)
    }

    /// Whether every credential of the request may change something: which of them will be used
    /// is not known before WIV was asked.
    pub fn all_may_write(&self) -> bool {
        self.may_write() && self.fallback.as_ref().is_none_or(|fallback| fallback.all_may_write())
    }
}

#[cfg(test)]
mod tests;
