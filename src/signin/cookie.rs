//! The flow's cookies: which browser is meant.
//!
//! Sealed values only. `__Host-` binds them to this host and to https; on loopback without TLS
//! browsers refuse that prefix, so the name differs there.

use std::borrow::Cow;

use aws_lc_rs::{constant_time, digest, rand};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};

/// Longest value of one cookie, in bytes. Browsers take 4,096 with name and attributes (RFC 6265,
/// 6.1).
const MAX_VALUE_BYTES: usize = 3_800;

/// Cookies that one value may be parted into. Enough for an OAuth client's longest state.
const MAX_PARTS: usize = 4;

/// Before the number of parts, at the end of the first. No sealed or random value has it.
const PARTED: char = '~';

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
        self.part(step, 0, value)
    }

    /// Sets a cookie whose value may be longer than one holds: then in parts.
    pub fn set_in_parts(&self, step: FlowStep, value: &str) -> Vec<HeaderValue> {
        if value.len() <= MAX_VALUE_BYTES {
            return vec![self.set(step, value)];
        }
        let parts = parts(value);
        let first = format!("{}{PARTED}{}", parts[0], parts.len());
        let mut cookies = vec![self.set(step, &first)];
        cookies
            .extend(parts.iter().enumerate().skip(1).map(|(at, part)| self.part(step, at, part)));
        cookies
    }

    fn part(&self, step: FlowStep, at: usize, value: &str) -> HeaderValue {
        self.header(step, at, &format!("{value}{}; Max-Age={STEP_SECONDS}", self.attributes))
    }

    /// Takes a cookie away.
    pub fn clear(&self, step: FlowStep) -> HeaderValue {
        self.clear_part(step, 0)
    }

    /// Takes a cookie away, with all its parts that the browser sent.
    pub fn clear_in_parts(&self, step: FlowStep, sent: &HeaderMap) -> Vec<HeaderValue> {
        let parts = (0..MAX_PARTS).filter(|at| *at == 0 || self.sent(step, *at, sent).is_some());
        parts.map(|at| self.clear_part(step, at)).collect()
    }

    fn clear_part(&self, step: FlowStep, at: usize) -> HeaderValue {
        self.header(step, at, &format!("{}; Max-Age=0", self.attributes))
    }

    fn header(&self, step: FlowStep, at: usize, behind: &str) -> HeaderValue {
        HeaderValue::try_from(format!("{}{}={behind}", self.prefix, part_name(step, at)))
            .expect("sealed and random values are header characters")
    }

    /// The value of a step's cookie. Two of one name mean that somebody planted one.
    pub fn get<'h>(&self, step: FlowStep, headers: &'h HeaderMap) -> Option<Cow<'h, str>> {
        let first = self.sent(step, 0, headers)?;
        let Some((first, count)) = first.split_once(PARTED) else { return Some(first.into()) };
        let count = count.parse().ok().filter(|count| (2..=MAX_PARTS).contains(count))?;
        let mut value = first.to_owned();
        for at in 1..count {
            value.push_str(self.sent(step, at, headers)?);
        }
        Some(value.into())
    }

    fn sent<'h>(&self, step: FlowStep, at: usize, headers: &'h HeaderMap) -> Option<&'h str> {
        let name = part_name(step, at);
        let mut values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(sent, _)| sent.strip_prefix(self.prefix).is_some_and(|sent| sent == name))
            .map(|(_, value)| value);
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }
}

/// The first part has the step's own name.
fn part_name(step: FlowStep, at: usize) -> Cow<'static, str> {
    match at {
        0 => step.name().into(),
        at => format!("{}-{}", step.name(), at + 1).into(),
    }
}

/// A value in pieces that cookies hold. It is ASCII, as a header has to be.
fn parts(value: &str) -> Vec<&str> {
    let mut rest = value;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (part, behind) = rest.split_at(rest.len().min(MAX_VALUE_BYTES));
        parts.push(part);
        rest = behind;
    }
    parts
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
