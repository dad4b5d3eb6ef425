//! A number of permits for each of many keys.
//!
//! A key is known only while one of its permits is held or waited for.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use super::Busy;

/// What a key that waited in vain is told, in seconds.
const RETRY_AFTER_SECONDS: u64 = 5;

/// So many permits for each key.
pub struct Keyed<K: Hash + Eq + Clone> {
    permits: usize,
    waiting: usize,
    /// Never held across an await.
    keys: Mutex<HashMap<K, PerKey>>,
}

struct PerKey {
    permits: Arc<Semaphore>,
    /// Permits that are held or waited for.
    users: usize,
}

/// One of a key's permits; given back when dropped.
pub struct Permit<K: Hash + Eq + Clone> {
    _permit: OwnedSemaphorePermit,
    _seat: Seat<K>,
}

/// Counts one user of a key's entry and removes the entry with the last.
struct Seat<K: Hash + Eq + Clone> {
    keyed: Arc<Keyed<K>>,
    key: K,
}

impl<K: Hash + Eq + Clone> Keyed<K> {
    /// `permits` for each key, and as many as `waiting` that wait for one.
    pub fn new(permits: usize, waiting: usize) -> Arc<Self> {
        Arc::new(Self { permits, waiting, keys: Mutex::new(HashMap::new()) })
    }

    /// Waits for one of the key's permits until the deadline.
    ///
    /// # Errors
    /// When there was none in that time, or too many wait already.
    pub async fn permit(self: &Arc<Self>, key: K, deadline: Instant) -> Result<Permit<K>, Busy> {
        let busy = Busy { retry_after_seconds: RETRY_AFTER_SECONDS };
        let (permits, seat) = self.sit(key).ok_or(busy)?;
        // The common case first: it needs no timer.
        let permit = match Arc::clone(&permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => timeout_at(deadline, permits.acquire_owned())
                .await
                .map_err(|_| busy)?
                .expect("the semaphores are never closed"),
        };
        Ok(Permit { _permit: permit, _seat: seat })
    }

    fn sit(self: &Arc<Self>, key: K) -> Option<(Arc<Semaphore>, Seat<K>)> {
        let mut keys = self.keys();
        let entry = keys.entry(key.clone()).or_insert_with(|| PerKey {
            permits: Arc::new(Semaphore::new(self.permits)),
            users: 0,
        });
        if entry.users >= self.permits + self.waiting {
            return None;
        }
        entry.users += 1;
        Some((Arc::clone(&entry.permits), Seat { keyed: Arc::clone(self), key }))
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<K, PerKey>> {
        self.keys.lock().expect("no code panics while it holds this lock")
    }
}

impl<K: Hash + Eq + Clone> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut keys = self.keyed.keys();
        if let Some(entry) = keys.get_mut(&self.key) {
            entry.users -= 1;
            if entry.users == 0 {
                keys.remove(&self.key);
            }
        }
    }
}
