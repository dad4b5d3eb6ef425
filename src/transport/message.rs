//! Messages as they come in: small ones of strangers, larger ones of customers.
//!
//! A stranger's message is small until its key was found good. What a message takes of the
//! memory stays taken until its call is over.

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use tokio::time::{Duration, Instant};

use super::{
    Endpoint, Refusal,
    body::{Read, Reader, WEIGHT},
    checks::Asking,
    refusal,
};
use crate::{
    admission::Admitted,
    caller::{Caller, Fingerprint},
    limits::Held,
    mcp::{
        self, Host,
        jsonrpc::{self, Frame, Invalid, MAX_STRANGERS_VALUES, MAX_VALUES, VALUE_BYTES},
    },
};

/// Largest message of a stranger, in bytes: what a client says about itself has a few hundred.
const MAX_STRANGERS_BYTES: usize = 64 * 1024;

/// From this size on a message is parsed off the async workers, in bytes. Parsing a megabyte
/// takes ten milliseconds.
const PARSED_ASIDE_BYTES: usize = 128 * 1024;

/// Longest wait for memory once a message is there.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the largest message may take of the memory, in bytes.
pub const fn largest_request_bytes(limit_bytes: usize) -> usize {
    limit_bytes * WEIGHT + most_values(limit_bytes, MAX_VALUES) * VALUE_BYTES
}

/// How many values a text can hold: the shortest one is a digit and a comma.
const fn most_values(text_bytes: usize, max_values: usize) -> usize {
    let most = text_bytes / 2 + 1;
    if most < max_values { most } else { max_values }
}

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
        let mut reader = Reader::new(body, asking.headers);
        let mut customer = self.customer(asking);
        if customer.is_none() {
            let mut held = self.memory.strangers.nothing(asking.caller.fingerprint);
            let most = MAX_STRANGERS_BYTES.min(limit);
            let read = reader.read(most, &mut held).await?;
            if read == Read::Whole {
                let body = reader.into_bytes();
                match self.parse(body.clone(), MAX_STRANGERS_VALUES, &mut held).await? {
                    Err(invalid) if invalid.has_too_many_values => {}
                    frame => return Ok(Incoming { frame: frame.map_err(malformed)?, held }),
                }
                reader = Reader::whole(body);
            }
            // Tried for what is large: a customer's first message waits for it.
            customer = match self.admit(asking).await? {
                Admitted::Customer => Some(asking.caller.fingerprint),
                Admitted::Stranger => return Err(untold()),
            };
        }
        let key = customer.unwrap_or(asking.caller.fingerprint);
        let mut held = self.memory.requests.nothing(key);
        if reader.read(limit, &mut held).await? == Read::Larger {
            return Err(reader.drain(limit).await);
        }
        let frame = self.parse(reader.into_bytes(), MAX_VALUES, &mut held).await?;
        Ok(Incoming { frame: frame.map_err(malformed)?, held })
    }

    /// Reads the messages of a body. Memory for as many values as it could hold is taken before,
    /// and what they don't need is given back.
    async fn parse(
        &self,
        body: Bytes,
        max_values: usize,
        held: &mut Held<Fingerprint>,
    ) -> Result<Result<Frame, Invalid>, Refusal> {
        let for_text = held.bytes();
        let most = most_values(body.len(), max_values);
        let grown = held.grow(most * VALUE_BYTES, Instant::now() + PATIENCE).await;
        grown.map_err(refusal::no_room)?;
        let parsed = if body.len() < PARSED_ASIDE_BYTES {
            jsonrpc::parse_within(&body, max_values)
        } else {
            let turn = self.parsing.acquire().await.expect("the semaphore is never closed");
            let parse = move || jsonrpc::parse_within(&body, max_values);
            let parsed = tokio::task::spawn_blocking(parse).await;
            drop(turn);
            parsed.map_err(|_| refusal::failed())?
        };
        Ok(parsed.map(|parsed| {
            held.shrink_to(for_text + parsed.values * VALUE_BYTES);
            parsed.frame
        }))
    }
}

fn malformed(invalid: Invalid) -> Refusal {
    let body = mcp::response_error(invalid.id.as_ref(), &invalid.error);
    Refusal::with_body(StatusCode::BAD_REQUEST, body)
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
