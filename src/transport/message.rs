//! Messages as they come in: small ones of strangers, larger ones of customers.
//!
//! A stranger's message is small until its key was found good. What a message takes of the
//! memory stays taken until its call is over.

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use tokio::time::{Duration, timeout};

use super::{
    Endpoint, Refusal,
    asking::Asking,
    body::{BodyReader, Read},
    refusal,
    weight::{MESSAGE_BYTES, WEIGHT},
};
use crate::{
    admission::Admitted,
    caller::{Caller, Fingerprint},
    limits::{Busy, Held},
    mcp::{Frame, Host, MAX_STRANGERS_VALUES, MAX_VALUES, Malformed, Rejected, VALUE_BYTES},
};

/// Largest message of a stranger, in bytes: what a client says about itself has a few hundred.
const MAX_STRANGERS_BYTES: usize = 64 * 1024;

/// From this size on a message is parsed off the async workers, in bytes. Parsing a megabyte
/// takes ten milliseconds.
const PARSED_ASIDE_BYTES: usize = 128 * 1024;

/// Longest wait of a large message for its turn to be parsed.
const PATIENCE: Duration = Duration::from_secs(10);

/// A message, and the memory that it takes until this is dropped.
pub(super) struct Incoming {
    pub(super) frame: Frame,
    pub(super) held: Held<Fingerprint>,
}

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Reads a message's body.
    ///
    /// # Errors
    /// What is wrong with it; a refused key, where a stranger's message is large.
    pub(super) async fn read(&self, body: Body, asking: &Asking<'_>) -> Result<Incoming, Refusal> {
        let limit = self.settings.request_limit_bytes;
        let mut reader = BodyReader::new(body);
        let mut customer = self.customer(asking);
        if customer.is_none() {
            let mut held = self.memory.strangers.nothing(asking.caller.fingerprint);
            let most = MAX_STRANGERS_BYTES.min(limit);
            if reader.read(most, MAX_STRANGERS_VALUES, &mut held).await? == Read::Whole {
                let body = reader.into_bytes();
                match self.parse(body.clone(), MAX_STRANGERS_VALUES, held).await? {
                    Err(malformed) if malformed.has_too_many_values => {}
                    incoming => return incoming.map_err(malformed),
                }
                reader = BodyReader::whole(body);
            }
            // Tried for what is large: a customer's first message waits for it.
            customer = match self.admit(asking).await? {
                Admitted::Customer => self.customer(asking),
                Admitted::Stranger => return Err(untold()),
            };
        }
        let key = customer.unwrap_or(asking.caller.fingerprint);
        let mut held = self.memory.requests.nothing(key);
        if reader.read(limit, MAX_VALUES, &mut held).await? == Read::Larger {
            return Err(reader.drain(limit).await);
        }
        self.parse(reader.into_bytes(), MAX_VALUES, held).await?.map_err(malformed)
    }

    /// Reads the messages of a body, whose memory is taken. What its values don't need is given
    /// back.
    async fn parse(
        &self,
        body: Bytes,
        max_values: usize,
        mut held: Held<Fingerprint>,
    ) -> Result<Result<Incoming, Malformed>, Refusal> {
        let is_long = body.len() >= PARSED_ASIDE_BYTES;
        let parse = move || {
            let size = body.len();
            Frame::read(&body, max_values).map(|frame| {
                held.shrink_to(MESSAGE_BYTES + size * WEIGHT + frame.values * VALUE_BYTES);
                Incoming { frame, held }
            })
        };
        if !is_long {
            return Ok(parse());
        }
        let turn = timeout(PATIENCE, Arc::clone(&self.parsing).acquire_owned()).await;
        let busy = Busy { retry_after_seconds: PATIENCE.as_secs() };
        let turn =
            turn.map_err(|_| refusal::no_room(busy))?.expect("the semaphore is never closed");
        // Turn and memory are the work's own: it goes on when nobody waits for it any more.
        let work = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            parse()
        });
        work.await.map_err(|_| refusal::failed())
    }
}

fn malformed(malformed: Malformed) -> Refusal {
    Refusal::with_body(StatusCode::BAD_REQUEST, malformed.body)
}

/// Why nothing of a frame was done.
pub(super) fn rejected<E: Into<Refusal>>(rejected: Rejected<E>) -> Refusal {
    match rejected {
        Rejected::Malformed(body) => Refusal::with_body(StatusCode::BAD_REQUEST, body),
        Rejected::TooMany(_) => Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_calls",
            "too many calls are in flight on this stream; wait for answers",
        )
        .retry_after(1),
        Rejected::NotAllowed(denied) => denied.into(),
    }
}

/// A large message of somebody of whom nobody can tell whether they are a customer.
fn untold() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "key_not_tried",
        "the WIV API can't tell whether this key is good, and until it does messages of at most \
         64 KiB are taken; try again in a moment",
    )
    .retry_after(5)
}
