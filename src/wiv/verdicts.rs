//! What the WIV API's answers say about keys: who is a customer and who a stranger.
//!
//! Keyed hashes only, never a key. Every answer to a request with a key is a verdict on it, so
//! customers at work are known without being asked about.

use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use crate::{
    caller::{Caller, Fingerprint},
    limits::Expiring,
};

/// How long a good verdict saves a new one. Clients connect in bursts; a revoked key is found by
/// the next call anyway.
const FRESH_FOR: Duration = Duration::from_secs(60);

/// How long a key that was good makes its bearer a customer: a night. Longer, and a stranger
/// with an old key of somebody's would be one.
const KNOWN_FOR: Duration = Duration::from_secs(12 * 60 * 60);

/// How long a refusal counts: a person corrects the key and tries again at once.
const REFUSED_FOR: Duration = Duration::from_secs(5);

/// A good verdict younger than that is not noted again: a call has many like it.
const NOTED_ANEW_AFTER: Duration = Duration::from_secs(10);

/// Customers known at one time. Above it newcomers stay strangers, who are served all the same.
const MAX_KNOWN: usize = 50_000;

/// Refusals kept. Above it keys are asked about each time.
const MAX_REFUSED: usize = 10_000;

/// What is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was good a moment ago.
    Good,
    /// WIV refused it a moment ago.
    Refused,
}

/// The verdicts of this instance.
pub struct Verdicts {
    good: Expiring<Fingerprint, Instant>,
    refused: Expiring<Fingerprint, ()>,
}

impl Verdicts {
    pub(super) fn new() -> Self {
        Self { good: Expiring::new(MAX_KNOWN), refused: Expiring::new(MAX_REFUSED) }
    }

    /// A verdict that is fresh enough not to ask for another.
    pub fn fresh(&self, fingerprint: Fingerprint) -> Option<Verdict> {
        if self.refused.get(&fingerprint).is_some() {
            return Some(Verdict::Refused);
        }
        self.good.get(&fingerprint).filter(|at| at.elapsed() < FRESH_FOR).map(|_| Verdict::Good)
    }

    /// Whether a caller is a customer: the key was good lately, or came out of a token of ours,
    /// which nobody can guess.
    pub fn knows(&self, caller: &Caller) -> bool {
        caller.grant.is_some() || self.good.get(&caller.fingerprint).is_some()
    }

    /// A caller who is at work, as an open stream is: the last good verdict stays fresh.
    pub fn renew(&self, fingerprint: Fingerprint) {
        if self.good.get(&fingerprint).is_some() {
            self.note_good(fingerprint);
        }
    }

    /// Notes what an answer says about the key it was asked with. Only success speaks for a key:
    /// a gateway refuses in other ways, too.
    pub(super) fn note(&self, fingerprint: Fingerprint, status: StatusCode) {
        if status == StatusCode::UNAUTHORIZED {
            self.good.forget(&fingerprint);
            self.refused.set(fingerprint, (), REFUSED_FOR);
        } else if status.is_success() {
            self.note_good(fingerprint);
        }
    }

    fn note_good(&self, fingerprint: Fingerprint) {
        if self.good.get(&fingerprint).is_some_and(|at| at.elapsed() < NOTED_ANEW_AFTER) {
            return;
        }
        self.refused.forget(&fingerprint);
        self.good.set(fingerprint, Instant::now(), KNOWN_FOR);
    }
}
