//! Answers of other servers, read within their size, their time and the memory there is.
//!
//! Not for statuses: an answer of any status is an answer.

use bytes::{Bytes, BytesMut};
use http::header;
use reqwest::{RequestBuilder, Response};
use tokio::time::{Instant, timeout_at};

use crate::{limits::Room, text};

/// Longest name of an encoding that is repeated. Registered ones have at most ten characters.
const MAX_ENCODING_CHARS: usize = 20;

/// Why no whole answer came.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// Not before the deadline.
    #[error("there was no whole answer in time")]
    TooLate,
    /// The request could not be made or sent, or the connection broke. Names no address.
    #[error(transparent)]
    Failed(reqwest::Error),
}

impl NoAnswer {
    /// Whether there was no connection, and so nothing was sent.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::Failed(error) if error.is_connect())
    }
}

/// Why an answer's body was not read.
#[derive(Debug)]
pub(crate) enum UnreadAnswer<R> {
    /// It did not come whole.
    NoAnswer(NoAnswer),
    /// It is larger than asked for.
    TooLarge,
    /// There is no memory for it.
    NoRoom(R),
}

/// Sends a request once, and waits for the head of its answer.
///
/// # Errors
/// When none came before the deadline.
pub(crate) async fn send(request: RequestBuilder, deadline: Instant) -> Result<Response, NoAnswer> {
    let sent = timeout_at(deadline, request.send()).await;
    sent.map_err(|_| NoAnswer::TooLate)?.map_err(failed)
}

/// The encodings of an answer's body by their names, where it has any though none was asked for.
pub(crate) fn encoding(response: &Response) -> Option<String> {
    let mut names = Vec::new();
    for value in response.headers().get_all(header::CONTENT_ENCODING) {
        for name in value.to_str().unwrap_or("?").split(',').map(str::trim) {
            let is_name =
                name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            match name {
                "" => {}
                _ if name.eq_ignore_ascii_case("identity") => {}
                _ if is_name && name.len() <= MAX_ENCODING_CHARS => {
                    names.push(name.to_ascii_lowercase())
                }
                _ => names.push("an encoding without a proper name".to_owned()),
            }
        }
    }
    names.truncate(3);
    (!names.is_empty()).then(|| names.join(", "))
}

/// Reads a whole body, never more than the limit of it, as there is room for it. A byte order
/// mark in front is no part of it.
///
/// # Errors
/// When it did not come whole before the deadline, is too large, or has no room.
pub(crate) async fn read<R: Room>(
    response: Response,
    limit_bytes: usize,
    deadline: Instant,
    room: &mut R,
) -> Result<Bytes, UnreadAnswer<R::Refused>> {
    let reading = read_on(response, limit_bytes, room);
    let read = timeout_at(deadline, reading).await;
    let body = read.unwrap_or(Err(UnreadAnswer::NoAnswer(NoAnswer::TooLate)))?;
    Ok(body.slice_ref(text::without_byte_order_mark(&body)))
}

async fn read_on<R: Room>(
    mut response: Response,
    limit_bytes: usize,
    room: &mut R,
) -> Result<Bytes, UnreadAnswer<R::Refused>> {
    let announced = response.content_length().and_then(|size| usize::try_from(size).ok());
    if announced.is_some_and(|size| size > limit_bytes) {
        return Err(UnreadAnswer::TooLarge);
    }
    room.hold(announced.unwrap_or(0)).await.map_err(UnreadAnswer::NoRoom)?;
    let Some(first) = piece(&mut response).await? else {
        return Ok(Bytes::new());
    };
    // Small answers come in one piece, which then needs no copy.
    if announced == Some(first.len()) {
        return Ok(first);
    }
    let mut body =
        BytesMut::with_capacity(announced.unwrap_or(0).max(first.len().min(limit_bytes)));
    let mut next = Some(first);
    while let Some(bytes) = next {
        let size = body.len() + bytes.len();
        if size > limit_bytes {
            return Err(UnreadAnswer::TooLarge);
        }
        room.hold(size).await.map_err(UnreadAnswer::NoRoom)?;
        body.extend_from_slice(&bytes);
        next = piece(&mut response).await?;
    }
    Ok(body.freeze())
}

async fn piece<R>(response: &mut Response) -> Result<Option<Bytes>, UnreadAnswer<R>> {
    response.chunk().await.map_err(|error| UnreadAnswer::NoAnswer(failed(error)))
}

fn failed(error: reqwest::Error) -> NoAnswer {
    NoAnswer::Failed(error.without_url())
}
