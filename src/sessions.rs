//! Which stream is open where, and how a message gets to it.
//!
//! Knows neither MCP nor HTTP: a session is whatever the transport registers. An id is sealed,
//! so that a forged one is refused without a look at what is open, and names its instance.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use aws_lc_rs::rand;
use tokio::sync::Notify;

use crate::{
    caller::{Fingerprint, ShownCredentials},
    seal::Sealer,
};

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
pub enum TooManyStreams {
    /// This key has as many streams as it may.
    #[error("this key has too many open streams")]
    Key,
    /// The instance has as many streams as it may.
    #[error("this server has too many open streams")]
    Server,
}

/// The half of a session that has its stream: it takes what was posted for it.
pub trait StreamOwner: Send + Sync + 'static {
    /// What was posted.
    type Message: Send;
    /// What became of it.
    type Receipt: Send;

    /// Takes a message of somebody who showed this. The caller is the stream's own: a message
    /// brings no key.
    fn take(
        self: Arc<Self>,
        shown: &ShownCredentials,
        message: Self::Message,
    ) -> impl Future<Output = Self::Receipt> + Send;

    /// Ends the session at the first moment with nothing in flight.
    fn retire(&self);

    /// Ends the session now.
    fn end(&self);
}

/// Why a message did not reach its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undelivered {
    /// It is open on another instance that shares our keys.
    Elsewhere,
    /// Forged, ended, or another caller's: nobody is told which.
    Unknown,
}

/// The sessions of this instance.
pub struct Sessions<S> {
    instance: String,
    ids: Sealer,
    limits: StreamLimits,
    /// Never held across an await.
    open: Mutex<OpenStreams<S>>,
    /// The last session ended.
    emptied: Notify,
}

struct OpenStreams<S> {
    sessions: HashMap<Arc<str>, (Fingerprint, Arc<S>)>,
    per_key: HashMap<Fingerprint, usize>,
    strangers: usize,
    /// The instance drains: what opens now retires at once.
    is_retiring: bool,
}

/// A place among the open streams; given back when dropped.
pub struct StreamPlace<S> {
    sessions: Arc<Sessions<S>>,
    counted: Fingerprint,
    id: Arc<str>,
    is_strangers: bool,
}

impl<S: StreamOwner> Sessions<S> {
    /// Nothing open yet. The instance gets a random name.
    pub fn new(ids: Sealer, limits: StreamLimits) -> Self {
        let open = OpenStreams {
            sessions: HashMap::new(),
            per_key: HashMap::new(),
            strangers: 0,
            is_retiring: false,
        };
        Self {
            instance: random_name(),
            ids,
            limits,
            open: Mutex::new(open),
            emptied: Notify::new(),
        }
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
    ) -> Result<StreamPlace<S>, TooManyStreams> {
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
            return Err(TooManyStreams::Server);
        }
        let of_key = open.per_key.entry(counted).or_default();
        if *of_key >= self.limits.streams_per_key {
            return Err(TooManyStreams::Key);
        }
        *of_key += 1;
        open.strangers += usize::from(is_strangers);
        if open.is_retiring {
            session.retire();
        }
        open.sessions.insert(Arc::clone(&id), (fingerprint, session));
        Ok(StreamPlace { sessions: Arc::clone(self), counted, id, is_strangers })
    }

    /// Takes a message to the session with this id, and waits until that has taken it.
    ///
    /// # Errors
    /// When there is no such session for somebody who showed this, or not here.
    pub async fn deliver(
        &self,
        id: &str,
        shown: &ShownCredentials,
        message: S::Message,
    ) -> Result<S::Receipt, Undelivered> {
        let session = self.find(id, shown.fingerprint())?;
        Ok(session.take(shown, message).await)
    }

    /// Whether a message for this id would reach a session: asked before the message is read.
    ///
    /// # Errors
    /// As [`deliver`](Self::deliver).
    pub fn reaches(&self, id: &str, shown: &ShownCredentials) -> Result<(), Undelivered> {
        self.find(id, shown.fingerprint()).map(|_| ())
    }

    fn find(&self, id: &str, fingerprint: Fingerprint) -> Result<Arc<S>, Undelivered> {
        if let Some((owner, session)) = self.lock().sessions.get(id) {
            let is_theirs = *owner == fingerprint;
            return is_theirs.then(|| Arc::clone(session)).ok_or(Undelivered::Unknown);
        }
        let payload = self.ids.open(id).map_err(|_| Undelivered::Unknown)?;
        let is_ours = payload.split(|byte| *byte == b'.').next() == Some(self.instance.as_bytes());
        Err(if is_ours { Undelivered::Unknown } else { Undelivered::Elsewhere })
    }

    /// Ends every session, also those that open from now on, as soon as nothing is in flight.
    pub fn retire(&self) {
        self.all(|open| open.is_retiring = true).iter().for_each(|session| session.retire());
    }

    /// Ends every session now.
    pub fn end(&self) {
        self.all(|open| open.is_retiring = true).iter().for_each(|session| session.end());
    }

    /// Waits until no session is open.
    pub async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.is_empty() {
                return;
            }
            emptied.await;
        }
    }

    /// The sessions at one moment: they are not called under the lock.
    fn all(&self, first: impl FnOnce(&mut OpenStreams<S>)) -> Vec<Arc<S>> {
        let mut open = self.lock();
        first(&mut open);
        open.sessions.values().map(|(_, session)| Arc::clone(session)).collect()
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
}

impl<S> Sessions<S> {
    fn lock(&self) -> MutexGuard<'_, OpenStreams<S>> {
        self.open.lock().expect("no code panics while it holds this lock")
    }
}

impl<S> StreamPlace<S> {
    /// The session's id, for its owner only.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl<S> Drop for StreamPlace<S> {
    fn drop(&mut self) {
        let mut open = self.sessions.lock();
        open.sessions.remove(&self.id);
        open.strangers -= usize::from(self.is_strangers);
        if let Some(of_key) = open.per_key.get_mut(&self.counted) {
            *of_key -= 1;
            if *of_key == 0 {
                open.per_key.remove(&self.counted);
            }
        }
        if open.sessions.is_empty() {
            self.sessions.emptied.notify_waiters();
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
