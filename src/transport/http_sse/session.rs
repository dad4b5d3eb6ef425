//! One open stream: its queue of events, its calls in flight, its revision.
//!
//! Order, cancelling and repeated ids are settled here, under one lock.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    task::AbortHandle,
};

use crate::{
    mcp::{
        Revision,
        jsonrpc::{Id, Params},
    },
    transport::Connection,
};

/// Events that may wait for a slow reader. A client that reads at all empties this in a blink.
const MAX_WAITING_EVENTS: usize = 64;

/// Bytes that may wait, for the case that the events are large.
const MAX_WAITING_BYTES: usize = 16 * 1024 * 1024;

/// Calls in flight on one stream. More than a key may have upstream, so that ours is not the
/// limit that a client meets first.
const MAX_CALLS: usize = 1024;

/// A session. Ends when its stream is dropped or its reader is too slow.
#[derive(Debug)]
pub(crate) struct Session {
    /// Never held across an await.
    state: Mutex<State>,
    waiting_bytes: AtomicUsize,
    connection: Connection,
}

/// What became of a call that was to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Started {
    /// It runs.
    Running,
    /// The stream is gone.
    Ended,
    /// Too many are in flight.
    TooMany,
}

#[derive(Debug)]
struct State {
    /// `None` once the session ended.
    queue: Option<Sender<Bytes>>,
    /// `None` for writes: a write that may have been sent is not aborted.
    calls: HashMap<Id, Option<AbortHandle>>,
    revision: Option<&'static Revision>,
}

impl Session {
    pub(super) fn new(connection: Connection) -> (Self, Receiver<Bytes>) {
        let (sender, receiver) = channel(MAX_WAITING_EVENTS);
        let state = State { queue: Some(sender), calls: HashMap::new(), revision: None };
        let session =
            Self { state: Mutex::new(state), waiting_bytes: AtomicUsize::new(0), connection };
        (session, receiver)
    }

    /// Starts a call unless the session has ended. A repeated id is
    /// answered once: the first call's answer is the second's too.
    pub(super) fn start(
        &self,
        id: Id,
        is_write: bool,
        spawn: impl FnOnce() -> AbortHandle,
    ) -> Started {
        let mut state = self.state();
        if state.queue.is_none() {
            return Started::Ended;
        }
        if state.calls.contains_key(&id) {
            tracing::debug!("a request came twice; it runs once");
            return Started::Running;
        }
        if state.calls.len() >= MAX_CALLS {
            return Started::TooMany;
        }
        // Under the lock, so that the call can't finish before it is known.
        let handle = spawn();
        state.calls.insert(id, (!is_write).then_some(handle));
        Started::Running
    }

    /// Queues a call's answer.
    pub(super) fn finish(&self, id: &Id, event: Bytes) {
        let mut state = self.state();
        if state.calls.remove(id).is_some() {
            self.queue(&mut state, event);
        }
    }

    /// Queues an event that answers no call.
    pub(super) fn push(&self, event: Bytes) {
        self.queue(&mut self.state(), event);
    }

    fn queue(&self, state: &mut State, event: Bytes) {
        let Some(queue) = &state.queue else { return };
        let size = event.len();
        let waiting = self.waiting_bytes.fetch_add(size, Ordering::Relaxed) + size;
        // One event may be larger than the bound; many may not wait.
        let too_much = waiting > MAX_WAITING_BYTES && waiting != size;
        if too_much || queue.try_send(event).is_err() {
            tracing::info!("a stream's reader is too slow; the stream is closed");
            self.end(state);
        }
    }

    /// The stream took an event out of the queue.
    pub(super) fn sent(&self, event: &Bytes) {
        self.waiting_bytes.fetch_sub(event.len(), Ordering::Relaxed);
    }

    /// `notifications/cancelled`: drops a call that only reads, without an answer
    /// (basic/utilities/cancellation). A write goes on and is answered.
    pub(super) fn cancel(&self, params: &Params) {
        let Params::Object(params) = params else { return };
        let Some(wanted) = params.get("requestId") else { return };
        let mut state = self.state();
        let Some(id) = state.calls.keys().find(|id| id.means(wanted)).cloned() else { return };
        if let Some(Some(handle)) = state.calls.get(&id) {
            handle.abort();
            state.calls.remove(&id);
        }
    }

    /// Ends the session if nothing is in flight; whether it did. One step, so that no call is
    /// taken in between and lost.
    pub(super) fn close_if_idle(&self) -> bool {
        let mut state = self.state();
        if state.calls.is_empty() {
            state.queue = None;
        }
        state.calls.is_empty()
    }

    pub(super) fn revision(&self) -> Option<&'static Revision> {
        self.state().revision
    }

    pub(super) fn set_revision(&self, revision: &'static Revision) {
        self.state().revision = Some(revision);
    }

    /// The stream ended: reads are dropped, writes go on unheard.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.queue = None;
        for handle in state.calls.drain().filter_map(|(_, handle)| handle) {
            handle.abort();
        }
    }

    /// Ends a session from our side. A peer that doesn't read can't be told, so its connection
    /// is cut.
    fn end(&self, state: &mut State) {
        state.queue = None;
        self.connection.cut();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code panics while it holds this lock")
    }
}
