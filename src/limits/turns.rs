//! Whose turn it is to run something, for a key and in total.
//!
//! The last quarter of the total gives each key one at most: whoever is stuck with all of its own
//! turns takes nobody else's first.

use std::{hash::Hash, sync::Arc, time::Duration};

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
    /// Who takes a key's one place in the reserve.
    firsts: Arc<Keyed<K>>,
}

/// The right to run one thing; given back when dropped.
pub struct Turn<K: Hash + Eq + Clone> {
    _of_total: OwnedSemaphorePermit,
    _first: Option<Permit<K>>,
    _of_key: Permit<K>,
}

impl<K: Hash + Eq + Clone> Turns<K> {
    /// `per_key` turns for one key, `total` for all.
    pub fn new(per_key: usize, total: usize) -> Arc<Self> {
        let reserve = total / 4;
        Arc::new(Self {
            of_keys: Keyed::new(per_key, MAX_WAITING_PER_KEY),
            common: Arc::new(Semaphore::new(total - reserve)),
            reserve: Arc::new(Semaphore::new(reserve)),
            firsts: Keyed::new(1, per_key + MAX_WAITING_PER_KEY),
        })
    }

    /// Waits for a turn, ten seconds and the deadline at most.
    ///
    /// # Errors
    /// When there was none in that time, or too many wait already.
    pub async fn turn(self: &Arc<Self>, key: K, deadline: Instant) -> Result<Turn<K>, Busy> {
        let deadline = deadline.min(Instant::now() + MAX_WAIT);
        let of_key = self.of_keys.permit(key.clone(), deadline).await?;
        let (of_total, first) = match Arc::clone(&self.common).try_acquire_owned() {
            Ok(permit) => (permit, None),
            Err(_) => self.wait(key, deadline).await?,
        };
        Ok(Turn { _of_total: of_total, _first: first, _of_key: of_key })
    }

    async fn wait(
        &self,
        key: K,
        deadline: Instant,
    ) -> Result<(OwnedSemaphorePermit, Option<Permit<K>>), Busy> {
        let from_reserve = async {
            let Ok(first) = self.firsts.permit(key, deadline).await else {
                return std::future::pending().await;
            };
            let permit = Arc::clone(&self.reserve).acquire_owned().await;
            (permit, Some(first))
        };
        let common = Arc::clone(&self.common).acquire_owned();
        let waiting = async {
            tokio::select! {
                biased;
                permit = from_reserve => permit,
                permit = common => (permit, None),
            }
        };
        let waited = timeout_at(deadline, waiting).await;
        let (permit, first) = waited.map_err(|_| Busy { retry_after_seconds: 5 })?;
        Ok((permit.expect("the semaphores are never closed"), first))
    }
}
