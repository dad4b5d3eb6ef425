//! Answers on their way to a client: they count against memory until they are sent.
//!
//! Knows sizes, not contents.

use std::sync::Arc;

use bytes::Bytes;
use tokio::time::{Duration, Instant};

use super::{Endpoint, event_stream};
use crate::{
    caller::{Caller, Fingerprint},
    limits::{Held, Pool},
    mcp::{self, Host, Initialized, RequestId, ResponseClass},
};

/// Longest wait for memory for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer, and the memory that it takes.
pub(super) struct HeldAnswer {
    body: Vec<u8>,
    held: Vec<Held<Fingerprint>>,
    pub(super) initialized: Option<Initialized>,
    pub(super) class: ResponseClass,
    pub(super) credential_refused: bool,
}

/// Bytes that give back their memory once the socket took them.
struct Kept {
    bytes: Bytes,
    _held: Vec<Held<Fingerprint>>,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl HeldAnswer {
    fn new(response: mcp::Response, held: Vec<Held<Fingerprint>>) -> Self {
        let mcp::Response { body, initialized, class, credential_refused } = response;
        Self { body, held, initialized, class, credential_refused }
    }

    /// An answer of a few bytes.
    pub(super) fn small(response: mcp::Response) -> Self {
        Self::new(response, Vec::new())
    }

    /// The answers of a batch, as one.
    pub(super) fn of_batch(answers: Vec<Self>) -> Self {
        let mut held = Vec::new();
        let bodies = answers.into_iter().map(|mut answer| {
            held.append(&mut answer.held);
            answer.body
        });
        let bodies: Vec<Vec<u8>> = bodies.collect();
        Self::new(mcp::Response::of_batch(&bodies), held)
    }

    /// As a body of JSON.
    pub(super) fn into_json(self) -> Bytes {
        Bytes::from_owner(Kept { bytes: self.body.into(), _held: self.held })
    }

    /// As one event of a stream.
    pub(super) fn into_event(self) -> Bytes {
        Bytes::from_owner(Kept { bytes: event_stream::message(&self.body), _held: self.held })
    }
}

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Whose memory an answer takes, and who it counts for: of two credentials the one that is
    /// known, because the other could be made up anew each time.
    pub(super) fn memory_for_answers(
        &self,
        caller: &Caller,
    ) -> (&Arc<Pool<Fingerprint>>, Fingerprint) {
        let customer = self.gate.customer(caller);
        match customer {
            Some(customer) => (&self.memory.queues, customer),
            None => (&self.memory.strangers, caller.fingerprint),
        }
    }

    /// Takes memory for an answer; where there is none in time, the answer says so instead.
    pub(super) async fn kept(
        &self,
        caller: &Caller,
        id: &RequestId,
        response: mcp::Response,
    ) -> HeldAnswer {
        let (pool, key) = self.memory_for_answers(caller);
        let deadline = Instant::now() + PATIENCE;
        match pool.take(key, response.body.len(), deadline).await {
            Ok(held) => HeldAnswer::new(response, vec![held]),
            Err(_) => HeldAnswer::small(mcp::Response::no_room(id)),
        }
    }
}
