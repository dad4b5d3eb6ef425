//! Lines of a pipe, never more of one than the limit in memory.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use crate::text;

/// What was read.
pub(super) enum Line {
    /// A line that holds something, without its end.
    Whole(Bytes),
    /// A line beyond the limit, read to its end and dropped.
    TooLong,
    /// Nothing comes any more.
    End,
}

pub(super) struct Lines<R> {
    input: BufReader<R>,
    limit_bytes: usize,
    /// What was read of the present line: kept here, so that a cancelled read loses nothing.
    line: BytesMut,
    too_long: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(input: R, limit_bytes: usize) -> Self {
        Self { input: BufReader::new(input), limit_bytes, line: BytesMut::new(), too_long: false }
    }

    /// The next line; empty ones are skipped. The last needs no line break.
    pub(super) async fn next(&mut self) -> io::Result<Line> {
        loop {
            let read = self.input.fill_buf().await?;
            let has_ended = read.is_empty();
            let end = memchr::memchr(b'\n', read);
            let piece = &read[..end.unwrap_or(read.len())];
            if self.line.len() + piece.len() > self.limit_bytes {
                self.too_long = true;
                self.line.clear();
            }
            if !self.too_long {
                self.line.extend_from_slice(piece);
            }
            let used = piece.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_none() && !has_ended {
                continue;
            }
            if std::mem::take(&mut self.too_long) {
                return Ok(Line::TooLong);
            }
            let line = self.line.split().freeze();
            // Shells write a mark in front of what they pipe.
            let line = line.slice_ref(text::without_byte_order_mark(&line));
            if !line.trim_ascii().is_empty() {
                return Ok(Line::Whole(line));
            }
            if has_ended {
                return Ok(Line::End);
            }
        }
    }
}
