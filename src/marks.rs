//! Marks: small facts that expire, bounded in number and never secret.
//!
//! Losing one costs a repeated check, nothing more. Kept in memory.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard},
};

use tokio::time::{Duration, Instant};

/// A bounded set of facts of one kind.
pub struct Marks<K, V> {
    capacity: usize,
    /// Never held across an await.
    entries: Mutex<HashMap<K, (V, Instant)>>,
}

impl<K: Hash + Eq + Copy, V: Copy> Marks<K, V> {
    /// A set that never holds more than `capacity` facts.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, entries: Mutex::new(HashMap::new()) }
    }

    /// The fact, unless it expired.
    pub fn get(&self, key: K) -> Option<V> {
        let entries = self.entries();
        let (value, until) = entries.get(&key)?;
        (*until > Instant::now()).then_some(*value)
    }

    /// Remembers a fact for `life`. A full set first drops what expired, then, if that was not
    /// enough, the new fact itself: an attacker who fills it can't push others out.
    pub fn set(&self, key: K, value: V, life: Duration) {
        let now = Instant::now();
        let mut entries = self.entries();
        if entries.len() >= self.capacity && !entries.contains_key(&key) {
            entries.retain(|_, (_, until)| *until > now);
            if entries.len() >= self.capacity {
                return;
            }
        }
        entries.insert(key, (value, now + life));
    }

    /// Remembers a fact that may stand once; whether it was new. A full set says no: failing
    /// closed is what single use needs.
    pub fn set_once(&self, key: K, value: V, life: Duration) -> bool {
        let now = Instant::now();
        let mut entries = self.entries();
        if entries.get(&key).is_some_and(|(_, until)| *until > now) {
            return false;
        }
        if entries.len() >= self.capacity {
            entries.retain(|_, (_, until)| *until > now);
        }
        if entries.len() >= self.capacity {
            return false;
        }
        entries.insert(key, (value, now + life));
        true
    }

    /// Drops a fact before its time.
    pub fn forget(&self, key: K) {
        self.entries().remove(&key);
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<K, (V, Instant)>> {
        self.entries.lock().expect("no code panics while it holds this lock")
    }
}

#[cfg(test)]
mod tests;
