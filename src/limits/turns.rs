//! Whose turn it is to run something, for a key and in total.
//!
//! The last quarter of the total is for keys that have nothing running: whoever is stuck with
//! all of its own turns takes nobody else's first.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use super::{
    Busy,
    keyed::{Keyed, Permit},
};

/// Longest wait for a turn. Longer, and a client's own timeout would end the call before our
/// words reach it.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Calls of one key that may wait for a turn: a burst of a busy assistant passes, a loop that
/// never waits for answers doesn't pile up.
const MAX_WAITING_PER_KEY: usize = 512;

/// Turns by key.
pub struct Turns<K: Hash + Eq + Clone> {
    of_keys: Arc<Keyed<K>>,
    /// Three quarters of the total, for everybody.
    common: Arc<Semaphore>,
    /// The last quarter, for a key's first.
    reserve: Arc<Semaphore>,
    /// What each key has running or next. Never held across an await.
    running: Mutex<HashMap<K, usize>>,
}

/// The right to run one thing; given back when dropped.
pub struct Turn<K: Hash + Eq + Clone> {
    _of_total: OwnedSemaphorePermit,
    _counted: Counted<K>,
    _of_key: Permit<K>,
}

struct Counted<K: Hash + Eq + Clone> {
    turns: Arc<Turns<K>>,
    key: K,
}

impl<K: Hash + Eq + Clone> Turns<K> {
    /// `per_key` turns for one key, `total` for all.
    pub fn new(per_key: usize, total: usize) -> Arc<Self> {
        let reserve = total / 4;
        Arc::new(Self {
            of_keys: Keyed::new(per_key, MAX_WAITING_PER_KEY),
            common: Arc::new(Semaphore::new(total - reserve)),
            reserve: Arc::new(Semaphore::new(reserve)),
            running: Mutex::new(HashMap::new()),
        })
    }

    /// Waits for a turn, ten seconds and the deadline at most.
    ///
    /// # Errors
    /// When there was none in that time, or too many wait already.
    pub async fn turn(self: &Arc<Self>, key: K, deadline: Instant) -> Result<Turn<K>, Busy> {
        let deadline = deadline.min(Instant::now() + MAX_WAIT);
        let of_key = self.of_keys.permit(key.clone(), deadline).await?;
        let (counted, is_first) = self.count(key);
        let of_total = match Arc::clone(&self.common).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.wait(is_first, deadline).await?,
        };
        Ok(Turn { _of_total: of_total, _counted: counted, _of_key: of_key })
    }

    async fn wait(&self, is_first: bool, deadline: Instant) -> Result<OwnedSemaphorePermit, Busy> {
        let common = Arc::clone(&self.common).acquire_owned();
        let waiting = async {
            if is_first {
                tokio::select! {
                    biased;
                    permit = Arc::clone(&self.reserve).acquire_owned() => permit,
                    permit = common => permit,
                }
            } else {
                common.await
            }
        };
        match timeout_at(deadline, waiting).await {
            Ok(permit) => Ok(permit.expect("the semaphores are never closed")),
            Err(_) => Err(Busy { retry_after_seconds: 5 }),
        }
    }

    fn count(self: &Arc<Self>, key: K) -> (Counted<K>, bool) {
        let mut running = self.running();
        let of_key = running.entry(key.clone()).or_default();
        *of_key += 1;
        (Counted { turns: Arc::clone(self), key }, *of_key == 1)
    }

    fn running(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.running.lock().expect("no code panics while it holds this lock")
    }
}

impl<K: Hash + Eq + Clone> Drop for Counted<K> {
    fn drop(&mut self) {
        let mut running = self.turns.running();
        if let Some(of_key) = running.get_mut(&self.key) {
            *of_key -= 1;
            if *of_key == 0 {
                running.remove(&self.key);
            }
        }
    }
}
