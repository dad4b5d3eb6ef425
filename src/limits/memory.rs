//! Bytes that may be held at one time, for each kind of use.
//!
//! A pool knows sizes, not contents. The last quarter of a pool takes small pieces only, and one
//! key's large pieces fill a quarter at most: a few large messages never keep small ones out.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::Busy;

/// Up to this size a piece is small, in bytes: almost every answer is, and what a message of a
/// kilobyte may need while it is read.
const SMALL_BYTES: usize = 256 * 1024;

/// Who may wait for room at one time. Each wakes up whenever something is given back.
const MAX_WAITING: usize = 256;

/// How many of them may be one key's.
const MAX_WAITING_OF_KEY: usize = 16;

/// The server's memory for what others send, divided by use. What waits for one use holds at
/// most what it got for another, so no two can wait for each other.
#[derive(Debug, Clone)]
pub struct Memory<K: Hash + Eq + Clone> {
    /// An eighth: everything of callers whose key nobody has found good yet.
    pub strangers: Arc<Pool<K>>,
    /// A quarter: messages of customers, as text and as what is built of them.
    pub requests: Arc<Pool<K>>,
    /// Three eighths: answers of the WIV API, until they are shaped.
    pub answers: Arc<Pool<K>>,
    /// A quarter: answers on their way to a client.
    pub queues: Arc<Pool<K>>,
}

impl<K: Hash + Eq + Clone> Memory<K> {
    /// Divides `bytes`.
    pub fn new(bytes: usize) -> Self {
        let pool = |eighths: usize| Pool::new(bytes / 8 * eighths);
        Self { strangers: pool(1), requests: pool(2), answers: pool(3), queues: pool(2) }
    }

    /// The least memory in which a request and an answer of these weights fit, in bytes.
    pub const fn least(request_bytes: usize, answer_bytes: usize) -> usize {
        // Large pieces have three quarters of a pool.
        let for_requests = request_bytes.div_ceil(3) * 16;
        let for_answers = answer_bytes.div_ceil(9) * 32;
        if for_requests > for_answers { for_requests } else { for_answers }
    }
}

/// Bytes for one use.
#[derive(Debug)]
pub struct Pool<K: Hash + Eq + Clone> {
    size: usize,
    used: AtomicUsize,
    /// What each key holds in large pieces. Never held across an await.
    of_keys: Mutex<HashMap<K, usize>>,
    freed: Notify,
    waiting: AtomicUsize,
    /// How many of each key wait. Never held across an await.
    waiting_of_keys: Mutex<HashMap<K, usize>>,
}

/// Bytes that are held; given back when dropped.
#[derive(Debug)]
pub struct Held<K: Hash + Eq + Clone> {
    pool: Arc<Pool<K>>,
    bytes: usize,
    /// Whose, for large pieces.
    key: K,
}

impl<K: Hash + Eq + Clone> Pool<K> {
    /// A pool of so many bytes.
    pub fn new(size: usize) -> Arc<Self> {
        Arc::new(Self {
            size,
            used: AtomicUsize::new(0),
            of_keys: Mutex::new(HashMap::new()),
            freed: Notify::new(),
            waiting: AtomicUsize::new(0),
            waiting_of_keys: Mutex::new(HashMap::new()),
        })
    }

    /// Bytes held now.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::SeqCst)
    }

    /// Nothing yet, for a key; it may grow.
    pub fn nothing(self: &Arc<Self>, key: K) -> Held<K> {
        Held { pool: Arc::clone(self), bytes: 0, key }
    }

    /// Takes bytes if there is room now.
    ///
    /// # Errors
    /// When there is none.
    pub fn try_take(self: &Arc<Self>, key: K, bytes: usize) -> Result<Held<K>, Busy> {
        let mut held = self.nothing(key);
        held.try_grow(bytes)?;
        Ok(held)
    }

    /// Waits for room until the deadline.
    ///
    /// # Errors
    /// When there was none in that time, or too many wait already.
    pub async fn take(
        self: &Arc<Self>,
        key: K,
        bytes: usize,
        deadline: Instant,
    ) -> Result<Held<K>, Busy> {
        let mut held = self.nothing(key);
        held.grow(bytes, deadline).await?;
        Ok(held)
    }

    /// Adds to what is used, if it stays below `most`.
    fn reserve(&self, bytes: usize, most: usize) -> bool {
        let more = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= most);
        self.used.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).is_ok()
    }

    /// Large pieces may fill three quarters of the pool, and a key's own a quarter of it; one
    /// piece is let in whatever its key's share.
    fn reserve_large(&self, key: &K, has: usize, bytes: usize) -> bool {
        let mut of_keys = self.of_keys();
        let of_key = of_keys.get(key).copied().unwrap_or(0);
        // What this piece holds already counts from now on.
        let counted = if has > SMALL_BYTES { 0 } else { has };
        let is_only = of_key + counted == has;
        let fits = is_only || of_key + counted + bytes <= self.size / 4;
        if !fits || !self.reserve(bytes, self.size / 4 * 3) {
            return false;
        }
        of_keys.insert(key.clone(), of_key + counted + bytes);
        true
    }

    /// A key's piece shrinks to so many bytes.
    fn give_back(&self, key: &K, from: usize, to: usize) {
        let large = |bytes: usize| if bytes > SMALL_BYTES { bytes } else { 0 };
        if large(from) > 0 {
            let mut of_keys = self.of_keys();
            if let Some(of_key) = of_keys.get_mut(key) {
                *of_key -= large(from) - large(to);
                if *of_key == 0 {
                    of_keys.remove(key);
                }
            }
        }
        self.used.fetch_sub(from - to, Ordering::SeqCst);
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.freed.notify_waiters();
        }
    }

    /// Whether large pieces have no room, whoever asks.
    pub fn is_full(&self) -> bool {
        self.used() + SMALL_BYTES > self.size / 4 * 3
    }

    fn waiting_of_keys(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.waiting_of_keys.lock().expect("no code panics while it holds this lock")
    }

    fn of_keys(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.of_keys.lock().expect("no code panics while it holds this lock")
    }
}

impl<K: Hash + Eq + Clone> Held<K> {
    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes more, if there is room now.
    ///
    /// # Errors
    /// When there is none.
    pub fn try_grow(&mut self, bytes: usize) -> Result<(), Busy> {
        let sum = self.bytes.saturating_add(bytes);
        let is_granted = if sum <= SMALL_BYTES {
            self.pool.reserve(bytes, self.pool.size)
        } else {
            self.pool.reserve_large(&self.key, self.bytes, bytes)
        };
        if !is_granted {
            return Err(Busy { retry_after_seconds: 1 });
        }
        self.bytes = sum;
        Ok(())
    }

    /// Waits until there is room for more.
    ///
    /// # Errors
    /// When there was none until the deadline, or too many wait already.
    pub async fn grow(&mut self, bytes: usize, deadline: Instant) -> Result<(), Busy> {
        if bytes == 0 || self.try_grow(bytes).is_ok() {
            return Ok(());
        }
        let pool = Arc::clone(&self.pool);
        let waiting = Waiting::new(&pool, self.key.clone())?;
        let result = timeout_at(deadline, async {
            loop {
                let freed = pool.freed.notified();
                if self.try_grow(bytes).is_ok() {
                    return;
                }
                freed.await;
            }
        })
        .await;
        drop(waiting);
        result.map_err(|_| Busy { retry_after_seconds: RETRY_AFTER.as_secs() })
    }

    /// Gives back all but so many bytes.
    pub fn shrink_to(&mut self, bytes: usize) {
        if bytes < self.bytes {
            self.pool.give_back(&self.key, self.bytes, bytes);
            self.bytes = bytes;
        }
    }
}

impl<K: Hash + Eq + Clone> Drop for Held<K> {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

/// What those are told for whom there was no room in time.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Counts one who waits for room.
struct Waiting<'p, K: Hash + Eq + Clone> {
    pool: &'p Pool<K>,
    key: K,
}

impl<'p, K: Hash + Eq + Clone> Waiting<'p, K> {
    fn new(pool: &'p Pool<K>, key: K) -> Result<Self, Busy> {
        let mut of_keys = pool.waiting_of_keys();
        let of_key = of_keys.get(&key).copied().unwrap_or(0);
        let all = pool.waiting.load(Ordering::SeqCst);
        if of_key >= MAX_WAITING_OF_KEY || all >= MAX_WAITING {
            return Err(Busy { retry_after_seconds: RETRY_AFTER.as_secs() });
        }
        of_keys.insert(key.clone(), of_key + 1);
        pool.waiting.fetch_add(1, Ordering::SeqCst);
        Ok(Self { pool, key })
    }
}

impl<K: Hash + Eq + Clone> Drop for Waiting<'_, K> {
    fn drop(&mut self) {
        let mut of_keys = self.pool.waiting_of_keys();
        self.pool.waiting.fetch_sub(1, Ordering::SeqCst);
        if let Some(of_key) = of_keys.get_mut(&self.key) {
            *of_key -= 1;
            if *of_key == 0 {
                of_keys.remove(&self.key);
            }
        }
    }
}
