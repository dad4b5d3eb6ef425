//! Request bodies, read within a size and a time.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use tokio::time::{Duration, timeout};

use crate::transport::Refusal;

/// Longest time to send a body. The slowest phone network sends 4 MiB in less.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How much of a too large body is read and dropped before it is refused: a client that still
/// sends when the connection closes sees a broken pipe and not our words.
const DRAIN_BYTES: usize = 8 * 1024 * 1024;

/// Reads a whole body.
pub(in crate::transport) async fn read(
    body: Body,
    headers: &HeaderMap,
    limit_bytes: usize,
) -> Result<Bytes, Refusal> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok());
    let reading = async {
        if announced.is_some_and(|length| length > limit_bytes + DRAIN_BYTES) {
            return Err(too_large(limit_bytes));
        }
        collect(body, announced.unwrap_or(0), limit_bytes).await
    };
    timeout(BODY_TIMEOUT, reading).await.unwrap_or_else(|_| {
        Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "timeout", "the body took too long to come"))
    })
}

async fn collect(mut body: Body, announced: usize, limit_bytes: usize) -> Result<Bytes, Refusal> {
    let mut read = 0;
    let mut pieces: Option<BytesMut> = None;
    let mut only = Bytes::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            Refusal::new(StatusCode::BAD_REQUEST, "incomplete_body", "the body ended too early")
        })?;
        let Ok(data) = frame.into_data() else { continue };
        read += data.len();
        if read > limit_bytes + DRAIN_BYTES {
            break;
        }
        if read > limit_bytes {
            pieces = None;
            only = Bytes::new();
        } else if read == data.len() {
            // Most bodies are one piece, which then needs no copy.
            only = data;
        } else {
            let pieces = pieces.get_or_insert_with(|| {
                let mut pieces = BytesMut::with_capacity(announced.clamp(read, limit_bytes));
                pieces.extend_from_slice(&only);
                pieces
            });
            pieces.extend_from_slice(&data);
        }
    }
    if read > limit_bytes {
        return Err(too_large(limit_bytes));
    }
    Ok(pieces.map_or(only, BytesMut::freeze))
}

fn too_large(limit_bytes: usize) -> Refusal {
    let message = format!("the message is larger than {limit_bytes} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}
