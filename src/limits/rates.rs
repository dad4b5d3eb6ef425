//! How often something may happen, for each of many keys.
//!
//! Not for what runs at one time: permits bound that. One instant is kept for a key, and only
//! as long as it matters (the generic cell rate algorithm).

use std::hash::Hash;

use tokio::time::{Duration, Instant};

use super::Expiring;

/// A rate for each key, with some at once.
pub struct Rates<K> {
    /// Time that one happening uses up.
    pause: Duration,
    /// Time that may be used up in advance.
    ahead: Duration,
    /// When what a key used up will be over.
    used_up_until: Expiring<K, Instant>,
}

impl<K: Hash + Eq + Clone> Rates<K> {
    /// One happening a `pause`, `at_once` of them in a row after silence, for at most `capacity`
    /// keys at one time. What comes above that is refused.
    pub fn new(pause: Duration, at_once: u32, capacity: usize) -> Self {
        Self { pause, ahead: pause * at_once.max(1), used_up_until: Expiring::new(capacity) }
    }

    /// Counts one happening.
    ///
    /// # Errors
    /// When it comes too soon: how long to wait. It is not counted then, so that waiting helps.
    pub fn take(&self, key: K) -> Result<(), Duration> {
        let now = Instant::now();
        // Read and written apart: two in the same instant may both pass.
        let until = self.used_up_until.get(&key).map_or(now, |until| until.max(now)) + self.pause;
        let ahead = until.duration_since(now);
        if ahead > self.ahead {
            return Err(ahead - self.ahead);
        }
        if self.used_up_until.set(key, until, ahead) { Ok(()) } else { Err(self.pause) }
    }

    /// Takes one happening out of the count: it turned out to be none of those that count.
    pub fn give_back(&self, key: K) {
        let now = Instant::now();
        let Some(until) = self.used_up_until.get(&key) else { return };
        match until.checked_sub(self.pause).filter(|until| *until > now) {
            Some(until) => _ = self.used_up_until.set(key, until, until - now),
            None => self.used_up_until.forget(&key),
        }
    }
}
