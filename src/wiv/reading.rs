//! An answer's body within the memory there is, and why there is none.
//!
//! Not for statuses: those are read where an answer is used.

use bytes::Bytes;
use reqwest::Response;
use tokio::time::Instant;

use super::Failure;
use crate::{
    caller::Fingerprint,
    limits::{Busy, Held, Room, is_out_of_descriptors},
    outbound::{self, NoAnswer, UnreadAnswer},
};

/// What a byte of an answer costs while it is shaped: itself, and as much again.
const WEIGHT: usize = 2;

/// What the largest answer may take of the memory, in bytes.
pub(crate) const fn largest_answer_bytes(body_limit_bytes: usize) -> usize {
    body_limit_bytes * WEIGHT
}

/// Room for an answer, taken from what is held for it.
struct AnswersRoom<'h> {
    held: &'h mut Held<Fingerprint>,
    deadline: Instant,
}

impl Room for AnswersRoom<'_> {
    type Refused = Busy;

    async fn hold(&mut self, body_bytes: usize) -> Result<(), Busy> {
        let more = (body_bytes * WEIGHT).saturating_sub(self.held.bytes());
        self.held.grow(more, self.deadline).await
    }
}

/// Reads a whole body, never more than the limit of it, as there is room for it in `held`.
pub(super) async fn read(
    response: Response,
    limit_bytes: usize,
    held: &mut Held<Fingerprint>,
    deadline: Instant,
) -> Result<Bytes, Failure> {
    let mut room = AnswersRoom { held, deadline };
    outbound::read(response, limit_bytes, deadline, &mut room).await.map_err(
        |unread| match unread {
            UnreadAnswer::NoAnswer(no_answer) => failure(no_answer),
            UnreadAnswer::TooLarge => Failure::TooLarge { limit_bytes },
            UnreadAnswer::NoRoom(busy) => Failure::NoRoom(busy),
        },
    )
}

/// Why there is no answer.
pub(super) fn failure(no_answer: NoAnswer) -> Failure {
    let error = match no_answer {
        NoAnswer::TooLate => return Failure::Timeout,
        NoAnswer::Failed(error) => error,
    };
    if error.is_builder() {
        Failure::Unsendable(error)
    } else if is_out_of_descriptors(&error) {
        Failure::OutOfDescriptors(error)
    } else if error.is_connect() {
        Failure::Unreachable(error)
    } else {
        Failure::Broken(error)
    }
}
