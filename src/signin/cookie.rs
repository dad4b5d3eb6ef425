//! The flow's cookies: which browser is meant.
//!
//! Sealed values only. `__Host-` binds them to this host and to https; on loopback without TLS
//! browsers refuse that prefix, so the name differs there.

use aws_lc_rs::{constant_time, digest, rand};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};

/// How long a person may take between two steps, in seconds.
pub(crate) const STEP_SECONDS: u64 = 600;

/// Names and attributes of the cookies.
#[derive(Debug, Clone)]
pub struct Cookies {
    prefix: &'static str,
    attributes: &'static str,
}

/// Which step a cookie belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowStep {
    /// A form of ours is open: its answer must come from the same browser.
    Form,
    /// The person is at PropelAuth.
    SignIn,
    /// The person is signed in on the connect page.
    Account,
}

impl FlowStep {
    const fn name(self) -> &'static str {
        match self {
            Self::Form => "wiv-form",
            Self::SignIn => "wiv-sign-in",
            Self::Account => "wiv-account",
        }
    }
}

impl Cookies {
    /// Cookies for https, or for loopback.
    pub fn new(https: bool) -> Self {
        if https {
            Self { prefix: "__Host-", attributes: "; Path=/; Secure; HttpOnly; SameSite=Lax" }
        } else {
            Self { prefix: "", attributes: "; Path=/; HttpOnly; SameSite=Lax" }
        }
    }

    /// Sets a cookie for one step.
    pub fn set(&self, step: FlowStep, value: &str) -> HeaderValue {
        let (prefix, name, attributes) = (self.prefix, step.name(), self.attributes);
        HeaderValue::try_from(format!("{prefix}{name}={value}{attributes}; Max-Age={STEP_SECONDS}"))
            .expect("sealed and random values are header characters")
    }

    /// Takes a cookie away.
    pub fn clear(&self, step: FlowStep) -> HeaderValue {
        let (prefix, name, attributes) = (self.prefix, step.name(), self.attributes);
        HeaderValue::try_from(format!("{prefix}{name}={attributes}; Max-Age=0"))
            .expect("constants are header characters")
    }

    /// The value of a step's cookie. Two of one name mean that somebody planted one.
    pub fn get<'h>(&self, step: FlowStep, headers: &'h HeaderMap) -> Option<&'h str> {
        let mut values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| {
                name.strip_prefix(self.prefix).is_some_and(|name| name == step.name())
            })
            .map(|(_, value)| value);
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }
}

/// 256 random bits as text, for states, verifiers and form tokens.
pub(crate) fn random_text() -> String {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).expect("the system gives random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256 as base64url: PKCE's S256 (RFC 7636, 4.2), and the form in which a sealed value
/// remembers a secret text.
pub fn sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// Compares two texts in constant time.
pub fn same(one: &str, other: &str) -> bool {
    constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}
