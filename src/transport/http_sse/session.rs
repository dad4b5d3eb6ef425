//! One open stream: who opened it, its conversation, and its queue of events.
//!
//! Conversation and queue stand under one lock, so that a call is answered or cancelled, never
//! both. What a message means is settled in the conversation.

mod state;

use std::{
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

use state::{MAX_WAITING_BYTES, SessionState};

use super::{
    queue::{Queue, Unsent, counted},
    too_slow::{Overflow, TooSlow},
};
use crate::{
    admission::Denied,
    caller::{Caller, Fingerprint},
    limits::Held,
    mcp::{self, Effect, Frame, Named, Rejected, RequestId, Run, RunId, Step, Taken, View},
    transport::{ClientConnection, event_stream},
};

/// A reader is behind when more waits for it, in bytes: one answer and its like.
const BEHIND_BYTES: usize = 64 * 1024;

/// Calls of one stream that run at one time; the others wait in order. Twice what a key may have
/// upstream, so that calls that need no upstream don't wait for those that do.
const MAX_RUNNING: usize = 32;

/// How long an answer waits for a reader. Beyond what a reader's own connection lives without
/// reading.
const READER_PATIENCE: Duration = Duration::from_secs(60);

/// A session. Ends when its stream is dropped or its reader is too slow.
#[derive(Debug)]
pub(super) struct Session {
    /// Who opened the stream: its calls run with this key, whoever posted them.
    pub(super) caller: Caller,
    /// Never held across an await.
    state: Mutex<SessionState>,
    unsent: Arc<Unsent>,
    /// An event left the queue, or the session ended.
    less: Notify,
    running: Semaphore,
    is_over: AtomicBool,
    is_retiring: AtomicBool,
}

/// What a session says at once; it is not idle while this lives.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) body: Vec<u8>,
    session: Arc<Session>,
}

impl Drop for Said {
    fn drop(&mut self) {
        let mut state = self.session.state();
        state.unqueued -= 1;
        // A stream that is to end looks again.
        state.queue.wake();
    }
}

/// Why a frame was not taken.
#[derive(Debug)]
pub(super) enum NotTaken {
    /// The stream is gone.
    Ended,
    /// Its reader takes no answer, and too many calls are in flight.
    Deaf,
    /// The conversation doesn't take it.
    Rejected(Rejected<Denied>),
}

impl Session {
    pub(super) fn new(caller: Caller, connection: Option<ClientConnection>) -> Self {
        Self {
            caller,
            state: Mutex::new(SessionState::new(connection)),
            unsent: Arc::default(),
            less: Notify::new(),
            running: Semaphore::new(MAX_RUNNING),
            is_over: AtomicBool::new(false),
            is_retiring: AtomicBool::new(false),
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

    /// Waits until nothing comes any more.
    pub(super) async fn over(&self) {
        loop {
            let less = self.less.notified();
            if self.is_over() {
                return;
            }
            less.await;
        }
    }

    /// Bytes that would be free if the stream ended: none once it has, or while its reader keeps
    /// up.
    pub(super) fn could_give_back(&self) -> usize {
        let unsent = self.unsent_bytes();
        if self.is_over() || unsent < BEHIND_BYTES { 0 } else { unsent }
    }

    /// Lets the conversation take a frame; `spawn` starts each of its requests. What is to be said
    /// at once comes back, and the session is not idle before that was told.
    pub(super) fn take(
        self: &Arc<Self>,
        frame: Frame,
        named: Named<'_>,
        view: &Arc<View>,
        allow: impl FnOnce(Effect) -> Result<(), Denied>,
        spawn: impl Fn(Run) -> AbortHandle,
    ) -> Result<Vec<Said>, NotTaken> {
        // Before the lock, because what was said locks it when it is dropped.
        let mut said = Vec::new();
        let mut state = self.state();
        if state.queue.is_over {
            return Err(NotTaken::Ended);
        }
        let taken = state.conversation.take(frame, named, view, allow);
        let steps = match taken {
            Ok(Taken::Nothing) => return Ok(Vec::new()),
            Ok(Taken::One(step)) => vec![step],
            Ok(Taken::Batch(steps)) => steps,
            Err(Rejected::TooMany(_)) if state.is_deaf() => return Err(NotTaken::Deaf),
            Err(rejected) => return Err(NotTaken::Rejected(rejected)),
        };
        for step in steps {
            match step {
                Step::Say(body) => {
                    state.unqueued += 1;
                    said.push(Said { body, session: Arc::clone(self) });
                }
                Step::Stop(task) => task.abort(),
                Step::Run(run) => {
                    // Under the lock, so that the call can't finish before it is known.
                    let id = run.id();
                    state.conversation.started(&id, spawn(run));
                }
            }
        }
        if state.conversation.is_idle() {
            // Nobody answers what was stopped: a stream that is to end looks again.
            state.queue.wake();
        }
        Ok(said)
    }

    /// Waits until a call may run.
    pub(super) async fn turn(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.running.acquire().await.expect("the semaphore is never closed")
    }

    /// Queues an answer once there is room before the reader; `answers` is its call.
    pub(super) async fn answer(
        &self,
        answers: Option<&RunId>,
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
    fn queue(&self, answers: Option<&RunId>, event: &Bytes) -> bool {
        let mut state = self.state();
        let is_wanted = answers.is_none_or(|id| state.conversation.wants(id));
        if state.queue.is_over || !is_wanted {
            return true;
        }
        if state.queue.bytes() > MAX_WAITING_BYTES {
            return false;
        }
        if let Some(id) = answers {
            state.conversation.done(id);
        }
        state.queue.push(answers.map(|id| id.request().clone()), event.clone());
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

    /// Ends the session if nothing is in flight; whether it did. One step, so that no call is
    /// taken in between and lost.
    pub(super) fn close_if_idle(&self) -> bool {
        let state = self.state();
        let is_idle = state.is_idle();
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

    fn end_with(&self, last: Bytes, dropped: impl FnOnce(&mut Queue) -> Vec<RequestId>) {
        let mut state = self.state();
        if state.queue.is_over {
            return;
        }
        // A dropped answer may have been a write's.
        let dropped = dropped(&mut state.queue).into_iter().map(|id| (id, Effect::Write));
        let running = state.abandon();
        for (id, effect) in dropped.chain(running).collect::<Vec<_>>() {
            let answer = mcp::Response::cut_short(&id, effect).body;
            let event = counted(event_stream::message(&answer), None, &self.unsent);
            state.queue.push(Some(id), event);
        }
        state.queue.push(None, counted(last, None, &self.unsent));
        self.end_queue(state);
    }

    /// Nothing comes any more; who waits for room is told.
    fn end_queue(&self, mut state: MutexGuard<'_, SessionState>) {
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
        let _unheard = state.abandon();
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

    /// The session ends at its first moment with nothing in flight.
    pub(super) fn retire(&self) {
        self.is_retiring.store(true, Ordering::Relaxed);
        self.state().queue.wake();
    }

    /// Whether it is to end when it can.
    pub(super) fn is_retiring(&self) -> bool {
        self.is_retiring.load(Ordering::Relaxed)
    }

    fn state(&self) -> MutexGuard<'_, SessionState> {
        self.state.lock().expect("no code panics while it holds this lock")
    }
}

#[cfg(test)]
mod tests;
