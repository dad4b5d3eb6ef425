//! What a session says at once, until it is queued.
//!
//! Knows no request: whether it is an answer is settled in the conversation.

use std::sync::Arc;

use super::{Session, SessionState};

/// A message; its session is not idle while this lives.
#[derive(Debug)]
pub(in crate::transport::http_sse) struct Said {
    pub(in crate::transport::http_sse) body: Vec<u8>,
    session: Arc<Session>,
}

impl Said {
    /// `state` is that of this session.
    pub(super) fn new(body: Vec<u8>, session: &Arc<Session>, state: &mut SessionState) -> Self {
        state.unqueued += 1;
        Self { body, session: Arc::clone(session) }
    }
}

impl Drop for Said {
    fn drop(&mut self) {
        let mut state = self.session.state();
        state.unqueued -= 1;
        // A stream that is to end looks again.
        state.queue.wake();
    }
}
