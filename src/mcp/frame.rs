//! What one body or line holds, read but not yet taken.
//!
//! Reading needs no conversation, so that large bodies can be read beside the workers.

use bytes::Bytes;

use super::{
    jsonrpc::{self, Invalid},
    messages,
};

pub(crate) use jsonrpc::{MAX_STRANGERS_VALUES, MAX_VALUES, VALUE_BYTES};

/// One message or a batch.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(super) messages: jsonrpc::Messages,
    /// How many values it holds.
    pub(crate) values: usize,
}

/// What is no frame.
#[derive(Debug)]
pub(crate) struct Malformed {
    /// The error that answers it.
    pub(crate) body: Vec<u8>,
    /// It holds more values than were asked for, and nothing else is known of it.
    pub(crate) has_too_many_values: bool,
}

impl Frame {
    /// Reads a body of at most so many values.
    ///
    /// # Errors
    /// `-32700` when it isn't UTF-8, isn't JSON or nests too deep; `-32600` when it is no object
    /// and no batch, or holds too many messages or values. What is no message is refused where it
    /// is taken, because its id may be in flight.
    pub(crate) fn read(body: &Bytes, max_values: usize) -> Result<Self, Malformed> {
        match jsonrpc::parse(body, max_values) {
            Ok((messages, values)) => Ok(Self { messages, values }),
            Err(Invalid { error, has_too_many_values, .. }) => {
                Err(Malformed { body: messages::refusal(&error), has_too_many_values })
            }
        }
    }
}
