//! Which instance holds a stream, and who may use it.
//!
//! Knows neither MCP nor HTTP: a session is whatever the transport registers. An id is sealed,
//! so that a forged one is refused without a look at what is open, and names its instance.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use aws_lc_rs::rand;

use crate::{caller::Fingerprint, seal::Sealer};

/// How many streams may be open.
#[derive(Debug, Clone, Copy)]
pub struct StreamLimits {
    /// In total.
    pub streams: usize,
    /// For one key.
    pub streams_per_key: usize,
}

impl StreamLimits {
    /// Of the total, for keys of which nobody could tell whether they are good.
    fn of_strangers(self) -> usize {
        (self.streams / 8).max(1)
    }
}

/// For whom a stream counts. Its owner may be another credential of the same request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payer {
    /// A key that is known to be good.
    Customer(Fingerprint),
    /// Nobody could tell.
    Stranger,
}

/// A stream can't be opened now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// This key has as many streams as it may.
    #[error("this key has too many open streams")]
    Key,
    /// The instance has as many streams as it may.
    #[error("this server has too many open streams")]
    Server,
}

/// Where a session is.
#[derive(Debug)]
pub enum Found<S> {
    /// Open here, by the same caller.
    Here(Arc<S>),
    /// Sealed by another instance that shares our keys.
    Elsewhere,
    /// Forged, ended, or another caller's: nobody is told which.
    Unknown,
}

/// The sessions of this instance.
pub struct Relay<S> {
    instance: String,
    ids: Sealer,
    limits: StreamLimits,
    /// Never held across an await.
    open: Mutex<Open<S>>,
}

struct Open<S> {
    sessions: HashMap<Arc<str>, (Fingerprint, Arc<S>)>,
    per_key: HashMap<Fingerprint, usize>,
    strangers: usize,
}

/// A place among the open streams; given back when dropped.
pub struct Place<S> {
    relay: Arc<Relay<S>>,
    counted: Fingerprint,
    id: Arc<str>,
    is_strangers: bool,
}

impl<S> Relay<S> {
    /// Nothing open yet. The instance gets a random name.
    pub fn new(ids: Sealer, limits: StreamLimits) -> Self {
        let open = Open { sessions: HashMap::new(), per_key: HashMap::new(), strangers: 0 };
        Self { instance: random_name(), ids, limits, open: Mutex::new(open) }
    }

    /// Registers a session for its caller; `payer` is who it counts for.
    ///
    /// # Errors
    /// When the caller or the instance has as many as it may.
    pub fn open(
        self: &Arc<Self>,
        fingerprint: Fingerprint,
        session: Arc<S>,
        payer: Payer,
    ) -> Result<Place<S>, Full> {
        let (counted, is_strangers) = match payer {
            Payer::Customer(customer) => (customer, false),
            Payer::Stranger => (fingerprint, true),
        };
        let id: Arc<str> =
            self.ids.seal(format!("{}.{}", self.instance, random_name()).as_bytes()).into();
        let mut open = self.lock();
        let is_full = open.sessions.len() >= self.limits.streams
            || (is_strangers && open.strangers >= self.limits.of_strangers());
        if is_full {
            return Err(Full::Server);
        }
        let of_key = open.per_key.entry(counted).or_default();
        if *of_key >= self.limits.streams_per_key {
            return Err(Full::Key);
        }
        *of_key += 1;
        open.strangers += usize::from(is_strangers);
        open.sessions.insert(Arc::clone(&id), (fingerprint, session));
        Ok(Place { relay: Arc::clone(self), counted, id, is_strangers })
    }

    /// Finds a session for a caller.
    pub fn find(&self, id: &str, fingerprint: Fingerprint) -> Found<S> {
        if let Some((owner, session)) = self.lock().sessions.get(id) {
            if *owner == fingerprint {
                return Found::Here(Arc::clone(session));
            }
            return Found::Unknown;
        }
        let Ok(payload) = self.ids.open(id) else { return Found::Unknown };
        if payload.split(|byte| *byte == b'.').next() == Some(self.instance.as_bytes()) {
            return Found::Unknown;
        }
        Found::Elsewhere
    }

    /// Whether the caller has a stream open.
    pub fn has(&self, fingerprint: Fingerprint) -> bool {
        self.lock().per_key.contains_key(&fingerprint)
    }

    /// The session with the largest measure, if any has one above zero.
    pub fn largest(&self, measure: impl Fn(&S) -> usize) -> Option<Arc<S>> {
        let open = self.lock();
        let measured = open.sessions.values().map(|(_, session)| (measure(session), session));
        let (_, session) = measured.filter(|(size, _)| *size > 0).max_by_key(|(size, _)| *size)?;
        Some(Arc::clone(session))
    }

    /// Streams open now.
    pub fn len(&self) -> usize {
        self.lock().sessions.len()
    }

    /// Whether no stream is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Open<S>> {
        self.open.lock().expect("no code panics while it holds this lock")
    }
}

impl<S> Place<S> {
    /// The session's id, for its owner only.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl<S> Drop for Place<S> {
    fn drop(&mut self) {
        let mut open = self.relay.lock();
        open.sessions.remove(&self.id);
        open.strangers -= usize::from(self.is_strangers);
        if let Some(of_key) = open.per_key.get_mut(&self.counted) {
            *of_key -= 1;
            if *of_key == 0 {
                open.per_key.remove(&self.counted);
            }
        }
        // Maps grow by doubling; a wave of streams must not keep its room for ever.
        if open.sessions.capacity() > 1024 && open.sessions.len() < open.sessions.capacity() / 4 {
            open.sessions.shrink_to_fit();
            open.per_key.shrink_to_fit();
        }
    }
}

/// 128 random bits as hexadecimal digits.
fn random_name() -> String {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).expect("the system gives random bytes");
    format!("{:032x}", u128::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests;
