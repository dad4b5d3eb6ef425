//! What stands under a session's one lock.
//!
//! Knows neither the caller nor memory.

use tokio::{task::AbortHandle, time::Duration};

use crate::{
    mcp::{Conversation, Effect, RequestId, TransportKind},
    transport::{ClientConnection, http_sse::queue::Queue},
};

/// Bytes that may wait for a stream to be read. One event may be larger; more wait outside, each
/// with its call's turn.
pub(super) const MAX_WAITING_BYTES: usize = 1024 * 1024;

/// A reader that takes nothing for so long, while a thousand of its calls are in flight, is not
/// reading.
const DEAF_AFTER: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct SessionState {
    pub(super) queue: Queue,
    pub(super) conversation: Conversation<AbortHandle>,
    /// Let go with the stream: a write that goes on must not hold it.
    pub(super) connection: Option<ClientConnection>,
    /// Which of its connection's requests the stream answers.
    pub(super) request: u64,
    /// What was said at once, and is not queued yet.
    pub(super) unqueued: usize,
}

impl SessionState {
    pub(super) fn new(connection: Option<ClientConnection>) -> Self {
        Self {
            queue: Queue::default(),
            conversation: Conversation::new(TransportKind::HttpSse),
            request: connection.as_ref().map_or(0, ClientConnection::requests),
            connection,
            unqueued: 0,
        }
    }

    /// Whether nothing is in flight and all was said.
    pub(super) fn is_idle(&self) -> bool {
        self.conversation.is_idle() && self.unqueued == 0
    }

    /// Whether the reader takes nothing that waits for it.
    pub(super) fn is_deaf(&self) -> bool {
        self.queue.bytes() > MAX_WAITING_BYTES && self.queue.is_stuck_for(DEAF_AFTER)
    }

    /// Takes everything out of flight: reads are dropped, a write that may have been sent goes on
    /// unheard.
    pub(super) fn abandon(&mut self) -> Vec<(RequestId, Effect)> {
        let abandoned = self.conversation.abandon();
        for call in &abandoned {
            if let (Effect::Read, Some(task)) = (call.effect, &call.stop) {
                task.abort();
            }
        }
        abandoned.into_iter().map(|call| (call.id, call.effect)).collect()
    }
}
