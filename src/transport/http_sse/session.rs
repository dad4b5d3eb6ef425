//! One open stream: its queue of events, its calls in flight, its revision.
//!
//! Order, cancelling and repeated ids are settled here, under one lock.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    task::{Poll, Waker},
};

use bytes::Bytes;
use tokio::{
    sync::{Notify, Semaphore},
    task::AbortHandle,
    time::{Duration, timeout},
};

use super::queue::{Queue, Unsent, counted};
use crate::{
    caller::Fingerprint,
    limits::Held,
    mcp::{
        self, Revision,
        jsonrpc::{Id, Params},
    },
    transport::{Connection, event_stream},
};

/// Bytes that may wait for a stream to be read. One event may be larger; more wait outside, each
/// with its call's turn.
const MAX_WAITING_BYTES: usize = 1024 * 1024;

/// A reader is behind when more waits for it, in bytes: one answer and its like.
const BEHIND_BYTES: usize = 64 * 1024;

/// Calls of one stream that run at one time; the others wait in order. Twice what a key may have
/// upstream, so that calls that need no upstream don't wait for those that do.
const MAX_RUNNING: usize = 32;

/// Calls in flight on one stream, running or waiting.
const MAX_CALLS: usize = 1024;

/// A reader that takes nothing for so long, while a thousand of its calls are in flight, is not
/// reading.
const DEAF_AFTER: Duration = Duration::from_secs(1);

/// How long an answer waits for a reader. Beyond what a reader's own connection lives without
/// reading.
const READER_PATIENCE: Duration = Duration::from_secs(60);

/// A session. Ends when its stream is dropped or its reader is too slow.
#[derive(Debug)]
pub(crate) struct Session {
    /// Never held across an await.
    state: Mutex<State>,
    unsent: Arc<Unsent>,
    /// An event left the queue, or the session ended.
    less: Notify,
    running: Semaphore,
    is_over: AtomicBool,
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
    /// Too many are in flight, and the reader takes no answer.
    Deaf,
}

/// The reader did not read for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooSlow;

/// What ended with a stream whose reader is too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overflow {
    /// What waited here.
    Ended,
    /// Nothing waited here: all of it is before the socket, and only cutting that helps.
    NothingWaited,
    /// Nothing: it had ended.
    WasOver,
}

#[derive(Debug, Default)]
struct State {
    queue: Queue,
    calls: HashMap<Id, Call>,
    revision: Option<&'static Revision>,
    /// Let go with the stream: a write that goes on must not hold it.
    connection: Option<Connection>,
    /// Which of its connection's requests the stream answers.
    request: u64,
}

/// A call in flight.
#[derive(Debug)]
struct Call {
    /// A write that may have been sent is not aborted.
    is_write: bool,
    task: AbortHandle,
}

impl Session {
    pub(super) fn new(connection: Option<Connection>) -> Self {
        let request = connection.as_ref().map_or(0, Connection::requests);
        Self {
            state: Mutex::new(State { connection, request, ..State::default() }),
            unsent: Arc::default(),
            less: Notify::new(),
            running: Semaphore::new(MAX_RUNNING),
            is_over: AtomicBool::new(false),
        }
    }

    /// Bytes that the reader has not taken yet, wherever they are.
    pub(super) fn unsent_bytes(&self) -> usize {
        self.unsent.bytes()
    }

    /// Whether nothing comes any more.
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Bytes that would be free if the stream ended: none once it has, or while its reader keeps
    /// up.
    pub(super) fn could_give_back(&self) -> usize {
        let unsent = self.unsent_bytes();
        if self.is_over() || unsent < BEHIND_BYTES { 0 } else { unsent }
    }

    /// Starts a call unless the session has ended. A repeated id is answered once: the first
    /// call's answer is the second's too.
    pub(super) fn start(
        &self,
        id: Id,
        is_write: bool,
        spawn: impl FnOnce() -> AbortHandle,
    ) -> Started {
        let mut state = self.state();
        if state.queue.is_over {
            return Started::Ended;
        }
        if state.calls.contains_key(&id) {
            tracing::debug!("a request came twice; it runs once");
            return Started::Running;
        }
        if state.calls.len() >= MAX_CALLS {
            let is_full = state.queue.bytes() > MAX_WAITING_BYTES;
            let is_deaf = is_full && state.queue.is_stuck_for(DEAF_AFTER);
            return if is_deaf { Started::Deaf } else { Started::TooMany };
        }
        // Under the lock, so that the call can't finish before it is known.
        state.calls.insert(id, Call { is_write, task: spawn() });
        Started::Running
    }

    /// Waits until a call may run.
    pub(super) async fn turn(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.running.acquire().await.expect("the semaphore is never closed")
    }

    /// Queues an answer once there is room before the reader; `answers` is its call.
    pub(super) async fn answer(
        &self,
        answers: Option<&Id>,
        event: Bytes,
        held: Held<Fingerprint>,
    ) -> Result<(), TooSlow> {
        let event = counted(event, Some(held), &self.unsent);
        let queueing = async {
            loop {
                let less = self.less.notified();
                if self.queue(answers, &event) {
                    return;
                }
                less.await;
            }
        };
        timeout(READER_PATIENCE, queueing).await.map_err(|_| TooSlow)
    }

    /// Whether the event is settled: queued, or wanted by nobody any more.
    fn queue(&self, answers: Option<&Id>, event: &Bytes) -> bool {
        let mut state = self.state();
        let is_wanted = answers.is_none_or(|id| state.calls.contains_key(id));
        if state.queue.is_over || !is_wanted {
            return true;
        }
        if state.queue.bytes() > MAX_WAITING_BYTES {
            return false;
        }
        if let Some(id) = answers {
            state.calls.remove(id);
        }
        state.queue.push(answers.cloned(), event.clone());
        true
    }

    /// Queues what is no answer, if there is room now.
    pub(super) fn offer(&self, event: Bytes, held: Held<Fingerprint>) {
        if !self.queue(None, &counted(event, Some(held), &self.unsent)) {
            tracing::debug!("a notification was dropped: its reader is slow");
        }
    }

    /// The next event, for the stream; `None` at the end.
    pub(super) fn poll(&self, waker: &Waker) -> Poll<Option<Bytes>> {
        let mut state = self.state();
        if let Some(event) = state.queue.pop() {
            drop(state);
            self.less.notify_waiters();
            return Poll::Ready(Some(event));
        }
        if state.queue.is_over {
            return Poll::Ready(None);
        }
        state.queue.wait(waker);
        Poll::Pending
    }

    /// `notifications/cancelled`: drops a call that only reads, without an answer
    /// (basic/utilities/cancellation). A write goes on and is answered.
    pub(super) fn cancel(&self, params: &Params) {
        let Params::Object(params) = params else { return };
        let Some(wanted) = params.get("requestId") else { return };
        let mut state = self.state();
        let Some(id) = state.calls.keys().find(|id| id.means(wanted)).cloned() else { return };
        if state.calls.get(&id).is_some_and(|call| !call.is_write)
            && let Some(call) = state.calls.remove(&id)
        {
            call.task.abort();
        }
    }

    /// Ends the session if nothing is in flight; whether it did. One step, so that no call is
    /// taken in between and lost.
    pub(super) fn close_if_idle(&self) -> bool {
        let state = self.state();
        let is_idle = state.calls.is_empty();
        if is_idle {
            self.end_queue(state);
        }
        is_idle
    }

    /// Ends the session from our side: what is in flight is answered in a few words, then comes
    /// `last`. Reads are dropped, writes go on unheard.
    pub(super) fn end(&self, last: Bytes) {
        self.end_with(last, |_| Vec::new());
    }

    /// The same for a reader that doesn't read: what waits for it is dropped, and its calls are
    /// answered like the others.
    pub(super) fn overflow(&self, last: Bytes) -> Overflow {
        let mut overflow = Overflow::WasOver;
        self.end_with(last, |queue| {
            let waited = queue.bytes() > 0;
            overflow = if waited { Overflow::Ended } else { Overflow::NothingWaited };
            queue.clear()
        });
        overflow
    }

    fn end_with(&self, last: Bytes, dropped: impl FnOnce(&mut Queue) -> Vec<Id>) {
        let mut state = self.state();
        if state.queue.is_over {
            return;
        }
        // A dropped answer may have been a write's.
        let dropped = dropped(&mut state.queue).into_iter().map(|id| (id, true));
        let running = std::mem::take(&mut state.calls);
        let running = running.into_iter().map(|(id, call)| {
            if !call.is_write {
                call.task.abort();
            }
            (id, call.is_write)
        });
        for (id, is_write) in dropped.chain(running).collect::<Vec<_>>() {
            let answer = mcp::Response::cut_short(&id, is_write).body;
            let event = counted(event_stream::message(&answer), None, &self.unsent);
            state.queue.push(Some(id), event);
        }
        state.queue.push(None, counted(last, None, &self.unsent));
        self.end_queue(state);
    }

    /// Nothing comes any more; who waits for room is told.
    fn end_queue(&self, mut state: MutexGuard<'_, State>) {
        state.queue.end();
        self.is_over.store(true, Ordering::Relaxed);
        drop(state);
        self.less.notify_waiters();
    }

    /// The stream is gone: reads are dropped, writes go on unheard.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.queue.clear();
        if !self.is_over() {
            state.connection = None;
        }
        for call in std::mem::take(&mut state.calls).into_values() {
            if !call.is_write {
                call.task.abort();
            }
        }
        self.end_queue(state);
    }

    /// Cuts the connection of a reader that can't be told anything.
    pub(super) fn cut(&self) {
        if let Some(connection) = &self.state().connection {
            connection.cut();
        }
    }

    /// The same, but not where the reader has read all and asks for something else by now.
    pub(super) fn cut_unless_used_again(&self) {
        let state = self.state();
        if let Some(connection) = &state.connection
            && connection.requests() == state.request
        {
            connection.cut();
        }
    }

    pub(super) fn revision(&self) -> Option<&'static Revision> {
        self.state().revision
    }

    pub(super) fn set_revision(&self, revision: &'static Revision) {
        self.state().revision = Some(revision);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code panics while it holds this lock")
    }
}
