//! From an answer to its stream, as far as memory allows.
//!
//! Who fills the memory without reading is let go.
//! Knows sizes and streams, not messages.

use std::sync::Arc;

use tokio::time::{Duration, Instant, sleep};

use super::{
    Session,
    queue::EVENT_BYTES,
    too_slow::{Overflow, TooSlow},
};
use crate::{
    caller::{Caller, Fingerprint},
    limits::Held,
    mcp::{Host, Outbox, RunId},
    telemetry::Seldom,
    transport::{
        Endpoint,
        event_stream::{self, come_back},
    },
};

/// How long a reader that was too slow may still read its last words.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Streams that may end for one answer.
const MOST_LET_GO: usize = 16;

/// Longest wait for memory once nobody is left to give some back.
const PATIENCE: Duration = Duration::from_secs(2);

static OVERFLOWS: Seldom = Seldom::new();

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Sends an answer to a stream; `answers` is its call. It waits while the stream's reader is
    /// behind, and the call's turn with it.
    pub(super) async fn tell(
        &self,
        session: &Arc<Session>,
        answers: Option<&RunId>,
        answer: Vec<u8>,
    ) {
        let event = event_stream::message(&answer);
        drop(answer);
        let Some(held) = self.memory_for(session, event.len() + EVENT_BYTES).await else {
            self.let_go(session);
            return;
        };
        if session.answer(answers, event, held).await == Err(TooSlow) {
            self.let_go(session);
        }
    }

    /// Memory for an event. Where there is none, streams end whose readers have most waiting.
    async fn memory_for(&self, session: &Session, bytes: usize) -> Option<Held<Fingerprint>> {
        let (pool, key) = self.memory_for_answers(&session.caller);
        // What has no memory yet must not pile up, so others go before this waits; but only for
        // memory that streams hold, and not for a key's own share of it.
        for _ in 0..MOST_LET_GO {
            if let Ok(held) = pool.try_take(key, bytes) {
                return Some(held);
            }
            if !Arc::ptr_eq(pool, &self.memory.queues) || !pool.is_full() || session.is_over() {
                break;
            }
            match self.sessions.largest(|owner| owner.session.could_give_back()) {
                Some(fullest) if !std::ptr::eq(&*fullest.session, session) => {
                    self.let_go(&fullest.session);
                }
                Some(_) => return None,
                None => break,
            }
            tokio::task::yield_now().await;
        }
        pool.take(key, bytes, Instant::now() + PATIENCE).await.ok()
    }

    /// What a call tells on its way; dropped where there is no room.
    pub(super) fn outbox(&self, session: &Arc<Session>) -> Outbox {
        let (pool, key) = self.memory_for_answers(&session.caller);
        let (stream, pool) = (Arc::clone(session), Arc::clone(pool));
        let outbox = Outbox::new(move |message| {
            let event = event_stream::message(&message);
            if let Ok(held) = pool.try_take(key, event.len() + EVENT_BYTES) {
                stream.offer(event, held);
            }
        });
        let session = Arc::clone(session);
        outbox.until(move || {
            let session = Arc::clone(&session);
            Box::pin(async move { session.over().await })
        })
    }

    /// Ends the stream of a reader that is too slow. It is told in a few words; if it doesn't
    /// read those either, its connection is cut.
    pub(super) fn let_go(&self, session: &Arc<Session>) {
        if let Some(more) = OVERFLOWS.pass() {
            tracing::warn!(
                unsent_bytes = session.unsent_bytes(),
                more,
                "a stream's reader is too slow; the stream ends"
            );
        }
        match session.overflow(come_back()) {
            Overflow::Ended => {}
            Overflow::NothingWaited => return session.cut(),
            Overflow::WasOver => return,
        }
        let session = Arc::clone(session);
        self.tasks.spawn(async move {
            sleep(LAST_WORDS).await;
            session.cut_unless_used_again();
        });
    }
}
