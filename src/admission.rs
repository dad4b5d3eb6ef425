//! The gate: is a credential good, may it do this, what a dead one means.
//!
//! Knows neither HTTP nor how messages travel. Who calls was read before, by `auth`; the gate
//! judges it. Keys are tried in `trying`, the one place that asks WIV about them.

mod trying;

use std::sync::Arc;

use tokio::time::{Duration, Instant};

use trying::{KeyTrial, Trying};

use crate::{
    auth::{Callers, Challenge, Challenges, ProtectedResource},
    caller::{ApiKey, Caller, Fingerprint, Grant},
    catalog::Catalog,
    clock::unix_seconds,
    limits::Busy,
    mcp::Effect,
    wiv,
};

/// Longest wait for a verdict: some clients give up a connect after ten seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a sign-in counts as new, in seconds.
const NEW_GRANT_SECONDS: u64 = 60;

/// Time between two tries of a new key, which may take a moment to be known everywhere.
const NEW_KEY_PAUSE: Duration = Duration::from_millis(700);

/// Tries of a new key that WIV doesn't know yet.
const NEW_KEY_TRIES: u32 = 3;

/// What was found out about a client that connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// A credential is good.
    Customer,
    /// Nobody could tell; the client is let in, and stays a stranger.
    Stranger,
}

/// Why somebody isn't let in, or may not do something.
#[derive(Debug, Clone)]
pub enum Denied {
    /// WIV refuses every credential of the request.
    Refused(Challenge),
    /// The grant is too narrow.
    InsufficientScope(Challenge),
    /// Too many keys that nobody knows are being tried.
    TooManyTries(Busy),
}

/// What was found out about a key that was just made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewKeyTrial {
    /// WIV takes it.
    Works,
    /// WIV doesn't take it (yet).
    Refused,
    /// WIV knows it, but its role may not read cases.
    Limited,
    /// Nobody could tell.
    Unknown,
}

/// The gate.
pub struct Gate {
    /// `None` lets everybody in, for servers that ask no one about keys.
    trying: Option<Trying>,
    challenges: Challenges,
}

impl Gate {
    /// A gate that tries keys with the operation that the catalogue marks for it.
    pub fn new(
        wiv: Arc<wiv::Client>,
        catalog: &Catalog,
        challenges: Challenges,
        callers: Callers,
    ) -> Self {
        Self { trying: Some(Trying::new(wiv, catalog.key_check(), callers)), challenges }
    }

    /// A gate that takes every caller for a customer.
    pub fn open(challenges: Challenges) -> Self {
        Self { trying: None, challenges }
    }

    /// Which customer a caller is, by what is known already; `None` for strangers. Of two
    /// credentials one is enough: it is the one that will be used.
    pub fn customer(&self, caller: &Caller) -> Option<Fingerprint> {
        let Some(trying) = &self.trying else { return Some(caller.fingerprint) };
        if trying.verdicts().knows(caller) {
            return Some(caller.fingerprint);
        }
        caller.fallback.as_ref().and_then(|fallback| self.customer(fallback))
    }

    /// Whether a credential of the caller was good a moment ago.
    pub fn is_fresh(&self, caller: &Caller) -> bool {
        let Some(trying) = &self.trying else { return true };
        trying.verdicts().fresh(caller.fingerprint) == Some(wiv::Verdict::Good)
            || caller.fallback.as_ref().is_some_and(|fallback| self.is_fresh(fallback))
    }

    /// A caller at work keeps a good verdict fresh.
    pub fn renew(&self, fingerprint: Fingerprint) {
        if let Some(trying) = &self.trying {
            trying.verdicts().renew(fingerprint);
        }
    }

    /// Tries a client's credentials when it connects, unless a verdict is fresh. So that a
    /// mistyped key is told at connect time and not in every call. Trouble upstream lets the
    /// client in: the check helps people, it guards nothing.
    ///
    /// # Errors
    /// When WIV refuses every credential of the request, or too many others are being tried.
    pub async fn admit(
        &self,
        caller: &Caller,
        resource: ProtectedResource,
        trace_id: u128,
    ) -> Result<Admitted, Denied> {
        let Some(trying) = &self.trying else { return Ok(Admitted::Customer) };
        let mut verdict = trying.verdict(caller, trace_id, PATIENCE).await;
        if let Some(fallback) = &caller.fallback
            && matches!(verdict, KeyTrial::Refused | KeyTrial::Untried(_))
        {
            verdict = trying.verdict(fallback, trace_id, PATIENCE).await;
        }
        match verdict {
            KeyTrial::Good => Ok(Admitted::Customer),
            KeyTrial::Limited | KeyTrial::Unknown => Ok(Admitted::Stranger),
            KeyTrial::Refused => {
                Err(Denied::Refused(self.challenges.refused_key(resource, caller.grant.is_some())))
            }
            KeyTrial::Untried(busy) => Err(Denied::TooManyTries(busy)),
        }
    }

    /// Refuses what changes something to a grant that allows reading only. A bare key may what
    /// its role may: WIV says so itself.
    ///
    /// # Errors
    /// A challenge that asks for the wider scope.
    pub(crate) fn allow(
        &self,
        caller: &Caller,
        resource: ProtectedResource,
        effect: Effect,
    ) -> Result<(), Denied> {
        if effect == Effect::Read || caller.may_write() {
            return Ok(());
        }
        Err(Denied::InsufficientScope(self.challenges.insufficient_scope(resource)))
    }

    /// A sign-in whose key WIV no longer takes is told so, that the client renews it or asks the
    /// person. Not a new one: its client would go round in circles. A bare key's client could
    /// only start a sign-in that nobody wants.
    ///
    /// # Errors
    /// When the client shall renew its credential.
    pub fn after(
        &self,
        grant: Option<&Grant>,
        resource: ProtectedResource,
        credential_refused: bool,
    ) -> Result<(), Denied> {
        match grant {
            Some(grant)
                if credential_refused && unix_seconds() > grant.issued_at + NEW_GRANT_SECONDS =>
            {
                Err(Denied::Refused(self.challenges.refused_key(resource, true)))
            }
            _ => Ok(()),
        }
    }

    /// Tries a key that was just made, a few times within `PATIENCE`.
    pub async fn try_new_key(&self, key: &ApiKey, trace_id: u128) -> NewKeyTrial {
        let Some(trying) = &self.trying else { return NewKeyTrial::Unknown };
        let end = Instant::now() + PATIENCE;
        for attempt in 1..=NEW_KEY_TRIES {
            match trying.verdict_on_new_key(key, trace_id, end).await {
                KeyTrial::Good => return NewKeyTrial::Works,
                KeyTrial::Limited => return NewKeyTrial::Limited,
                KeyTrial::Unknown | KeyTrial::Untried(_) => return NewKeyTrial::Unknown,
                KeyTrial::Refused => {}
            }
            if attempt < NEW_KEY_TRIES {
                tokio::time::sleep(NEW_KEY_PAUSE).await;
            }
        }
        NewKeyTrial::Refused
    }
}
