//! Is this key good? Tried once when a client connects, with a documented read.
//!
//! So that a mistyped key is a 401 at connect time and not an error in every call. Trouble
//! upstream lets the client in, as a stranger: the check helps people, it guards nothing.

use std::sync::Arc;

use http::StatusCode;
use tokio::time::{Duration, Instant, timeout_at};

use crate::{
    caller::{Caller, Fingerprint},
    catalog::{Catalog, UpstreamRequest},
    limits::{Busy, Expiring, Keyed},
    telemetry::Causes,
    wiv::{self, Failure, Verdict},
};

/// How long it counts that nobody could tell.
const UNTOLD_FOR: Duration = Duration::from_secs(5);

/// Keys of which nobody could tell, at one time. Above it, they are tried each time.
const MAX_UNTOLD: usize = 10_000;

/// Clients of one key that may wait for its verdict: all that come back after a deploy.
const MAX_WAITING: usize = 4096;

/// Longest wait for a verdict: some clients give up a connect after ten seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was found out about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// The key is good.
    Customer,
    /// Nobody could tell; the client is let in, and stays a stranger.
    Stranger,
}

/// Why a client isn't let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAdmitted {
    /// WIV refused every credential of the request.
    Refused,
    /// Too many keys that nobody knows are being tried.
    TooManyTries(Busy),
}

/// The connect-time check.
pub struct Admission {
    wiv: Arc<wiv::Client>,
    request: UpstreamRequest,
    untold: Expiring<Fingerprint, ()>,
    /// One request at a time tries a key.
    trying: Arc<Keyed<Fingerprint>>,
}

impl Admission {
    /// The check with the operation that the catalogue marks for it.
    pub fn new(wiv: Arc<wiv::Client>, catalog: &Catalog) -> Self {
        Self {
            wiv,
            request: catalog.key_check(),
            untold: Expiring::new(MAX_UNTOLD),
            trying: Keyed::new(1, MAX_WAITING),
        }
    }

    /// Which customer a caller is, by what is known already. Of two credentials one is enough: it
    /// is the one that will be used.
    pub fn customer(&self, caller: &Caller) -> Option<Fingerprint> {
        if self.wiv.verdicts().knows(caller) {
            return Some(caller.fingerprint);
        }
        caller.spare.as_ref().and_then(|spare| self.customer(spare))
    }

    /// Whether a credential of the caller was good a moment ago.
    pub fn is_fresh(&self, caller: &Caller) -> bool {
        self.wiv.verdicts().fresh(caller.fingerprint) == Some(Verdict::Good)
            || caller.spare.as_ref().is_some_and(|spare| self.is_fresh(spare))
    }

    /// A caller at work keeps a good verdict fresh.
    pub fn renew(&self, fingerprint: Fingerprint) {
        self.wiv.verdicts().renew(fingerprint);
    }

    /// Tries the caller's key, unless a verdict is fresh.
    ///
    /// # Errors
    /// When WIV refuses every credential of the request, or too many others are being tried.
    pub async fn admit(&self, caller: &Caller, trace_id: u128) -> Result<Admitted, NotAdmitted> {
        let admitted = self.admit_one(caller, trace_id).await;
        match &caller.spare {
            Some(spare) if admitted.is_err() => self.admit_one(spare, trace_id).await,
            _ => admitted,
        }
    }

    async fn admit_one(&self, caller: &Caller, trace_id: u128) -> Result<Admitted, NotAdmitted> {
        if let Some(known) = self.known(caller) {
            return known;
        }
        // Waiting for another try of the same key counts: a client gives up at some point.
        let deadline = Instant::now() + PATIENCE;
        let trying = timeout_at(deadline, self.find_out(caller, deadline, trace_id));
        trying.await.unwrap_or(Ok(Admitted::Stranger))
    }

    fn known(&self, caller: &Caller) -> Option<Result<Admitted, NotAdmitted>> {
        match self.wiv.verdicts().fresh(caller.fingerprint) {
            Some(Verdict::Good) => Some(Ok(Admitted::Customer)),
            Some(Verdict::Refused) => Some(Err(NotAdmitted::Refused)),
            None => self.untold.get(&caller.fingerprint).map(|()| Ok(Admitted::Stranger)),
        }
    }

    /// Tries the key, one request at a time per key.
    async fn find_out(
        &self,
        caller: &Caller,
        deadline: Instant,
        trace_id: u128,
    ) -> Result<Admitted, NotAdmitted> {
        let Ok(_turn) = self.trying.permit(caller.fingerprint, deadline).await else {
            return Ok(Admitted::Stranger);
        };
        if let Some(known) = self.known(caller) {
            return known;
        }
        match &self.wiv.look(caller, &self.request, trace_id, deadline).await {
            Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => {
                return Err(NotAdmitted::Refused);
            }
            Ok(answer) if answer.status.is_success() => return Ok(Admitted::Customer),
            Err(Failure::TooManyTries(busy)) => {
                return self.known(caller).unwrap_or(Err(NotAdmitted::TooManyTries(*busy)));
            }
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
        Ok(Admitted::Stranger)
    }
}
