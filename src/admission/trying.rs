//! Is this key good? A documented read tells, one at a time per key.
//!
//! Knows what WIV answered; what follows from it is the gate's business.

use std::sync::Arc;

use http::StatusCode;
use tokio::time::{Duration, Instant, timeout_at};

use crate::{
    answer,
    auth::Callers,
    caller::{ApiKey, Caller, Fingerprint},
    catalog::UpstreamRequest,
    limits::{Busy, Expiring, Keyed},
    telemetry::Causes,
    wiv::{self, Failure, Verdicts},
};

/// How long it counts that nobody could tell.
const UNTOLD_FOR: Duration = Duration::from_secs(5);

/// Keys of which nobody could tell, at one time. Above it, they are tried each time.
const MAX_UNTOLD: usize = 10_000;

/// Clients of one key that may wait for its verdict: all that come back after a deploy.
const MAX_WAITING: usize = 4096;

/// What WIV says about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyTrial {
    Good,
    Refused,
    /// WIV knows it, but it may not read what it was tried with.
    Limited,
    /// Nobody could tell.
    Unknown,
    /// It was not tried: too many others are.
    Untried(Busy),
}

/// Tries keys.
pub(super) struct Trying {
    wiv: Arc<wiv::Client>,
    request: UpstreamRequest,
    callers: Callers,
    untold: Expiring<Fingerprint, ()>,
    /// One request at a time tries a key.
    turns: Arc<Keyed<Fingerprint>>,
}

impl Trying {
    pub(super) fn new(wiv: Arc<wiv::Client>, request: UpstreamRequest, callers: Callers) -> Self {
        let (untold, turns) = (Expiring::new(MAX_UNTOLD), Keyed::new(1, MAX_WAITING));
        Self { wiv, request, callers, untold, turns }
    }

    pub(super) fn verdicts(&self) -> &Verdicts {
        self.wiv.verdicts()
    }

    /// A verdict on a caller's key within `patience`, of which a fresh one is not asked for again.
    pub(super) async fn verdict(
        &self,
        caller: &Caller,
        trace_id: u128,
        patience: Duration,
    ) -> KeyTrial {
        if let Some(known) = self.known(caller) {
            return known;
        }
        // Waiting for another try of the same key counts: a client gives up at some point.
        let deadline = Instant::now() + patience;
        let found_out = timeout_at(deadline, self.find_out(caller, deadline, trace_id));
        found_out.await.unwrap_or(KeyTrial::Unknown)
    }

    /// A verdict on a key that was just made. What is known of it says nothing yet, and WIV may
    /// answer otherwise a moment later.
    pub(super) async fn verdict_on_new_key(
        &self,
        key: &ApiKey,
        trace_id: u128,
        deadline: Instant,
    ) -> KeyTrial {
        let caller = self.callers.caller(key.clone());
        let answer = self.wiv.send(&caller, &self.request, trace_id, deadline).await;
        let trial = judge(&answer);
        match &answer {
            Ok(answer) if trial == KeyTrial::Unknown => {
                let status = answer.status.as_u16();
                tracing::warn!(upstream.status = status, "a new key got no verdict");
            }
            Ok(_) => {}
            Err(failure) => {
                tracing::warn!(error = %Causes(failure), "a new key could not be tried");
            }
        }
        trial
    }

    fn known(&self, caller: &Caller) -> Option<KeyTrial> {
        match self.verdicts().fresh(caller.fingerprint) {
            Some(wiv::Verdict::Good) => Some(KeyTrial::Good),
            Some(wiv::Verdict::Refused) => Some(KeyTrial::Refused),
            None => self.untold.get(&caller.fingerprint).map(|()| KeyTrial::Unknown),
        }
    }

    /// Tries the key, one request at a time per key.
    async fn find_out(&self, caller: &Caller, deadline: Instant, trace_id: u128) -> KeyTrial {
        let Ok(_turn) = self.turns.permit(caller.fingerprint, deadline).await else {
            return KeyTrial::Unknown;
        };
        if let Some(known) = self.known(caller) {
            return known;
        }
        let answer = self.wiv.look(caller, &self.request, trace_id, deadline).await;
        let trial = judge(&answer);
        if let KeyTrial::Untried(_) = trial {
            return self.known(caller).unwrap_or(trial);
        }
        if !matches!(trial, KeyTrial::Unknown | KeyTrial::Limited) {
            return trial;
        }
        match &answer {
            Ok(answer) => tracing::warn!(
                upstream.status = answer.status.as_u16(),
                "the key check got no verdict; the client was let in"
            ),
            Err(failure) => tracing::warn!(
                error = %Causes(failure),
                "the key check could not ask the WIV API; the client was let in"
            ),
        }
        self.untold.set(caller.fingerprint, (), UNTOLD_FOR);
        trial
    }
}

/// What an answer says about the key it was asked with.
fn judge(answer: &Result<wiv::Answer, Failure>) -> KeyTrial {
    match answer {
        Ok(answer) if answer.status.is_success() => KeyTrial::Good,
        Ok(answer) => match answer.status {
            StatusCode::UNAUTHORIZED => KeyTrial::Refused,
            // A gateway's refusal says nothing about the key.
            StatusCode::FORBIDDEN if answer::is_in_wivs_form(&answer.body) => KeyTrial::Limited,
            _ => KeyTrial::Unknown,
        },
        Err(Failure::TooManyTries(busy)) => KeyTrial::Untried(*busy),
        Err(_) => KeyTrial::Unknown,
    }
}
