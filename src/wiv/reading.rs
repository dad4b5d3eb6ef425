//! An answer's body, read within its size and the memory there is.

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use tokio::time::Instant;

use super::{Failure, client::failure};
use crate::{caller::Fingerprint, limits::Held};

/// What a byte of an answer costs while it is shaped: itself, and as much again.
const WEIGHT: usize = 2;

/// What the largest answer may take of the memory, in bytes.
pub const fn largest_answer_bytes(body_limit_bytes: usize) -> usize {
    body_limit_bytes * WEIGHT
}

/// Reads a whole body, never more than the limit of it, as there is room for it in `held`.
pub(super) async fn read(
    mut response: Response,
    limit_bytes: usize,
    held: &mut Held<Fingerprint>,
    deadline: Instant,
) -> Result<Bytes, Failure> {
    let too_large = || Failure::TooLarge { limit_bytes };
    let announced = response.content_length().and_then(|size| usize::try_from(size).ok());
    if announced.is_some_and(|size| size > limit_bytes) {
        return Err(too_large());
    }
    held.grow(announced.unwrap_or(0) * WEIGHT, deadline).await.map_err(Failure::NoRoom)?;
    let Some(first) = response.chunk().await.map_err(failure)? else {
        return Ok(Bytes::new());
    };
    // Small answers come in one piece, which then needs no copy.
    if announced == Some(first.len()) {
        return Ok(first);
    }
    let mut body = BytesMut::with_capacity(announced.unwrap_or(0).max(first.len()));
    let mut piece = Some(first);
    while let Some(bytes) = piece {
        let size = body.len() + bytes.len();
        if size > limit_bytes {
            return Err(too_large());
        }
        let more = (size * WEIGHT).saturating_sub(held.bytes());
        held.grow(more, deadline).await.map_err(Failure::NoRoom)?;
        body.extend_from_slice(&bytes);
        piece = response.chunk().await.map_err(failure)?;
    }
    Ok(body.freeze())
}
