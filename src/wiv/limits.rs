//! How many calls may run at once, for one key and in total.
//!
//! Keys are known by their fingerprint only, and only while one of their calls runs or waits.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use crate::caller::Fingerprint;

/// Longest wait for a turn. Longer, and a client's own timeout would end the call before our
/// words reach it.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Calls of one key that may wait for a turn: a burst of a busy assistant passes, a loop that
/// never waits for answers doesn't fill the memory.
const MAX_WAITING_PER_KEY: usize = 512;

/// Too many calls at once; try again after the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many calls at once")]
pub struct Busy {
    /// When a turn is likely, in seconds.
    pub retry_after_seconds: u64,
}

struct PerKey {
    turns: Arc<Semaphore>,
    /// Calls that run or wait.
    users: usize,
}

pub(super) struct Limits {
    calls_per_key: usize,
    total: Arc<Semaphore>,
    /// Never held across an await.
    keys: Mutex<HashMap<Fingerprint, PerKey>>,
}

/// The right to run one call; given back when dropped.
pub(super) struct Turn<'l> {
    _of_key: OwnedSemaphorePermit,
    _of_total: OwnedSemaphorePermit,
    _seat: Seat<'l>,
}

/// Counts one user of a key's entry and removes the entry with the last.
struct Seat<'l> {
    limits: &'l Limits,
    fingerprint: Fingerprint,
}

impl Limits {
    pub(super) fn new(calls_per_key: usize, calls: usize) -> Self {
        Self {
            calls_per_key,
            total: Arc::new(Semaphore::new(calls)),
            keys: Mutex::new(HashMap::new()),
        }
    }

    /// Waits for a turn, at most until the deadline.
    pub(super) async fn turn(
        &self,
        fingerprint: Fingerprint,
        deadline: Instant,
    ) -> Result<Turn<'_>, Busy> {
        let (turns, seat) = self.sit(fingerprint)?;
        let deadline = deadline.min(Instant::now() + MAX_WAIT);
        let of_key = acquire(turns, deadline).await?;
        let of_total = acquire(Arc::clone(&self.total), deadline).await?;
        Ok(Turn { _of_key: of_key, _of_total: of_total, _seat: seat })
    }

    fn sit(&self, fingerprint: Fingerprint) -> Result<(Arc<Semaphore>, Seat<'_>), Busy> {
        let mut keys = self.keys();
        let entry = keys.entry(fingerprint).or_insert_with(|| PerKey {
            turns: Arc::new(Semaphore::new(self.calls_per_key)),
            users: 0,
        });
        if entry.users >= self.calls_per_key + MAX_WAITING_PER_KEY {
            return Err(Busy { retry_after_seconds: MAX_WAIT.as_secs() });
        }
        entry.users += 1;
        Ok((Arc::clone(&entry.turns), Seat { limits: self, fingerprint }))
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<Fingerprint, PerKey>> {
        self.keys.lock().expect("no code panics while it holds this lock")
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut keys = self.limits.keys();
        if let Some(entry) = keys.get_mut(&self.fingerprint) {
            entry.users -= 1;
            if entry.users == 0 {
                keys.remove(&self.fingerprint);
            }
        }
    }
}

async fn acquire(
    semaphore: Arc<Semaphore>,
    deadline: Instant,
) -> Result<OwnedSemaphorePermit, Busy> {
    // The common case first: it needs no timer.
    if let Ok(permit) = Arc::clone(&semaphore).try_acquire_owned() {
        return Ok(permit);
    }
    match timeout_at(deadline, semaphore.acquire_owned()).await {
        Ok(permit) => Ok(permit.expect("the semaphores are never closed")),
        Err(_) => Err(Busy { retry_after_seconds: 5 }),
    }
}
