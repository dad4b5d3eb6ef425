//! Bodies of messages: how long they may take, and what is said of those not read.
//!
//! Knows neither messages nor callers; whose memory a body takes is given. Reading is `inbound`'s.

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use tokio::time::{Duration, Instant};

use super::{Refusal, refusal, weight::most_bytes};
use crate::{
    caller::Fingerprint,
    inbound::{self, Unread},
    limits::{Busy, Held, Room},
};

pub(super) use inbound::Read;

/// Longest time to send a body, waits for room included. The slowest phone network sends 4 MiB
/// in less.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How much of a too large body is read and dropped before it is refused: a client that still
/// sends when the connection closes sees a broken pipe and not our words.
const DRAIN_BYTES: usize = 8 * 1024 * 1024;

/// A body on its way in.
pub(super) struct BodyReader(inbound::Reader);

impl BodyReader {
    pub(super) fn new(body: Body) -> Self {
        Self(inbound::Reader::new(body, Instant::now() + BODY_TIMEOUT))
    }

    /// A body that was read already.
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self(inbound::Reader::whole(bytes, Instant::now() + BODY_TIMEOUT))
    }

    /// Reads on, up to `limit` bytes in all. Room is taken in `held` beforehand, also for the
    /// values of the message.
    pub(super) async fn read(
        &mut self,
        limit: usize,
        max_values: usize,
        held: &mut Held<Fingerprint>,
    ) -> Result<Read, Refusal> {
        let deadline = self.0.deadline();
        let mut room = MessagesRoom { held, max_values, deadline };
        self.0.read(limit, &mut room).await.map_err(|unread| match unread {
            Unread::TooSlow => Refusal::new(
                StatusCode::REQUEST_TIMEOUT,
                "timeout",
                "the body took too long to come",
            ),
            Unread::Broken => {
                Refusal::new(StatusCode::BAD_REQUEST, "incomplete_body", "the body ended too early")
            }
            Unread::NoRoom(busy) => refusal::no_room(busy),
        })
    }

    /// The body was too large: reads on without keeping it, and tells.
    pub(super) async fn drain(self, limit: usize) -> Refusal {
        self.0.drop_rest(limit + DRAIN_BYTES).await;
        let message = format!("the message is larger than {limit} bytes");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// What was read.
    pub(super) fn into_bytes(self) -> Bytes {
        self.0.into_bytes()
    }
}

/// Room for a message as text and as values, taken from what is held for it.
struct MessagesRoom<'h> {
    held: &'h mut Held<Fingerprint>,
    max_values: usize,
    deadline: Instant,
}

impl Room for MessagesRoom<'_> {
    type Refused = Busy;

    async fn hold(&mut self, body_bytes: usize) -> Result<(), Busy> {
        let more = most_bytes(body_bytes, self.max_values).saturating_sub(self.held.bytes());
        self.held.grow(more, self.deadline).await
    }
}
