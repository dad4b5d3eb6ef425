//! What sign-ins left behind: browser sessions, codes, refresh tokens, access tokens.
//!
//! It neither checks clients nor writes tokens. Each list keeps its newest entries only,
//! so that nobody can fill the memory.

use std::collections::VecDeque;

use super::random;

/// More than any test has open at one time.
const MOST_ENTRIES: usize = 1_000;

/// The longest that RFC 6749, 4.1.2, recommends.
const CODE_SECONDS: i64 = 600;

#[derive(Default)]
pub(crate) struct Grants {
    /// Cookie to user id.
    pub(crate) sessions: Newest<&'static str>,
    pub(crate) codes: Newest<Code>,
    pub(crate) refresh_tokens: Newest<Login>,
    /// Token to user id and end, as far as a test did not twist the token.
    pub(crate) access_tokens: Newest<(&'static str, i64)>,
}

/// Who signed in, and for what.
#[derive(Clone, Copy)]
pub(crate) struct Login {
    pub(crate) user_id: &'static str,
    /// The one organization that tokens of this login speak of.
    pub(crate) org_id: Option<&'static str>,
    pub(crate) impersonator: Option<&'static str>,
    /// Whether an id token was asked for.
    pub(crate) openid: bool,
}

/// A code, and what it is bound to.
pub(crate) struct Code {
    pub(crate) login: Login,
    pub(crate) redirect_uri: String,
    pub(crate) code_challenge: String,
    expires_at: i64,
}

impl Code {
    pub(crate) fn new(
        login: Login,
        redirect_uri: String,
        code_challenge: String,
        now: i64,
    ) -> Code {
        Code { login, redirect_uri, code_challenge, expires_at: now + CODE_SECONDS }
    }

    pub(crate) fn is_live(&self, now: i64) -> bool {
        now < self.expires_at
    }
}

/// Values under secrets, oldest first.
pub(crate) struct Newest<V>(VecDeque<(String, V)>);

impl<V> Default for Newest<V> {
    fn default() -> Newest<V> {
        Newest(VecDeque::new())
    }
}

impl<V> Newest<V> {
    /// Under a new secret, which it tells.
    pub(crate) fn add(&mut self, value: V) -> String {
        let secret = random::secret();
        self.insert(secret.clone(), value);
        secret
    }

    pub(crate) fn insert(&mut self, secret: String, value: V) {
        if self.0.len() == MOST_ENTRIES {
            self.0.pop_front();
        }
        self.0.push_back((secret, value));
    }

    pub(crate) fn get(&self, secret: &str) -> Option<&V> {
        self.0.iter().find(|(other, _)| other == secret).map(|(_, value)| value)
    }

    /// Gone from then on.
    pub(crate) fn take(&mut self, secret: &str) -> Option<V> {
        let at = self.0.iter().position(|(other, _)| other == secret)?;
        self.0.remove(at).map(|(_, value)| value)
    }
}
