//! Events on their way to a stream's reader, counted until its socket took them.
//!
//! Knows neither calls nor messages.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Waker,
};

use bytes::Bytes;
use tokio::time::{Duration, Instant};

use crate::{caller::Fingerprint, limits::Held, mcp::RequestId};

/// What an event costs beside its bytes.
pub(super) const EVENT_BYTES: usize = 256;

/// Bytes of a stream that its reader has not taken yet.
#[derive(Debug, Default)]
pub(super) struct Unsent(AtomicUsize);

impl Unsent {
    pub(super) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// One event with the memory that it takes.
struct Counted {
    event: Bytes,
    unsent: Arc<Unsent>,
    size: usize,
    _held: Option<Held<Fingerprint>>,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.event
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.unsent.0.fetch_sub(self.size, Ordering::Relaxed);
    }
}

/// An event that counts as unsent from now on. A few bytes of our own need no memory.
pub(super) fn counted(
    event: Bytes,
    held: Option<Held<Fingerprint>>,
    unsent: &Arc<Unsent>,
) -> Bytes {
    let size = event.len() + EVENT_BYTES;
    unsent.0.fetch_add(size, Ordering::Relaxed);
    Bytes::from_owner(Counted { event, unsent: Arc::clone(unsent), size, _held: held })
}

/// What waits for the stream to be polled.
#[derive(Debug, Default)]
pub(super) struct Queue {
    events: VecDeque<(Option<RequestId>, Bytes)>,
    bytes: usize,
    /// Nothing comes after what is there.
    pub(super) is_over: bool,
    /// When the stream took an event, or the first one came that it has not taken.
    moved_at: Option<Instant>,
    waker: Option<Waker>,
}

impl Queue {
    /// Bytes that wait here.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds an event; `answers` is the call that it answers.
    pub(super) fn push(&mut self, answers: Option<RequestId>, event: Bytes) {
        if self.events.is_empty() {
            self.moved_at = Some(Instant::now());
        }
        self.bytes += event.len() + EVENT_BYTES;
        self.events.push_back((answers, event));
        self.wake();
    }

    /// The next event.
    pub(super) fn pop(&mut self) -> Option<Bytes> {
        let (_, event) = self.events.pop_front()?;
        self.bytes -= event.len() + EVENT_BYTES;
        self.moved_at = Some(Instant::now());
        Some(event)
    }

    /// Whether events wait, and none was taken for so long.
    pub(super) fn is_stuck_for(&self, time: Duration) -> bool {
        !self.events.is_empty() && self.moved_at.is_some_and(|at| at.elapsed() > time)
    }

    /// Drops what waits; the calls that it answered.
    pub(super) fn clear(&mut self) -> Vec<RequestId> {
        self.bytes = 0;
        self.events.drain(..).filter_map(|(answers, _)| answers).collect()
    }

    /// Nothing comes any more.
    pub(super) fn end(&mut self) {
        self.is_over = true;
        self.wake();
    }

    /// Who is to be told of the next event.
    pub(super) fn wait(&mut self, waker: &Waker) {
        if !self.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            self.waker = Some(waker.clone());
        }
    }

    /// Lets the stream look again.
    pub(super) fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}
