//! Request bodies: read within a size, a time and the memory there is.
//!
//! Knows neither messages nor callers; whose memory a body takes is given.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use tokio::time::{Duration, Instant, timeout_at};

use super::{Refusal, message::most_bytes};
use crate::{caller::Fingerprint, limits::Held};

/// Longest time to send a body, waits for room included. The slowest phone network sends 4 MiB
/// in less.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How much of a too large body is read and dropped before it is refused: a client that still
/// sends when the connection closes sees a broken pipe and not our words.
const DRAIN_BYTES: usize = 8 * 1024 * 1024;

/// A body of unknown length counts as the largest from this size on, in bytes: memory is taken
/// once, because who holds some and waits for more keeps others waiting.
const UNANNOUNCED_BYTES: usize = 16 * 1024;

/// A body on its way in.
pub(super) struct Reader {
    body: Body,
    announced: usize,
    deadline: Instant,
    /// Most bodies are one piece, which then needs no copy.
    only: Bytes,
    pieces: BytesMut,
}

/// How far a reading came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// The whole body is there.
    Whole,
    /// It is larger than asked for; what was read stays.
    Larger,
}

impl Reader {
    pub(super) fn new(body: Body, headers: &HeaderMap) -> Self {
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok())
            .and_then(|length| length.parse().ok());
        Self {
            body,
            announced: announced.unwrap_or(0),
            deadline: Instant::now() + BODY_TIMEOUT,
            only: Bytes::new(),
            pieces: BytesMut::new(),
        }
    }

    /// A body that was read already.
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self { only: bytes, ..Self::new(Body::empty(), &HeaderMap::new()) }
    }

    /// Reads on, up to `limit` bytes in all. Room is taken in `held` beforehand, also for the
    /// values of the message.
    pub(super) async fn read(
        &mut self,
        limit: usize,
        max_values: usize,
        held: &mut Held<Fingerprint>,
    ) -> Result<Read, Refusal> {
        if self.announced > limit {
            return Ok(Read::Larger);
        }
        let announced = if self.announced > 0 { self.announced } else { UNANNOUNCED_BYTES };
        let expected = announced.max(self.len()).min(limit);
        hold(held, most_bytes(expected, max_values), self.deadline).await?;
        while self.len() <= limit {
            let Some(data) = self.piece().await? else { return Ok(Read::Whole) };
            self.add(data);
            if self.len() > expected {
                hold(held, most_bytes(limit, max_values), self.deadline).await?;
            }
        }
        Ok(Read::Larger)
    }

    /// The body was too large: reads on without keeping it, and tells.
    pub(super) async fn drain(mut self, limit: usize) -> Refusal {
        let mut dropped = self.len();
        (self.only, self.pieces) = (Bytes::new(), BytesMut::new());
        if self.announced <= limit + DRAIN_BYTES {
            while dropped <= limit + DRAIN_BYTES
                && let Ok(Some(data)) = self.piece().await
            {
                dropped += data.len();
            }
        }
        let message = format!("the message is larger than {limit} bytes");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// What was read.
    pub(super) fn into_bytes(self) -> Bytes {
        if self.pieces.is_empty() { self.only } else { self.pieces.freeze() }
    }

    fn len(&self) -> usize {
        self.only.len() + self.pieces.len()
    }

    fn add(&mut self, data: Bytes) {
        if self.only.is_empty() && self.pieces.is_empty() {
            self.only = data;
            return;
        }
        if !self.only.is_empty() {
            self.pieces.reserve(self.announced.max(self.only.len() + data.len()));
            self.pieces.extend_from_slice(&std::mem::take(&mut self.only));
        }
        self.pieces.extend_from_slice(&data);
    }

    async fn piece(&mut self) -> Result<Option<Bytes>, Refusal> {
        loop {
            let Ok(frame) = timeout_at(self.deadline, self.body.frame()).await else {
                return Err(Refusal::new(
                    StatusCode::REQUEST_TIMEOUT,
                    "timeout",
                    "the body took too long to come",
                ));
            };
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|_| {
                Refusal::new(StatusCode::BAD_REQUEST, "incomplete_body", "the body ended too early")
            })?;
            if let Ok(data) = frame.into_data() {
                return Ok(Some(data));
            }
        }
    }
}

/// Takes memory, so many bytes in all.
async fn hold(
    held: &mut Held<Fingerprint>,
    bytes: usize,
    deadline: Instant,
) -> Result<(), Refusal> {
    let more = bytes.saturating_sub(held.bytes());
    held.grow(more, deadline).await.map_err(super::refusal::no_room)
}
