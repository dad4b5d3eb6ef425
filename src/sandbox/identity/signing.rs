//! The RSA keys that sign tokens, and their public halves as JWKS and PEM.
//!
//! It knows no claims. Making a key takes a good part of a second, so nothing is made
//! before somebody asks, never on the runtime's own threads, and the first two keys are
//! made once per process: stand-ins of one process differ by issuer.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::random;

#[derive(Default)]
pub(crate) struct Signing(Mutex<Option<Ring>>);

/// Both are published; the current one signs.
#[derive(Clone)]
pub(crate) struct Ring {
    pub(crate) current: Arc<SigningKey>,
    previous: Arc<SigningKey>,
}

pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pair: KeyPair,
}

impl Signing {
    pub(crate) async fn ring(&self) -> Ring {
        let known = self.lock().clone();
        if let Some(ring) = known {
            return ring;
        }
        let first = made(first_ring).await;
        self.lock().get_or_insert(first).clone()
    }

    /// A new key signs from now on, and the oldest is published no more.
    pub(crate) async fn rotate(&self) -> Ring {
        let fresh = made(SigningKey::generate).await;
        let Ring { current, .. } = self.ring().await;
        let ring = Ring { current: Arc::new(fresh), previous: current };
        *self.lock() = Some(ring.clone());
        ring
    }

    /// Never held across an await.
    fn lock(&self) -> MutexGuard<'_, Option<Ring>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn made<T: Send + 'static>(make: fn() -> T) -> T {
    spawn_blocking(make).await.expect("making an RSA key does not panic")
}

fn first_ring() -> Ring {
    static FIRST: OnceLock<Ring> = OnceLock::new();
    let key = || Arc::new(SigningKey::generate());
    FIRST.get_or_init(|| Ring { current: key(), previous: key() }).clone()
}

impl Ring {
    /// RFC 7517.
    pub(crate) fn to_jwks(&self) -> Value {
        json!({"keys": [self.current.to_jwk(), self.previous.to_jwk()]})
    }
}

impl SigningKey {
    fn generate() -> SigningKey {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("the system gives random bytes");
        SigningKey { kid: random::uuid(), pair }
    }

    /// RS256.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .expect("a key of 2048 bits signs with SHA-256");
        signature
    }

    fn to_jwk(&self) -> Value {
        // The DER of RFC 8017, A.1.1, for 2048 bits: nine bytes of headers with the sign
        // byte of the modulus, the modulus, then five bytes of 65537.
        let der = self.pair.public_key().as_ref();
        let modulus = URL_SAFE_NO_PAD.encode(&der[9..9 + KeySize::Rsa2048.len()]);
        json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": modulus, "e": "AQAB"})
    }

    pub(crate) fn to_pem(&self) -> String {
        let der: PublicKeyX509Der<'_> =
            self.pair.public_key().as_der().expect("a public key has a DER form");
        let text = STANDARD.encode(der.as_ref());
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        // RFC 7468, 2: lines of 64 characters.
        for line in text.as_bytes().chunks(64) {
            pem.extend(line.iter().copied().map(char::from));
            pem.push('\n');
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        pem
    }
}
