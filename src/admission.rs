//! Is this key good? Tried once when a client connects, with a documented read.
//!
//! So that a mistyped key is a 401 at connect time and not an error in every call. Keeps
//! verdicts for a short while under a keyed hash, never the key. Trouble upstream lets the
//! client in: the check helps people, it guards nothing.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use http::StatusCode;
use tokio::time::{Duration, Instant, timeout_at};

use crate::{
    caller::{Caller, Fingerprint},
    catalog::{Catalog, UpstreamRequest},
    marks::Marks,
    telemetry::Causes,
    wiv,
};

/// How long a good verdict counts. Clients connect in bursts; a revoked key is found by the
/// next call anyway.
const GOOD_FOR: Duration = Duration::from_secs(60);

/// How long a refusal, or no verdict, counts: a person corrects the key and tries again at once.
const REFUSED_FOR: Duration = Duration::from_secs(5);

/// Verdicts kept. Above it, keys are tried each time.
const MAX_VERDICTS: usize = 20_000;

/// Refused attempts a second for the whole instance, where addresses can't be believed: far
/// above what mistyped keys cause, far below what guessing needs.
const REFUSALS_PER_SECOND: f64 = 50.0;

/// The same for one address: an office behind one address mistypes less than that.
const REFUSALS_PER_SECOND_AND_ADDRESS: f64 = 5.0;

/// How long refusals that came all at once keep new attempts out, at most.
const MAX_DEBT_SECONDS: f64 = 10.0;

/// Keys tried at one time.
const MAX_TRIES: usize = 256;

/// Addresses whose attempts are counted. Full buckets are forgotten first; more attackers than
/// that share one bucket.
const MAX_ADDRESSES: usize = 10_000;

/// What was found out about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The key works, or nobody could tell.
    Admitted,
    /// WIV refused the key.
    Refused,
    /// Too many refused attempts; not tried.
    TooManyAttempts,
}

/// Longest wait for a verdict: some clients give up a connect after ten seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The connect-time check.
pub struct Admission {
    wiv: Arc<wiv::Client>,
    request: UpstreamRequest,
    verdicts: Marks<Fingerprint, Verdict>,
    /// Keys being tried, so that one key is tried by one request at a time. An entry lives as
    /// long as somebody tries or waits.
    trying: Mutex<HashMap<Fingerprint, Arc<tokio::sync::Mutex<()>>>>,
    tries: tokio::sync::Semaphore,
    refusals: Mutex<HashMap<Option<IpAddr>, Bucket>>,
}

impl Admission {
    /// The check with the operation that the catalogue marks for it.
    pub fn new(wiv: Arc<wiv::Client>, catalog: &Catalog) -> Self {
        Self {
            wiv,
            request: catalog.key_check(),
            verdicts: Marks::new(MAX_VERDICTS),
            trying: Mutex::new(HashMap::new()),
            tries: tokio::sync::Semaphore::new(MAX_TRIES),
            refusals: Mutex::new(HashMap::new()),
        }
    }

    /// Tries the caller's key, unless a verdict is fresh. `address` is the client's, where it can
    /// be believed.
    pub async fn admit(&self, caller: &Caller, address: Option<IpAddr>, trace_id: u128) -> Verdict {
        let verdict = self.admit_one(caller, address, trace_id).await;
        match &caller.spare {
            Some(spare) if verdict == Verdict::Refused => {
                self.admit_one(spare, address, trace_id).await
            }
            _ => verdict,
        }
    }

    async fn admit_one(&self, caller: &Caller, address: Option<IpAddr>, trace_id: u128) -> Verdict {
        if let Some(verdict) = self.verdicts.get(&caller.fingerprint) {
            return self.count(verdict, address);
        }
        if self.bucket(address, |bucket| bucket.is_empty()) {
            return Verdict::TooManyAttempts;
        }
        // Waiting for another try of the same key counts: a client gives up at some point.
        let deadline = Instant::now() + PATIENCE;
        let trying = timeout_at(deadline, self.find_out(caller, deadline, trace_id));
        let verdict = trying.await.unwrap_or(Verdict::Admitted);
        self.count(verdict, address)
    }

    /// Tries the key, one request at a time per key and few in all.
    async fn find_out(&self, caller: &Caller, deadline: Instant, trace_id: u128) -> Verdict {
        let turn = self.turn(caller.fingerprint);
        let _turn = turn.lock().await;
        if let Some(verdict) = self.verdicts.get(&caller.fingerprint) {
            return verdict;
        }
        let _place = self.tries.acquire().await;
        let answer = self.wiv.send(caller, &self.request, trace_id, deadline).await;
        let (verdict, life) = match &answer {
            Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => {
                (Verdict::Refused, REFUSED_FOR)
            }
            Ok(answer) if answer.status.is_success() => (Verdict::Admitted, GOOD_FOR),
            Ok(answer) => {
                tracing::warn!(
                    upstream.status = answer.status.as_u16(),
                    "the key check got no verdict; the client was let in"
                );
                (Verdict::Admitted, REFUSED_FOR)
            }
            Err(failure) => {
                tracing::warn!(
                    error = %Causes(failure),
                    "the key check could not ask the WIV API; the client was let in"
                );
                (Verdict::Admitted, REFUSED_FOR)
            }
        };
        self.verdicts.set(caller.fingerprint, verdict, life);
        verdict
    }

    /// Counts refusals; the ones above the rate say so.
    fn count(&self, verdict: Verdict, address: Option<IpAddr>) -> Verdict {
        if verdict == Verdict::Refused && !self.bucket(address, Bucket::take) {
            return Verdict::TooManyAttempts;
        }
        verdict
    }

    fn turn(&self, fingerprint: Fingerprint) -> Arc<tokio::sync::Mutex<()>> {
        let mut trying = self.trying.lock().expect("no code panics while it holds this lock");
        trying.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(trying.entry(fingerprint).or_default())
    }

    fn bucket<T>(&self, address: Option<IpAddr>, use_it: impl FnOnce(&mut Bucket) -> T) -> T {
        let mut buckets = self.refusals.lock().expect("no code panics while it holds this lock");
        if buckets.len() >= MAX_ADDRESSES && !buckets.contains_key(&address) {
            buckets.retain(|_, bucket| !bucket.is_full());
        }
        let known = buckets.contains_key(&address);
        let address = address.filter(|_| known || buckets.len() < MAX_ADDRESSES);
        use_it(buckets.entry(address).or_insert_with(|| Bucket::full(address)))
    }
}

/// A token bucket of one second's worth.
struct Bucket {
    tokens: f64,
    per_second: f64,
    filled: Instant,
}

impl Bucket {
    fn full(address: Option<IpAddr>) -> Self {
        let per_second = match address {
            Some(_) => REFUSALS_PER_SECOND_AND_ADDRESS,
            None => REFUSALS_PER_SECOND,
        };
        Self { tokens: per_second, per_second, filled: Instant::now() }
    }

    fn fill(&mut self) {
        let now = Instant::now();
        let grown = now.duration_since(self.filled).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + grown).min(self.per_second);
        self.filled = now;
    }

    fn is_full(&mut self) -> bool {
        self.fill();
        self.tokens >= self.per_second
    }

    fn is_empty(&mut self) -> bool {
        self.fill();
        self.tokens < 1.0
    }

    /// Takes a token, on credit when there is none: attempts that ran side by side are paid for
    /// afterwards, so that the rate holds over time. Whether there was one.
    fn take(&mut self) -> bool {
        let had_one = !self.is_empty();
        self.tokens = (self.tokens - 1.0).max(-MAX_DEBT_SECONDS * self.per_second);
        had_one
    }
}
