//! The one reader inward: a body within its size, time and memory.
//!
//! Not for what a body says, nor for the words of a refusal. The counterpart of `outbound`.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::time::{Duration, Instant, timeout_at};

use crate::{
    limits::{Room, Uncounted},
    text,
};

/// A body of unknown length counts as the largest from this size on, in bytes: memory is taken
/// once, because who holds some and waits for more keeps others waiting.
const UNANNOUNCED_BYTES: usize = 16 * 1024;

/// How much of a small body that is too large is read and dropped before it is refused, in bytes:
/// a client that still sends when the connection closes sees a broken pipe and not our words.
const DROPPED_BYTES: usize = 256 * 1024;

/// A body on its way in.
pub(crate) struct Reader {
    body: Body,
    announced: usize,
    deadline: Instant,
    /// Most bodies are one piece, which then needs no copy.
    only: Bytes,
    pieces: BytesMut,
}

/// How far a reading came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// The whole body is there.
    Whole,
    /// It is larger than asked for; what was read stays.
    Larger,
}

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unread<R> {
    /// It did not come whole in its time.
    TooSlow,
    /// It ended too early.
    Broken,
    /// There is no memory for it.
    NoRoom(R),
}

/// Why a small body was not read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum UnreadSmall {
    /// Larger than its limit.
    TooLarge,
    /// It did not come whole in its time.
    TooSlow,
    /// It ended too early.
    Broken,
}

/// Reads a body whose limit is small enough that nobody counts it.
pub(crate) async fn read_small(
    body: Body,
    limit_bytes: usize,
    within: Duration,
) -> Result<Bytes, UnreadSmall> {
    let mut reader = Reader::new(body, Instant::now() + within);
    match reader.read(limit_bytes, &mut Uncounted).await {
        Ok(Read::Whole) => Ok(reader.into_bytes()),
        Ok(Read::Larger) => {
            reader.drop_rest(limit_bytes + DROPPED_BYTES).await;
            Err(UnreadSmall::TooLarge)
        }
        Err(Unread::TooSlow) => Err(UnreadSmall::TooSlow),
        Err(Unread::Broken) => Err(UnreadSmall::Broken),
        Err(Unread::NoRoom(never)) => match never {},
    }
}

impl Reader {
    /// Reads until the deadline; waits for room are the room's own.
    pub(crate) fn new(body: Body, deadline: Instant) -> Self {
        let announced = body.size_hint().exact().and_then(|size| usize::try_from(size).ok());
        let (only, pieces) = (Bytes::new(), BytesMut::new());
        Self { announced: announced.unwrap_or(0), body, deadline, only, pieces }
    }

    /// A body that was read already.
    pub(crate) fn whole(bytes: Bytes, deadline: Instant) -> Self {
        Self { only: bytes, ..Self::new(Body::empty(), deadline) }
    }

    /// When the body must be there.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Reads on, up to `limit` bytes in all. Room is taken beforehand.
    pub(crate) async fn read<R: Room>(
        &mut self,
        limit: usize,
        room: &mut R,
    ) -> Result<Read, Unread<R::Refused>> {
        if self.announced > limit {
            return Ok(Read::Larger);
        }
        let announced = if self.announced > 0 { self.announced } else { UNANNOUNCED_BYTES };
        let expected = announced.max(self.len()).min(limit);
        room.hold(expected).await.map_err(Unread::NoRoom)?;
        while self.len() <= limit {
            let Some(data) = self.piece().await? else { return Ok(Read::Whole) };
            self.add(data);
            if self.len() > expected {
                room.hold(limit).await.map_err(Unread::NoRoom)?;
            }
        }
        Ok(Read::Larger)
    }

    /// Reads on without keeping it, if the whole body has at most so many bytes.
    pub(crate) async fn drop_rest(mut self, most: usize) {
        let mut dropped = self.len();
        (self.only, self.pieces) = (Bytes::new(), BytesMut::new());
        if self.announced > most {
            return;
        }
        while dropped <= most
            && let Ok(Some(data)) = self.piece::<()>().await
        {
            dropped += data.len();
        }
    }

    /// What was read, without a byte order mark in front.
    pub(crate) fn into_bytes(self) -> Bytes {
        let body = if self.pieces.is_empty() { self.only } else { self.pieces.freeze() };
        body.slice_ref(text::without_byte_order_mark(&body))
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

    async fn piece<R>(&mut self) -> Result<Option<Bytes>, Unread<R>> {
        loop {
            let Ok(frame) = timeout_at(self.deadline, self.body.frame()).await else {
                return Err(Unread::TooSlow);
            };
            let Some(frame) = frame else { return Ok(None) };
            if let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() {
                return Ok(Some(data));
            }
        }
    }
}

#[cfg(test)]
mod tests;
