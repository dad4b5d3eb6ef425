//! A request's answer, ready for the wire.
//!
//! Knows the words for answers that never came; what a method answers is in `methods`.

use super::{Code, Effect, Error, Initialized, RequestId, messages};

/// A request's answer, ready for the wire.
#[derive(Debug)]
pub struct Response {
    /// The JSON-RPC response, without line breaks.
    pub body: Vec<u8>,
    /// Set when the request was a successful `initialize`.
    pub initialized: Option<Initialized>,
    /// What a transport with statuses says about it.
    pub class: ResponseClass,
    /// A tool's upstream took the caller's credential for dead.
    pub credential_refused: bool,
}

/// What a transport with statuses says about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseClass {
    /// The request was answered, with a result or an error.
    Answered,
    /// The revision or the server has no such method.
    UnknownMethod,
    /// The request lacks something that the revision asks of every request.
    Malformed,
}

impl Response {
    pub(super) fn answered(body: Vec<u8>) -> Self {
        Self { body, initialized: None, class: ResponseClass::Answered, credential_refused: false }
    }

    /// An answer that was written already.
    pub(crate) fn said(body: Vec<u8>) -> Self {
        Self::answered(body)
    }

    /// An answer that is an error.
    pub(crate) fn refused(id: Option<&RequestId>, error: &Error) -> Self {
        Self::answered(messages::response_error(id, error))
    }

    /// The answers of a batch, as one.
    pub(crate) fn of_batch(bodies: &[Vec<u8>]) -> Self {
        Self::answered([b"[", bodies.join(&b","[..]).as_slice(), b"]"].concat())
    }

    /// The answer of a request whose task died.
    pub(crate) fn lost(id: &RequestId) -> Self {
        let error = Error::new(Code::InternalError, "the server failed; the outcome is unknown");
        Self::answered(messages::response_error(Some(id), &error))
    }

    /// The answer of a request whose own answer found no room on its way.
    pub(crate) fn no_room(id: &RequestId) -> Self {
        let message = "this server has no room for the answer just now; what was asked may have \
                       been done: look before asking again";
        Self::answered(messages::response_error(
            Some(id),
            &Error::new(Code::InternalError, message),
        ))
    }

    /// The answer of a request whose stream ends before its own answer is there.
    pub(crate) fn cut_short(id: &RequestId, effect: Effect) -> Self {
        let message = if effect == Effect::Write {
            "the stream ends before the answer is there; the change may have been made: read the \
             object before asking again"
        } else {
            "the stream ends before the answer is there; nothing was changed: ask again"
        };
        Self::answered(messages::response_error(
            Some(id),
            &Error::new(Code::InternalError, message),
        ))
    }
}
