//! Calls in flight on a pipe, by the ids of their requests.
//!
//! Repeated ids and cancelling are settled here, under one lock.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use tokio::task::AbortHandle;

use crate::mcp::{
    Code, Error,
    jsonrpc::{Id, Params},
};

/// Calls in flight. More than a key may have upstream, so that ours is not the limit that a
/// client meets first.
const MAX_CALLS: usize = 1024;

/// Calls in flight; `None` for writes, which are never aborted.
#[derive(Default)]
pub(super) struct Calls(Mutex<HashMap<Id, Option<AbortHandle>>>);

impl Calls {
    /// Starts a call. A repeated id is answered once: the first call's answer is the second's
    /// too.
    ///
    /// # Errors
    /// When too many are in flight.
    pub(super) fn start(
        &self,
        id: &Id,
        is_write: bool,
        spawn: impl FnOnce() -> AbortHandle,
    ) -> Result<(), Error> {
        let mut calls = self.lock();
        if calls.contains_key(id) {
            tracing::debug!("a request came twice; it runs once");
            return Ok(());
        }
        if calls.len() >= MAX_CALLS {
            let message = "too many requests at once; wait for the answers";
            return Err(Error::new(Code::InternalError, message));
        }
        // Under the lock, so that the call can't finish before it is known.
        let handle = spawn();
        calls.insert(id.clone(), (!is_write).then_some(handle));
        Ok(())
    }

    /// Forgets a call that is done; whether its answer is still wanted.
    pub(super) fn finish(&self, id: &Id) -> bool {
        self.lock().remove(id).is_some()
    }

    /// `notifications/cancelled`: drops a call that only reads, without an answer
    /// (basic/patterns/cancellation). A write goes on and is answered.
    pub(super) fn cancel(&self, params: &Params) {
        let Params::Object(params) = params else { return };
        let Some(wanted) = params.get("requestId") else { return };
        let mut calls = self.lock();
        let Some(id) = calls.keys().find(|id| id.means(wanted)).cloned() else { return };
        if let Some(Some(handle)) = calls.get(&id) {
            handle.abort();
            calls.remove(&id);
        }
    }

    /// Drops every call that only reads.
    pub(super) fn abort(&self) {
        for handle in self.lock().drain().filter_map(|(_, handle)| handle) {
            handle.abort();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Option<AbortHandle>>> {
        self.0.lock().expect("no code panics while it holds this lock")
    }
}
