//! The one bounded map of facts that expire, in this instance's memory.
//!
//! Not for what instances must share: `marks` is. Ordered by their ends, so that neither a full
//! map nor an expired fact is ever searched for.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    sync::{Mutex, MutexGuard},
};

use tokio::time::{Duration, Instant};

/// Facts of one kind, bounded in number.
pub struct Expiring<K, V> {
    capacity: usize,
    /// Never held across an await.
    entries: Mutex<Entries<K, V>>,
}

struct Entries<K, V> {
    facts: HashMap<K, Fact<V>>,
    /// Every fact's key by its end; numbers tell facts apart that end together.
    ends: BTreeMap<(Instant, u64), K>,
    next_number: u64,
}

struct Fact<V> {
    value: V,
    end: Instant,
    number: u64,
}

impl<K: Hash + Eq + Clone, V: Clone> Expiring<K, V> {
    /// A set that never holds more than `capacity` facts.
    pub fn new(capacity: usize) -> Self {
        let entries = Entries { facts: HashMap::new(), ends: BTreeMap::new(), next_number: 0 };
        Self { capacity, entries: Mutex::new(entries) }
    }

    /// The fact, unless it expired.
    pub fn get(&self, key: &K) -> Option<V> {
        self.entries().living(key, Instant::now()).cloned()
    }

    /// Remembers a fact for `life`; whether there was room. A full set keeps what it has: an
    /// attacker who fills it can't push others out.
    pub fn set(&self, key: K, value: V, life: Duration) -> bool {
        let now = Instant::now();
        let mut entries = self.entries();
        entries.forget(&key);
        let has_room = entries.has_room(self.capacity, now);
        if has_room {
            entries.insert(key, value, now + life);
        }
        has_room
    }

    /// Remembers a fact that may stand once; whether it was new. A full set says no: failing
    /// closed is what single use needs.
    pub fn set_once(&self, key: K, value: V, life: Duration) -> bool {
        let now = Instant::now();
        let mut entries = self.entries();
        if entries.living(&key, now).is_some() {
            return false;
        }
        entries.forget(&key);
        let has_room = entries.has_room(self.capacity, now);
        if has_room {
            entries.insert(key, value, now + life);
        }
        has_room
    }

    /// Drops a fact before its time.
    pub fn forget(&self, key: &K) {
        self.entries().forget(key);
    }

    fn entries(&self) -> MutexGuard<'_, Entries<K, V>> {
        self.entries.lock().expect("no code panics while it holds this lock")
    }
}

impl<K: Hash + Eq + Clone, V> Entries<K, V> {
    fn living(&self, key: &K, now: Instant) -> Option<&V> {
        self.facts.get(key).filter(|fact| fact.end > now).map(|fact| &fact.value)
    }

    fn forget(&mut self, key: &K) {
        if let Some(fact) = self.facts.remove(key) {
            self.ends.remove(&(fact.end, fact.number));
        }
    }

    /// Whether another fact fits. Expired ones go first; each was paid for when it came.
    fn has_room(&mut self, capacity: usize, now: Instant) -> bool {
        while let Some(first) = self.ends.first_entry()
            && first.key().0 <= now
        {
            let key = first.remove();
            self.facts.remove(&key);
        }
        self.facts.len() < capacity
    }

    fn insert(&mut self, key: K, value: V, end: Instant) {
        let number = self.next_number;
        self.next_number += 1;
        self.ends.insert((end, number), key.clone());
        self.facts.insert(key, Fact { value, end, number });
    }
}
