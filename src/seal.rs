//! Seals small payloads, so that strangers carry them but neither read nor change them.
//!
//! Not for single use or who may present a payload: what a payload means is its owner's business.
//! Invariants: every purpose and every label has a key of its own; the first key seals
//! and all open; nothing here prints key material, and a failed opening never says where.
//!
//! Tokens are PASETO v4.local (<https://github.com/paseto-standard/paseto-spec>). The footer is
//! the key's bare id, not a JSON object, because tokens travel in URLs and every byte counts.
//! The implicit assertion is the purpose and the audience.

mod purpose;
mod strength;
mod ticket;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::{constant_time, hkdf, hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pasetors::Local;
use pasetors::keys::SymmetricKey;
use pasetors::token::UntrustedToken;
use pasetors::version4::{LocalToken, V4};

pub use purpose::Purpose;
pub use ticket::{Opened, Payload, Ticket, TicketError};

/// Longest token that is looked at, in bytes: the longest cursor that tools take. It bounds the
/// work that a stranger can ask for.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The server's sealing keys: the first seals, all open.
#[derive(Clone)]
pub struct SealingKeys(Arc<[MasterKey]>);

/// Seals and opens for one purpose and one audience.
#[derive(Clone)]
pub struct Sealer(Arc<PurposeKeys>);

/// Hashes under a key of its own, so that the hash of a secret tells nothing to who sees it.
#[derive(Clone, Debug)]
pub struct HashKey(hmac::Key);

/// Why a list of sealing keys can't be used. Names the entry, counted from 1, never its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealingKeyError {
    /// An entry without a colon between id and key; an empty list is one such entry.
    #[error("entry {0} is not an id, a colon and a key")]
    NotIdAndKey(usize),
    /// An id that is empty, too long or has other characters.
    #[error("the id of entry {0} is not 1 to 32 letters, digits, '-' or '_'")]
    BadId(usize),
    /// A key that is not 32 bytes in base64url without padding.
    #[error("the key of entry {0} is not 43 characters of base64url, 32 bytes")]
    BadKey(usize),
    /// A key that was not drawn at random, such as a text or a pattern.
    #[error("the key of entry {0} is a text or a pattern, which can be guessed")]
    WeakKey(usize),
    /// Two keys under one id: which one sealed a token could not be told.
    #[error("entry {0} has the id of an earlier entry")]
    RepeatedId(usize),
    /// One key under two ids: dropping one of them would end nothing.
    #[error("entry {0} has the key of an earlier entry")]
    RepeatedKey(usize),
}

/// Why a token did not open. Deliberately coarse: a finer answer would guide a forger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too long, or not of a sealed token's form.
    #[error("not a sealed token")]
    Malformed,
    /// Sealed under a key that this server does not have (any more).
    #[error("sealed under an unknown key")]
    UnknownKey,
    /// Changed, or sealed for another purpose or audience.
    #[error("the sealed token was refused")]
    Refused,
}

impl SealingKeys {
    /// Reads `id:base64url(32 bytes),id2:…`; white space around entries is dropped.
    ///
    /// # Errors
    /// Names the first entry that is wrong, never its text.
    pub fn parse(text: &str) -> Result<Self, SealingKeyError> {
        let mut ids = HashSet::new();
        let mut keys: Vec<MasterKey> = Vec::new();
        for (entry, place) in text.split(',').zip(1..) {
            let (id, key) =
                entry.trim().split_once(':').ok_or(SealingKeyError::NotIdAndKey(place))?;
            if !is_key_id(id) {
                return Err(SealingKeyError::BadId(place));
            }
            let key = URL_SAFE_NO_PAD.decode(key).map_err(|_| SealingKeyError::BadKey(place))?;
            let key =
                <[u8; KEY_BYTES]>::try_from(key).map_err(|_| SealingKeyError::BadKey(place))?;
            if strength::is_weak(&key) {
                return Err(SealingKeyError::WeakKey(place));
            }
            if !ids.insert(id) {
                return Err(SealingKeyError::RepeatedId(place));
            }
            let key = MasterKey::new(id, &key);
            if keys.iter().any(|earlier| earlier.is(&key)) {
                return Err(SealingKeyError::RepeatedKey(place));
            }
            keys.push(key);
        }
        Ok(Self(keys.into()))
    }

    /// One key that ends with this process. Its id is random too, so that another instance's
    /// token is told from a forged one.
    pub fn random() -> Self {
        Self([MasterKey::new(&random_id(), &random_bytes::<KEY_BYTES>())].into())
    }

    /// One key derived from a secret with at least 128 bits of entropy, such as an API key: the
    /// same secret opens what it sealed, in whichever process.
    pub fn derived_from(secret: &[u8]) -> Self {
        Self([MasterKey::new("derived", secret)].into())
    }

    /// A fresh entry for the setting, with a random id.
    pub fn new_key_line() -> String {
        format!("{}:{}", random_id(), URL_SAFE_NO_PAD.encode(random_bytes::<KEY_BYTES>()))
    }

    /// The keys' ids, which are no secrets.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|key| &*key.id)
    }

    /// Whether a key of one list is in the other, under whatever id.
    pub fn share_a_key(&self, other: &Self) -> bool {
        self.0.iter().any(|one| other.0.iter().any(|other| one.is(other)))
    }

    /// A sealer for one purpose, with its keys derived. `audience` is who the tokens are for:
    /// this server's public origin.
    pub fn sealer(&self, purpose: Purpose, audience: &str) -> Sealer {
        let label = purpose.label();
        let keys = self.0.iter().map(|master| master.for_purpose(label)).collect();
        // Labels hold no line feed, so purpose and audience can't run into each other.
        let assertion = format!("wiv-mcp {label}\n{audience}").into_bytes();
        Sealer(Arc::new(PurposeKeys { keys, assertion }))
    }

    /// A key for hashes, derived from the first sealing key: instances with the same first key
    /// hash alike.
    pub fn hash_key(&self, label: &'static str) -> HashKey {
        let first = self.0.first().expect("a list of sealing keys has at least one");
        HashKey(hmac::Key::new(hmac::HMAC_SHA256, &first.derive("hash", label)))
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealingKeys")?;
        formatter.debug_list().entries(self.ids()).finish()
    }
}

impl Sealer {
    /// Seals a payload. One above 10 KiB may make a token too long to open.
    pub fn seal(&self, payload: &[u8]) -> String {
        self.seal_about(payload, b"")
    }

    /// The same, bound to what both sides know of it: it opens with the same `about` alone, which
    /// takes no room in the token.
    pub fn seal_about(&self, payload: &[u8], about: &[u8]) -> String {
        let key = self.0.keys.first().expect("a list of sealing keys has at least one");
        let message = to_message(payload);
        let footer = Some(key.id.as_bytes());
        let assertion = self.0.assertion_about(about);
        LocalToken::encrypt(&key.key, message.as_bytes(), footer, Some(&assertion))
            .expect("only an empty message or a system without randomness fails")
    }

    /// Opens what [`seal`](Self::seal) made under the same purpose and audience.
    ///
    /// # Errors
    /// Every token that was not sealed so, or under a key this server lacks.
    pub fn open(&self, token: &str) -> Result<Vec<u8>, OpenError> {
        self.open_about(token, b"")
    }

    /// Opens what [`seal_about`](Self::seal_about) made with the same `about`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_about(&self, token: &str, about: &[u8]) -> Result<Vec<u8>, OpenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(OpenError::Malformed);
        }
        let token =
            UntrustedToken::<Local, V4>::try_from(token).map_err(|_| OpenError::Malformed)?;
        let id = token.untrusted_footer();
        let key = self.0.keys.iter().find(|key| key.id.as_bytes() == id);
        let key = key.ok_or(OpenError::UnknownKey)?;
        let footer = Some(key.id.as_bytes());
        let assertion = self.0.assertion_about(about);
        let opened = LocalToken::decrypt(&key.key, &token, footer, Some(&assertion))
            .map_err(|_| OpenError::Refused)?;
        from_message(opened.payload()).ok_or(OpenError::Refused)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sealer(redacted)")
    }
}

impl HashKey {
    /// The first 16 bytes of HMAC-SHA256: far too many to guess or to collide by chance.
    pub fn hash(&self, bytes: &[u8]) -> [u8; 16] {
        let tag = hmac::sign(&self.0, bytes);
        *tag.as_ref().first_chunk().expect("an HMAC-SHA256 tag has 32 bytes")
    }
}

/// A sealing key as configured, ready to derive from.
struct MasterKey {
    id: Box<str>,
    secret: hkdf::Prk,
}

impl MasterKey {
    fn new(id: &str, secret: &[u8]) -> Self {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"wiv-mcp sealing");
        Self { id: id.into(), secret: salt.extract(secret) }
    }

    /// Whether two are one key. The ids may differ.
    fn is(&self, other: &Self) -> bool {
        let [one, other] = [self, other].map(|key| key.derive("compare", ""));
        constant_time::verify_slices_are_equal(&one, &other).is_ok()
    }

    fn for_purpose(&self, label: &str) -> PurposeKey {
        let key = SymmetricKey::from(&self.derive("seal", label)).expect("32 bytes make a key");
        PurposeKey { id: self.id.clone(), key }
    }

    /// `use_of_key` keeps sealing and hashing apart even where their labels are the same.
    fn derive(&self, use_of_key: &str, label: &str) -> [u8; KEY_BYTES] {
        let info = [use_of_key.as_bytes(), b" ", label.as_bytes()];
        let mut key = [0; KEY_BYTES];
        self.secret
            .expand(&info, hkdf::HKDF_SHA256)
            .and_then(|output| output.fill(&mut key))
            .expect("HKDF-SHA256 gives up to 8160 bytes");
        key
    }
}

/// What a [`Sealer`] shares among its clones.
struct PurposeKeys {
    keys: Vec<PurposeKey>,
    assertion: Vec<u8>,
}

impl PurposeKeys {
    /// Neither a label nor an audience ends with a line feed, so that they and what a token is
    /// about can't run into each other.
    fn assertion_about(&self, about: &[u8]) -> Cow<'_, [u8]> {
        if about.is_empty() {
            return Cow::Borrowed(&self.assertion);
        }
        Cow::Owned([&self.assertion, &b"\n"[..], about].concat())
    }
}

/// A sealing key, derived for one purpose.
struct PurposeKey {
    id: Box<str>,
    key: SymmetricKey<V4>,
}

/// PASETO messages are non-empty UTF-8, payloads are any bytes: text goes as it is behind a `t`,
/// all else as base64url behind a `b`.
fn to_message(payload: &[u8]) -> String {
    match str::from_utf8(payload) {
        Ok(text) => format!("t{text}"),
        Err(_) => format!("b{}", URL_SAFE_NO_PAD.encode(payload)),
    }
}

fn from_message(message: &str) -> Option<Vec<u8>> {
    match message.split_at_checked(1)? {
        ("t", text) => Some(text.into()),
        ("b", encoded) => URL_SAFE_NO_PAD.decode(encoded).ok(),
        _ => None,
    }
}

fn is_key_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=MAX_ID_BYTES).contains(&id.len()) && id.bytes().all(allowed)
}

fn random_id() -> String {
    format!("k{:08x}", u32::from_be_bytes(random_bytes()))
}

fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// What PASETO v4.local asks of a key, and as much as HKDF-SHA256 makes in one step.
const KEY_BYTES: usize = 32;

/// Ids go into every token; 32 characters leave room for a date or a deployment's name.
const MAX_ID_BYTES: usize = 32;

#[cfg(test)]
mod tests;
